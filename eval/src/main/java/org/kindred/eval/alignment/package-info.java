/** Policies per group: judge reward and true utility of their completions. */
@NullMarked
package org.kindred.eval.alignment;

import org.jspecify.annotations.NullMarked;
