/**
 * Evaluation chains: a persona, weighted criteria and scores, and the port of those who write them.
 */
@NullMarked
package org.kindred.reward.chain;

import org.jspecify.annotations.NullMarked;
