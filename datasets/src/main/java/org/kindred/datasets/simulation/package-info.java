/** A population of users with known latent taste, in a small written language of its own. */
@NullMarked
package org.kindred.datasets.simulation;

import org.jspecify.annotations.NullMarked;
