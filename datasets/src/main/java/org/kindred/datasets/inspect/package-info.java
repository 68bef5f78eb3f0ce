/** What a data set holds, in numbers. */
@NullMarked
package org.kindred.datasets.inspect;

import org.jspecify.annotations.NullMarked;
