/** Statistics with users as the unit of resampling. */
@NullMarked
package org.kindred.eval.stats;

import org.jspecify.annotations.NullMarked;
