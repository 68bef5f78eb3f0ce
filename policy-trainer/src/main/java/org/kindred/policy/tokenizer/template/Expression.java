package org.kindred.policy.tokenizer.template;

import org.jspecify.annotations.Nullable;

/** A parsed expression. */
@FunctionalInterface
interface Expression {
    @Nullable Object evaluate(Scope scope);
}
