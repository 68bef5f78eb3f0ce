/** Who said what: canonical preference records, their files, splits and seeds. */
@NullMarked
package org.kindred.datasets;

import org.jspecify.annotations.NullMarked;
