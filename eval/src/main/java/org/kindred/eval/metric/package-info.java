/** Measures of scores, rankings, texts and groups: pure functions without I/O. */
@NullMarked
package org.kindred.eval.metric;

import org.jspecify.annotations.NullMarked;
