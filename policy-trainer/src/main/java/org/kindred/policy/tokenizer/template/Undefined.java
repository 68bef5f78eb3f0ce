package org.kindred.policy.tokenizer.template;

/**
 * A variable or field that does not exist: false, empty, printed as nothing, an error where it is
 * used otherwise.
 */
record Undefined(String name) {
    ChatTemplateException error() {
        return new ChatTemplateException("'" + name + "' is undefined");
    }
}
