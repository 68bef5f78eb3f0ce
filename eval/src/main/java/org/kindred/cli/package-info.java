/** The command line: the only place that prints, and where implementations are wired. */
@NullMarked
package org.kindred.cli;

import org.jspecify.annotations.NullMarked;
