/**
 * Reinforcement learning of a policy: rollout, score, normalise, loss, update. GRPO and its
 * relatives, P-GRPO (arXiv 2603.10009) among them.
 */
@NullMarked
package org.kindred.policy.grpo;

import org.jspecify.annotations.NullMarked;
