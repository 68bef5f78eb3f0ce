/** Reward models on pairs: accuracy by split cell and number of shots. */
@NullMarked
package org.kindred.eval.benchmark;

import org.jspecify.annotations.NullMarked;
