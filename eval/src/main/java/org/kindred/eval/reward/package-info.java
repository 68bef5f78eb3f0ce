/** Reward models at work: chains of a data set, scores of its pairs, and the table of all arms. */
@NullMarked
package org.kindred.eval.reward;

import org.jspecify.annotations.NullMarked;
