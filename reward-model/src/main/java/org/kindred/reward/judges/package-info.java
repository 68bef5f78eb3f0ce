/** Judges by name: which one, opened for a data set, with the options that all of them share. */
@NullMarked
package org.kindred.reward.judges;

import org.jspecify.annotations.NullMarked;
