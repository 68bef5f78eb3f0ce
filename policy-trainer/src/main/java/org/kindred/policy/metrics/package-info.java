/** What a run writes down: numbers per step as JSON lines and as TensorBoard events. */
@NullMarked
package org.kindred.policy.metrics;

import org.jspecify.annotations.NullMarked;
