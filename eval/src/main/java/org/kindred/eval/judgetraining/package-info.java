/** Training of the generative reward model on any canonical data set: options, stages, table. */
@NullMarked
package org.kindred.eval.judgetraining;

import org.jspecify.annotations.NullMarked;
