package org.kindred.policy.tokenizer.template;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Methods of Python's texts, mappings and lists that templates may call. */
final class Methods {
    private Methods() {}

    /** The method bound to the value, or null if its type has none of that name. */
    static @Nullable Function of(@Nullable Object value, String name) {
        if (value instanceof String text) {
            return ofText(text, name);
        } else if (value instanceof Map<?, ?> map) {
            return ofMap(map, name);
        } else if (value instanceof List<?> list) {
            return ofList(list, name);
        }
        return null;
    }

    private static @Nullable Function ofMap(Map<?, ?> map, String name) {
        return switch (name) {
            case "items" -> arguments -> items(map);
            case "keys" -> arguments -> new ArrayList<>(Values.iterate(map));
            case "values" ->
                    arguments -> {
                        Budget.spendElements(map.size());
                        return new ArrayList<>(map.values());
                    };
            case "get" ->
                    arguments -> {
                        Object[] given = arguments.bind("get", "key", "default");
                        if (map.containsKey(Values.requireHashable(given[0]))) {
                            return map.get(given[0]);
                        }
                        return given[1] == Arguments.ABSENT ? null : given[1];
                    };
            case "pop", "update", "setdefault", "clear", "popitem" -> mutation(name);
            default -> null;
        };
    }

    /** Pairs of key and value. */
    static List<Object> items(Map<?, ?> map) {
        List<Object> items = new ArrayList<>();
        Budget.spendElements(2L * map.size());
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            items.add(new Values.Tuple(Arrays.asList(entry.getKey(), entry.getValue())));
        }
        return items;
    }

    private static @Nullable Function ofList(List<?> list, String name) {
        return switch (name) {
            case "count" ->
                    arguments -> {
                        Object wanted = arguments.bind("count", "value")[0];
                        return list.stream().filter(e -> Values.equal(e, wanted)).count();
                    };
            case "append", "extend", "insert", "pop", "remove", "reverse", "sort", "clear" ->
                    mutation(name);
            default -> null;
        };
    }

    private static Function mutation(String name) {
        return arguments -> {
            throw new ChatTemplateException(
                    "method ." + name + "() changes its object, which templates may not");
        };
    }

    private static @Nullable Function ofText(String text, String name) {
        Function method = textMethod(text, name);
        if (method == null) {
            return null;
        }
        return arguments -> {
            Budget.spendText(text.length());
            return method.call(arguments);
        };
    }

    private static @Nullable Function textMethod(String text, String name) {
        return switch (name) {
            case "strip", "lstrip", "rstrip" ->
                    arguments -> {
                        Object chars = arguments.bind(name, "chars")[0];
                        return PythonText.strip(
                                text,
                                Arguments.textOrNone(chars, name, "chars"),
                                !name.equals("rstrip"),
                                !name.equals("lstrip"));
                    };
            case "split", "rsplit" -> arguments -> split(text, name, arguments);
            case "splitlines" -> arguments -> new ArrayList<Object>(PythonText.lines(text));
            case "startswith", "endswith" -> arguments -> affix(text, name, arguments);
            case "removeprefix", "removesuffix" ->
                    arguments -> {
                        String affix = one(name, arguments);
                        if (name.equals("removeprefix")) {
                            return text.startsWith(affix) ? text.substring(affix.length()) : text;
                        }
                        return text.endsWith(affix)
                                ? text.substring(0, text.length() - affix.length())
                                : text;
                    };
            case "replace" ->
                    arguments -> {
                        Object[] given = arguments.bind(name, "old", "new", "count");
                        return replace(
                                text,
                                Arguments.text(given[0], name, "old"),
                                Arguments.text(given[1], name, "new"),
                                Arguments.integer(given[2], name, "count", -1));
                    };
            case "upper" -> arguments -> text.toUpperCase(Locale.ROOT);
            case "lower" -> arguments -> text.toLowerCase(Locale.ROOT);
            case "capitalize" -> arguments -> capitalize(text);
            case "title" -> arguments -> title(text);
            case "find", "rfind" -> arguments -> find(text, name, one(name, arguments));
            case "count" ->
                    arguments -> {
                        String part = one(name, arguments);
                        return (long) cut(text, part, -1).size() - 1;
                    };
            case "join" ->
                    arguments -> {
                        Object elements = arguments.bind(name, "iterable")[0];
                        return join(text, Values.iterate(elements), true);
                    };
            case "isdigit", "isdecimal", "isnumeric" -> arguments -> all(text, Character::isDigit);
            case "isalpha" -> arguments -> all(text, Character::isLetter);
            case "isalnum" -> arguments -> all(text, Character::isLetterOrDigit);
            case "isspace" -> arguments -> all(text, PythonText::isSpace);
            case "isupper" ->
                    arguments ->
                            text.codePoints().anyMatch(Character::isUpperCase)
                                    && text.codePoints().noneMatch(Character::isLowerCase);
            case "islower" ->
                    arguments ->
                            text.codePoints().anyMatch(Character::isLowerCase)
                                    && text.codePoints().noneMatch(Character::isUpperCase);
            default -> null;
        };
    }

    private static String one(String name, Arguments arguments) {
        return Arguments.text(arguments.bind(name, "value")[0], name, "value");
    }

    private static boolean all(String text, IntPredicate test) {
        return !text.isEmpty() && text.codePoints().allMatch(test);
    }

    private static boolean affix(String text, String name, Arguments arguments) {
        Object given = arguments.bind(name, "prefix")[0];
        List<?> affixes =
                given instanceof List<?> several ? several : Collections.singletonList(given);
        for (Object affix : affixes) {
            String wanted = Arguments.text(affix, name, "the argument");
            if (name.equals("startswith") ? text.startsWith(wanted) : text.endsWith(wanted)) {
                return true;
            }
        }
        return false;
    }

    private static long find(String text, String name, String wanted) {
        int index =
                name.equals("find")
                        ? PythonText.indexOf(text, wanted, 0)
                        : PythonText.lastIndexOf(text, wanted, text.length());
        return index < 0 ? -1 : text.codePointCount(0, index);
    }

    private static List<Object> split(String text, String name, Arguments arguments) {
        Object[] given = arguments.bind(name, "sep", "maxsplit");
        String separator = Arguments.textOrNone(given[0], name, "sep");
        int limit = Arguments.integer(given[1], name, "maxsplit", -1);
        boolean fromRight = name.equals("rsplit") && limit >= 0;
        if (separator == null) {
            if (limit >= 0) {
                throw new ChatTemplateException(name + "(): maxsplit is supported with sep only");
            }
            return words(text);
        }
        if (separator.isEmpty()) {
            throw new ChatTemplateException(name + "(): empty separator");
        }
        return new ArrayList<>(
                fromRight ? cutFromRight(text, separator, limit) : cut(text, separator, limit));
    }

    private static List<Object> words(String text) {
        List<Object> words = new ArrayList<>();
        int start = -1;
        for (int i = 0; i <= text.length(); i++) {
            boolean blank = i == text.length() || PythonText.isSpace(text.charAt(i));
            if (blank && start >= 0) {
                Budget.spendElements(1);
                words.add(text.substring(start, i));
                start = -1;
            } else if (!blank && start < 0) {
                start = i;
            }
        }
        return words;
    }

    private static List<String> cut(String text, String separator, int limit) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        while (limit < 0 || parts.size() < limit) {
            int next = separator.isEmpty() ? -1 : PythonText.indexOf(text, separator, start);
            if (next < 0) {
                break;
            }
            Budget.spendElements(1);
            parts.add(text.substring(start, next));
            start = next + separator.length();
        }
        parts.add(text.substring(start));
        return parts;
    }

    private static List<String> cutFromRight(String text, String separator, int limit) {
        List<String> parts = new ArrayList<>();
        int end = text.length();
        while (parts.size() < limit) {
            int last = PythonText.lastIndexOf(text, separator, end - separator.length());
            if (last < 0) {
                break;
            }
            Budget.spendElements(1);
            parts.add(text.substring(last + separator.length(), end));
            end = last;
        }
        parts.add(text.substring(0, end));
        Collections.reverse(parts);
        return parts;
    }

    /**
     * {@code str.replace}; a negative count means all, and an empty text stands before each
     * character and at the end.
     */
    static String replace(String text, String old, String replacement, int count) {
        StringBuilder replaced = new StringBuilder();
        int start = 0;
        int left = count < 0 ? Integer.MAX_VALUE : count;
        for (; left > 0; left--) {
            int next = PythonText.indexOf(text, old, start);
            if (next < 0) {
                break;
            }
            Budget.spendText(replacement.length());
            Values.checkLength(replaced.length() + (long) (next - start) + replacement.length());
            replaced.append(text, start, next).append(replacement);
            start = next + old.length();
            if (old.isEmpty()) {
                if (start == text.length()) {
                    break;
                }
                int end = text.offsetByCodePoints(start, 1);
                replaced.append(text, start, end);
                start = end;
            }
        }
        Values.checkLength(replaced.length() + (long) (text.length() - start));
        return replaced.append(text, start, text.length()).toString();
    }

    /**
     * Elements with a separator between.
     *
     * @param textOnly whether other elements are an error, as in {@code str.join}
     */
    static String join(String separator, List<?> elements, boolean textOnly) {
        StringBuilder joined = new StringBuilder();
        for (int i = 0; i < elements.size(); i++) {
            Object element = elements.get(i);
            Budget.spendText(separator.length());
            Values.checkLength((long) joined.length() + separator.length());
            joined.append(i == 0 ? "" : separator);
            joined.append(
                    textOnly
                            ? Arguments.text(element, "join", "an element")
                            : Values.text(element));
            Values.checkLength(joined.length());
        }
        return joined.toString();
    }

    static String capitalize(String text) {
        Budget.spend(text.length());
        if (text.isEmpty()) {
            return text;
        }
        int first = text.offsetByCodePoints(0, 1);
        return titleCase(text.codePointAt(0)) + text.substring(first).toLowerCase(Locale.ROOT);
    }

    /**
     * {@code str.title}: letters after a letter in lower case, others as titles begin. A letter is
     * what has a case. Jinja's filter of that name is another: {@link Filters}.
     */
    static String title(String text) {
        Budget.spend(text.length());
        StringBuilder titled = new StringBuilder();
        boolean inWord = false;
        for (int c : text.codePoints().toArray()) {
            titled.append(inWord ? Character.toString(c).toLowerCase(Locale.ROOT) : titleCase(c));
            inWord =
                    Character.isUpperCase(c)
                            || Character.isLowerCase(c)
                            || Character.isTitleCase(c);
        }
        return titled.toString();
    }

    /** One character as a title begins with; where that is several, only the first is large. */
    private static String titleCase(int c) {
        String upper = Character.toString(c).toUpperCase(Locale.ROOT);
        if (upper.codePointCount(0, upper.length()) == 1) {
            return Character.toString(Character.toTitleCase(c));
        }
        int first = upper.offsetByCodePoints(0, 1);
        return upper.substring(0, first) + upper.substring(first).toLowerCase(Locale.ROOT);
    }
}
