/** Calls of chat models: endpoints, retries, limits, budget, and the cache of every answer. */
@NullMarked
package org.kindred.reward.client;

import org.jspecify.annotations.NullMarked;
