/**
 * Reinforcement learning on any canonical data set: prompts, groups, rewards, measures, the run.
 */
@NullMarked
package org.kindred.eval.training;

import org.jspecify.annotations.NullMarked;
