/**
 * Exact policy gradients on a bandit with preference groups: estimators and levers compared where
 * the optimum is known and a run takes milliseconds.
 */
@NullMarked
package org.kindred.policy.bandit;

import org.jspecify.annotations.NullMarked;
