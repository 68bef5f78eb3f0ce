/**
 * Training of the generative reward model itself (P-GenRM, arXiv 2602.12116, 2.1-2.3): chains of a
 * teacher, their imitation (PSI), reinforcement by coverage and outcome (CRE), the curriculum of
 * hard negatives; and a Bradley-Terry head for comparison.
 */
@NullMarked
package org.kindred.reward.training;

import org.jspecify.annotations.NullMarked;
