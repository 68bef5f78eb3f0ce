/**
 * How a policy learns a preference: language-model engine, supervised fine-tuning, the GRPO family
 * and P-GRPO (arXiv 2603.10009).
 */
@NullMarked
package org.kindred.policy;

import org.jspecify.annotations.NullMarked;
