/** What is wrong with a judge: order, labels, length, calibration, coverage, arithmetic. */
@NullMarked
package org.kindred.reward.diagnostic;

import org.jspecify.annotations.NullMarked;
