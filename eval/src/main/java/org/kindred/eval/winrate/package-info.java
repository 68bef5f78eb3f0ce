/** Win rates of policies' completions by a judge that reads two of them together. */
@NullMarked
package org.kindred.eval.winrate;

import org.jspecify.annotations.NullMarked;
