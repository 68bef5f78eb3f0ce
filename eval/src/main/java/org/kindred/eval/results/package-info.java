/** Did it work: benchmarks, alignment per group, statistics, report, pipeline and command line. */
@NullMarked
package org.kindred.eval.results;

import org.jspecify.annotations.NullMarked;
