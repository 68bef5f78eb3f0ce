/** How fast and how large training is on this machine. */
@NullMarked
package org.kindred.policy.bench;

import org.jspecify.annotations.NullMarked;
