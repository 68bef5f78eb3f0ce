/**
 * What a user wants: personas, weighted rubrics, scores, prototypes (P-GenRM, arXiv 2602.12116).
 */
@NullMarked
package org.kindred.reward;

import org.jspecify.annotations.NullMarked;
