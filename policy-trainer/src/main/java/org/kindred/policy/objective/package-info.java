/**
 * Losses of the GRPO family as TRL 1.13 computes them, with their gradients by formula. Pure Java
 * in double precision: the engine gives log-probabilities and takes the gradient back.
 */
@NullMarked
package org.kindred.policy.objective;

import org.jspecify.annotations.NullMarked;
