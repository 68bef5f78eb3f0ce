/** A local checkpoint as a chat model. */
@NullMarked
package org.kindred.policy.chat;

import org.jspecify.annotations.NullMarked;
