/** Supervised fine-tuning: a policy learns to write given completions. */
@NullMarked
package org.kindred.policy.sft;

import org.jspecify.annotations.NullMarked;
