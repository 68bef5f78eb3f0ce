package org.kindred.policy.tokenizer.template;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Variables in sight. A loop's pass and a macro's call open a scope, an {@code if} does not; {@code
 * set} writes into the innermost one.
 */
final class Scope {
    private static final int MAX_DEPTH = 100;
    private static final int STEPS_PER_PASS = 80; // with the dozen fields of a loop's state

    private final Map<String, Object> variables = new HashMap<>();
    private final @Nullable Scope parent;

    Scope(Map<String, Object> globals) {
        this.parent = null;
        variables.putAll(globals);
    }

    private Scope(Scope parent) {
        this.parent = parent;
    }

    /** Opens an inner scope. */
    Scope inner() {
        Budget.spend(STEPS_PER_PASS);
        return new Scope(this);
    }

    Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.parent) {
            Object value = scope.variables.get(name);
            if (value != null || scope.variables.containsKey(name)) {
                return value;
            }
        }
        return new Undefined(name);
    }

    void set(String name, Object value) {
        variables.put(name, value);
    }

    /** Runs a call one level deeper, up to a limit that recursion in a template may not pass. */
    static final class Depth {
        private int depth;

        void enter() {
            if (++depth > MAX_DEPTH) {
                throw new ChatTemplateException("macros nested too deeply");
            }
        }

        void leave() {
            depth--;
        }
    }
}
