/**
 * The embedded judge: interpretable criteria and kernels on text, shared axes of taste, a posterior
 * for each user, told as a persona and a weighted rubric.
 */
@NullMarked
package org.kindred.reward.judge;

import org.jspecify.annotations.NullMarked;
