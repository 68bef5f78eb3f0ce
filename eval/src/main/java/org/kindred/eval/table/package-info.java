/** Tables of results: what every command's results hold, and how they are written for people. */
@NullMarked
package org.kindred.eval.table;

import org.jspecify.annotations.NullMarked;
