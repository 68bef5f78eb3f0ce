package org.kindred.policy.tokenizer.template;

/** What a template can call: a macro, a bound method, a global function. */
@FunctionalInterface
interface Function {
    Object call(Arguments arguments);
}
