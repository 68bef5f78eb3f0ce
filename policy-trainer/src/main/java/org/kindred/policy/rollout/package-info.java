/** Completions sampled from a language model. */
@NullMarked
package org.kindred.policy.rollout;

import org.jspecify.annotations.NullMarked;
