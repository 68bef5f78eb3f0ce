/**
 * Published benchmarks as their publishers count: scores or judge outputs made anywhere, with the
 * imported data, give the published figures.
 */
@NullMarked
package org.kindred.eval.protocol;

import org.jspecify.annotations.NullMarked;
