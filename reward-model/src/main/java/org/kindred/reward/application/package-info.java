/** The reward model inside applications that are built with LangChain4j. */
@NullMarked
package org.kindred.reward.application;

import org.jspecify.annotations.NullMarked;
