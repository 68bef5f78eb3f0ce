/** Options from records, files and the command line. */
@NullMarked
package org.kindred.eval.config;

import org.jspecify.annotations.NullMarked;
