/** What P-GenRM is compared with, each after one idea of one paper, under one interface. */
@NullMarked
package org.kindred.reward.baseline;

import org.jspecify.annotations.NullMarked;
