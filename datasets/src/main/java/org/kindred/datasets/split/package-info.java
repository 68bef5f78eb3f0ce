/** Splits of data sets as files of ids: by user, item, domain, dataset, or as published. */
@NullMarked
package org.kindred.datasets.split;

import org.jspecify.annotations.NullMarked;
