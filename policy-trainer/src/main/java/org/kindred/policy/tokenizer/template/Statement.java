package org.kindred.policy.tokenizer.template;

/** A parsed part of a template that writes text or changes variables. */
@FunctionalInterface
interface Statement {
    /** Where rendering goes on. */
    enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    Flow execute(Scope scope, StringBuilder out);
}
