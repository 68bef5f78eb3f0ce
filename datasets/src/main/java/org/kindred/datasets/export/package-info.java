/** Prompts with personas in the columns of trainers that other projects make. */
@NullMarked
package org.kindred.datasets.export;

import org.jspecify.annotations.NullMarked;
