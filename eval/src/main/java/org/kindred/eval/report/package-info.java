/** The self-contained HTML report. */
@NullMarked
package org.kindred.eval.report;

import org.jspecify.annotations.NullMarked;
