/** Estimators and levers compared on a small language model whose users' taste is known. */
@NullMarked
package org.kindred.pipeline.study;

import org.jspecify.annotations.NullMarked;
