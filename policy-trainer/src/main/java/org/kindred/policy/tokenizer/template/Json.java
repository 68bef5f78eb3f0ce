package org.kindred.policy.tokenizer.template;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code json.dumps} of Python, as the {@code tojson} filter of transformers calls it. */
final class Json {
    private static final int MAX_DEPTH = 100;

    private final boolean asciiOnly;
    private final @Nullable String indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final boolean sortKeys;
    private final StringBuilder out = new StringBuilder();

    private Json(
            boolean asciiOnly,
            @Nullable String indent,
            String itemSeparator,
            String keySeparator,
            boolean sortKeys) {
        this.asciiOnly = asciiOnly;
        this.indent = indent;
        this.itemSeparator = itemSeparator;
        this.keySeparator = keySeparator;
        this.sortKeys = sortKeys;
    }

    static String dumps(Object value, Arguments arguments) {
        Object[] given =
                arguments.bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
        String indent = null;
        if (given[1] instanceof String text) {
            indent = text;
        } else if (given[1] != Arguments.ABSENT && given[1] != null) {
            indent = " ".repeat(Math.min(64, Arguments.integer(given[1], "tojson", "indent", 0)));
        }
        String itemSeparator = indent == null ? ", " : ",";
        String keySeparator = ": ";
        if (given[2] instanceof List<?> pair && pair.size() == 2) {
            itemSeparator = Arguments.text(pair.get(0), "tojson", "separators");
            keySeparator = Arguments.text(pair.get(1), "tojson", "separators");
        }
        Json json =
                new Json(
                        Arguments.flag(given[0], false),
                        indent,
                        itemSeparator,
                        keySeparator,
                        Arguments.flag(given[3], false));
        json.write(value, 0);
        return json.out.toString();
    }

    private void write(@Nullable Object value, int depth) {
        Budget.spend(1);
        Values.checkLength(out.length());
        if (depth > MAX_DEPTH) {
            throw new ChatTemplateException("tojson: nested too deeply");
        }
        if (value == null) {
            out.append("null");
        } else if (value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof String text) {
            string(text);
        } else if (Values.isNumber(value)) {
            String text = Values.repr(value);
            out.append(
                    switch (text) {
                        case "nan" -> "NaN";
                        case "inf" -> "Infinity";
                        case "-inf" -> "-Infinity";
                        default -> text;
                    });
        } else if (value instanceof List<?> list) {
            out.append('[');
            for (int i = 0; i < list.size(); i++) {
                separate(i, depth);
                write(list.get(i), depth + 1);
            }
            close(list.isEmpty(), depth).append(']');
        } else if (value instanceof Map<?, ?> map) {
            List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
            if (sortKeys) {
                Budget.spendElements(entries.size());
                entries.sort(Comparator.comparing(Map.Entry::getKey, Values::compare));
            }
            out.append('{');
            for (int i = 0; i < entries.size(); i++) {
                separate(i, depth);
                Object key = entries.get(i).getKey();
                string(key instanceof String text ? text : dumps(key, Arguments.NONE));
                out.append(keySeparator);
                write(entries.get(i).getValue(), depth + 1);
            }
            close(map.isEmpty(), depth).append('}');
        } else {
            throw new ChatTemplateException(
                    "tojson: a value of type " + Values.typeName(value) + " has no JSON form");
        }
    }

    private void separate(int index, int depth) {
        out.append(index == 0 ? "" : itemSeparator);
        if (indent != null) {
            breakLine(indent, depth + 1);
        }
    }

    private StringBuilder breakLine(String inset, int times) {
        Values.checkLength(out.length() + (long) inset.length() * times);
        Budget.spendText((long) inset.length() * times);
        return out.append('\n').append(inset.repeat(times));
    }

    private StringBuilder close(boolean empty, int depth) {
        return indent == null || empty ? out : breakLine(indent, depth);
    }

    private void string(String text) {
        Budget.spend(text.length());
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int known = "\"\\\n\r\t\b\f".indexOf(c);
            if (known >= 0) {
                out.append('\\').append("\"\\nrtbf".charAt(known));
            } else if (c < 0x20 || (asciiOnly && c > 0x7E)) {
                PythonText.hex(c, 4, out.append("\\u"));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
