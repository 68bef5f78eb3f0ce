/** Options from records, files and the command line. */
@NullMarked
package org.kindred.options;

import org.jspecify.annotations.NullMarked;
