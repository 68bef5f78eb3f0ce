package org.kindred.policy.tokenizer.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code value.name}, {@code value[key]} and {@code value[from:to:step]}. */
final class Access {
    private Access() {}

    /** A method if the type has one of that name, else the entry or field. */
    static @Nullable Object attribute(@Nullable Object value, String name) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        Budget.spend(1);
        Function method = Methods.of(value, name);
        if (method != null) {
            return method;
        }
        Map<?, ?> fields =
                value instanceof Values.Namespace namespace
                        ? namespace.fields()
                        : value instanceof Map<?, ?> map ? map : Map.of();
        return fields.containsKey(name) ? fields.get(name) : new Undefined(name);
    }

    /** An element; what does not exist is undefined, not an error. */
    static @Nullable Object item(@Nullable Object value, @Nullable Object key) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (value instanceof Map<?, ?> map && Values.isHashable(key) && map.containsKey(key)) {
            return map.get(key);
        }
        if (key instanceof String name) {
            return attribute(value, name);
        }
        if (key instanceof Long index && value instanceof String text) {
            long length = Values.length(text);
            long position = index < 0 ? index + length : index;
            if (position >= 0 && position < length) {
                int start = text.offsetByCodePoints(0, (int) position);
                return Character.toString(text.codePointAt(start));
            }
        } else if (key instanceof Long index && value instanceof List<?> elements) {
            long position = index < 0 ? index + elements.size() : index;
            if (position >= 0 && position < elements.size()) {
                return elements.get((int) position);
            }
        }
        return new Undefined(Values.repr(key));
    }

    /** Python's slice of a list or text; null bounds are open. */
    static Object slice(
            @Nullable Object value,
            @Nullable Object from,
            @Nullable Object to,
            @Nullable Object step) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (!(value instanceof List || value instanceof String)) {
            throw new ChatTemplateException(
                    "a value of type " + Values.typeName(value) + " cannot be sliced");
        }
        int[] characters = value instanceof String text ? text.codePoints().toArray() : null;
        List<?> elements = value instanceof List<?> list ? list : List.of();
        int size = characters == null ? elements.size() : characters.length;
        long stride = bound(step, 1);
        if (stride == 0) {
            throw new ChatTemplateException("slice step must not be 0");
        }
        long lowest = stride > 0 ? 0 : -1;
        long highest = stride > 0 ? size : size - 1L;
        long start = clamp(bound(from, stride > 0 ? 0 : size - 1L), from, size, lowest, highest);
        long end = clamp(bound(to, stride > 0 ? size : -1), to, size, lowest, highest);
        if (characters != null) {
            Budget.spend(size);
            StringBuilder text = new StringBuilder();
            for (long i = start; stride > 0 ? i < end : i > end; i += stride) {
                text.appendCodePoint(characters[(int) i]);
            }
            return Budget.made(text.toString());
        }
        List<Object> taken = new ArrayList<>();
        for (long i = start; stride > 0 ? i < end : i > end; i += stride) {
            taken.add(elements.get((int) i));
        }
        Budget.spendElements(taken.size());
        return taken;
    }

    private static long bound(@Nullable Object bound, long open) {
        if (bound == null) {
            return open;
        }
        if (bound instanceof Long number) {
            return Math.max(-Integer.MAX_VALUE, Math.min(Integer.MAX_VALUE, number));
        }
        throw new ChatTemplateException(
                "slice bounds must be integers, found " + Values.typeName(bound));
    }

    private static long clamp(
            long position, @Nullable Object given, int size, long lowest, long highest) {
        long counted = given != null && position < 0 ? position + size : position;
        return Math.max(lowest, Math.min(highest, counted));
    }
}
