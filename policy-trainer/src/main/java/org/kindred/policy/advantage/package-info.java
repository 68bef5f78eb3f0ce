/**
 * From rewards to advantages: the GRPO family and P-GRPO with its group history (arXiv 2603.10009).
 * Pure Java in double precision, no engine, no clock, no randomness.
 */
@NullMarked
package org.kindred.policy.advantage;

import org.jspecify.annotations.NullMarked;
