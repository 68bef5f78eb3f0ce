/** Readers of published data sets: one format a class, all of them into canonical rows. */
@org.jspecify.annotations.NullMarked
package org.kindred.datasets.source;
