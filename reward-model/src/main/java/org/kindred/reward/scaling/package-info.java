/** Test-time scaling: several samples of the user and of like-minded users, put together. */
@NullMarked
package org.kindred.reward.scaling;

import org.jspecify.annotations.NullMarked;
