/** A local checkpoint as a chat model. */
@NullMarked
package org.kindred.reward.local;

import org.jspecify.annotations.NullMarked;
