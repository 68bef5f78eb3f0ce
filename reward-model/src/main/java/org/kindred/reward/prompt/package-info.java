/** What judges are asked: versioned templates, and untrusted text made harmless and fenced. */
@NullMarked
package org.kindred.reward.prompt;

import org.jspecify.annotations.NullMarked;
