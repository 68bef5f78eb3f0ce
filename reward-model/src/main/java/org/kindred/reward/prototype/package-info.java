/** Prototypes of taste: cells of like-minded users, their neighbours, and groups for training. */
@NullMarked
package org.kindred.reward.prototype;

import org.jspecify.annotations.NullMarked;
