/** Chains written by language models behind a chat endpoint. */
@NullMarked
package org.kindred.reward.llm;

import org.jspecify.annotations.NullMarked;
