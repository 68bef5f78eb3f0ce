/** Clustering behind an interface of our own, so that the library stays replaceable. */
@NullMarked
package org.kindred.reward.cluster;

import org.jspecify.annotations.NullMarked;
