package org.kindred.policy.tokenizer.template;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Arguments of a call, by position and by name. */
record Arguments(List<Object> positional, Map<String, Object> named) {
    /** Stands for a parameter that was not given; {@code null} is Python's None. */
    static final Object ABSENT = new Object();

    static final Arguments NONE = new Arguments(List.of(), Map.of());

    /**
     * Values in the order of the parameters, {@link #ABSENT} where not given.
     *
     * @param function for errors
     */
    Object[] bind(String function, String... parameters) {
        if (positional.size() > parameters.length) {
            throw new ChatTemplateException(
                    function
                            + "() takes at most "
                            + parameters.length
                            + " arguments, found "
                            + positional.size());
        }
        Object[] values = Arrays.copyOf(positional.toArray(), parameters.length);
        Arrays.fill(values, positional.size(), parameters.length, ABSENT);
        Map<String, Object> left = new LinkedHashMap<>(named);
        for (int i = 0; i < parameters.length; i++) {
            if (left.containsKey(parameters[i])) {
                if (values[i] != ABSENT) {
                    throw new ChatTemplateException(
                            function + "(): argument " + parameters[i] + " given twice");
                }
                values[i] = left.remove(parameters[i]);
            }
        }
        if (!left.isEmpty()) {
            throw new ChatTemplateException(
                    function
                            + "(): argument "
                            + left.keySet().iterator().next()
                            + " is not supported; known are "
                            + Arrays.toString(parameters));
        }
        return values;
    }

    /** The arguments without the first {@code count}. */
    Arguments from(int count) {
        int start = Math.min(count, positional.size());
        return new Arguments(positional.subList(start, positional.size()), named);
    }

    static String text(Object value, String function, String parameter) {
        if (value instanceof String text) {
            return text;
        }
        throw new ChatTemplateException(
                function
                        + "(): "
                        + parameter
                        + " must be a string, found "
                        + Values.typeName(value));
    }

    static @Nullable String textOrNone(Object value, String function, String parameter) {
        return value == ABSENT || value == null ? null : text(value, function, parameter);
    }

    static int integer(Object value, String function, String parameter, int absent) {
        if (value == ABSENT) {
            return absent;
        }
        if (value instanceof Long number && number == number.intValue()) {
            return number.intValue();
        }
        throw new ChatTemplateException(
                function
                        + "(): "
                        + parameter
                        + " must be an integer, found "
                        + Values.typeName(value));
    }

    static boolean flag(Object value, boolean absent) {
        return value == ABSENT ? absent : Values.truth(value);
    }
}
