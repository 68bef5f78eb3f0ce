/** The whole pipeline: options, run folder and stages. */
@NullMarked
package org.kindred.pipeline;

import org.jspecify.annotations.NullMarked;
