package org.kindred.policy.tokenizer.template;

import static java.util.Map.entry;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The filters behind {@code |}. */
final class Filters {
    /** Turns a value into another, given the filter's own arguments. */
    @FunctionalInterface
    interface Filter {
        @Nullable Object apply(@Nullable Object value, Arguments arguments);
    }

    private static final Object ABSENT = Arguments.ABSENT;
    private static final int MAX_DIGITS = 400; // before the point of a double

    /** Possessive, so that a long run of digits with a wrong end is read once. */
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(?:[0-9]++(?:\\.[0-9]*+)?|\\.[0-9]++)(?:[eE][+-]?[0-9]++)?");

    private static final Map<String, Filter> ALL =
            Map.ofEntries(
                    entry("trim", Filters::trim),
                    entry("tojson", Json::dumps),
                    entry("length", (v, a) -> Values.length(v)),
                    entry("count", (v, a) -> Values.length(v)),
                    entry("default", Filters::defaulted),
                    entry("d", Filters::defaulted),
                    entry("join", Filters::join),
                    entry("string", (v, a) -> Values.text(v)),
                    entry("safe", (v, a) -> v), // nothing is escaped here
                    entry("upper", (v, a) -> Values.text(v).toUpperCase(Locale.ROOT)),
                    entry("lower", (v, a) -> Values.text(v).toLowerCase(Locale.ROOT)),
                    entry("capitalize", (v, a) -> Methods.capitalize(Values.text(v))),
                    entry("title", (v, a) -> title(Values.text(v))),
                    entry("replace", Filters::replace),
                    entry("indent", Filters::indent),
                    entry("first", (v, a) -> end(v, true)),
                    entry("last", (v, a) -> end(v, false)),
                    entry("list", (v, a) -> copy(v)),
                    entry("reverse", (v, a) -> reverse(v)),
                    entry("sort", Filters::sort),
                    entry("unique", Filters::unique),
                    entry("min", (v, a) -> extreme(v, a, "min")),
                    entry("max", (v, a) -> extreme(v, a, "max")),
                    entry("sum", Filters::sum),
                    entry("items", Filters::items),
                    entry("dictsort", Filters::sortedItems),
                    entry("map", Filters::map),
                    entry("select", (v, a) -> filtered(v, false, true, a)),
                    entry("reject", (v, a) -> filtered(v, false, false, a)),
                    entry("selectattr", (v, a) -> filtered(v, true, true, a)),
                    entry("rejectattr", (v, a) -> filtered(v, true, false, a)),
                    entry("abs", (v, a) -> absolute(v)),
                    entry("round", Filters::round),
                    entry("int", Filters::toInteger),
                    entry("float", Filters::toFloat));

    private Filters() {}

    /** The filter of that name, or null. */
    static @Nullable Filter named(String name) {
        return ALL.get(name);
    }

    private static Object trim(@Nullable Object value, Arguments arguments) {
        Object chars = arguments.bind("trim", "chars")[0];
        return PythonText.strip(
                Values.text(value), Arguments.textOrNone(chars, "trim", "chars"), true, true);
    }

    private static List<Object> copy(@Nullable Object value) {
        List<?> elements = Values.iterate(value);
        Budget.spendElements(elements.size());
        return new ArrayList<>(elements);
    }

    private static Object absolute(@Nullable Object value) {
        Object number = Values.arithmetic("+", value, 0L); // a boolean becomes an integer
        return Values.compare(number, 0L) < 0 ? Values.negate(number) : number;
    }

    /**
     * Jinja's {@code title}: the first character behind blanks, hyphens and opening brackets in
     * upper case, all others in lower case, so that {@code it's} becomes {@code It's}.
     */
    private static String title(String text) {
        Budget.spend(text.length());
        StringBuilder titled = new StringBuilder();
        int start = 0;
        while (start < text.length()) {
            int first = text.offsetByCodePoints(start, 1);
            boolean between = parts(text.charAt(start));
            int end = first;
            while (end < text.length() && parts(text.charAt(end)) == between) {
                end++;
            }
            titled.append(text.substring(start, first).toUpperCase(Locale.ROOT))
                    .append(text.substring(first, end).toLowerCase(Locale.ROOT));
            start = end;
        }
        return titled.toString();
    }

    private static boolean parts(char c) {
        return PythonText.isSpace(c) || "-({[<".indexOf(c) >= 0;
    }

    private static @Nullable Object defaulted(@Nullable Object value, Arguments arguments) {
        Object[] given = arguments.bind("default", "default_value", "boolean");
        boolean replaced =
                value instanceof Undefined
                        || (Arguments.flag(given[1], false) && !Values.truth(value));
        return replaced ? (given[0] == ABSENT ? "" : given[0]) : value;
    }

    private static Object join(@Nullable Object value, Arguments arguments) {
        Object[] given = arguments.bind("join", "d", "attribute");
        String separator = given[0] == ABSENT ? "" : Values.text(given[0]);
        return Methods.join(separator, keys(Values.iterate(value), given[1]), false);
    }

    private static Object replace(@Nullable Object value, Arguments arguments) {
        Object[] given = arguments.bind("replace", "old", "new", "count");
        return Methods.replace(
                Values.text(value),
                Values.text(given[0]),
                Values.text(given[1]),
                Arguments.integer(given[2], "replace", "count", -1));
    }

    private static Object indent(@Nullable Object value, Arguments arguments) {
        Object[] given = arguments.bind("indent", "width", "first", "blank");
        String indent =
                given[0] instanceof String text
                        ? text
                        : " "
                                .repeat(
                                        Math.min(
                                                64,
                                                Arguments.integer(given[0], "indent", "width", 4)));
        boolean first = Arguments.flag(given[1], false);
        boolean blank = Arguments.flag(given[2], false);
        List<String> lines =
                PythonText.lines(Arguments.text(value, "indent", "the value before it") + "\n");
        StringBuilder indented = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            boolean inset = i == 0 ? first : blank || !lines.get(i).isEmpty();
            Values.checkLength(indented.length() + (long) indent.length() + lines.get(i).length());
            Budget.spendText(indent.length());
            indented.append(i == 0 ? "" : "\n").append(inset ? indent : "").append(lines.get(i));
        }
        return indented.toString();
    }

    private static @Nullable Object end(@Nullable Object value, boolean first) {
        List<?> elements = Values.iterate(value);
        if (elements.isEmpty()) {
            return new Undefined(first ? "first of nothing" : "last of nothing");
        }
        return elements.get(first ? 0 : elements.size() - 1);
    }

    private static Object reverse(@Nullable Object value) {
        if (value instanceof String text) {
            StringBuilder reversed = new StringBuilder(text); // keeps surrogate pairs together
            return reversed.reverse().toString();
        }
        List<Object> elements = copy(value);
        Collections.reverse(elements);
        return elements;
    }

    private static Object sort(@Nullable Object value, Arguments arguments) {
        Object[] given = arguments.bind("sort", "reverse", "case_sensitive", "attribute");
        boolean caseSensitive = Arguments.flag(given[1], false);
        return sorted(
                copy(value),
                element -> folded(keyOf(element, given[2]), caseSensitive),
                Arguments.flag(given[0], false));
    }

    /** Each key is made once: a comparison of texts would fold their case again each time. */
    private static List<Object> sorted(
            List<Object> elements, UnaryOperator<@Nullable Object> key, boolean reversed) {
        record Keyed(@Nullable Object key, @Nullable Object element) {}
        List<Keyed> keyed = new ArrayList<>();
        for (Object element : elements) {
            keyed.add(new Keyed(key.apply(element), element));
        }
        Comparator<Keyed> order = Comparator.comparing(Keyed::key, Values::compare);
        keyed.sort(reversed ? order.reversed() : order);
        List<Object> sorted = new ArrayList<>();
        keyed.forEach(each -> sorted.add(each.element()));
        return sorted;
    }

    private static Object unique(@Nullable Object value, Arguments arguments) {
        Object[] given = arguments.bind("unique", "case_sensitive", "attribute");
        boolean caseSensitive = Arguments.flag(given[0], false);
        Set<Object> seen = new HashSet<>();
        List<Object> kept = new ArrayList<>();
        for (Object element : Values.iterate(value)) {
            Budget.spendElements(1);
            Object key = folded(keyOf(element, given[1]), caseSensitive);
            if (seen.add(distinct(Values.requireHashable(key)))) {
                kept.add(element);
            }
        }
        return kept;
    }

    /** Numbers that are equal as one: true, 1 and 1.0. */
    private static @Nullable Object distinct(@Nullable Object key) {
        if (key instanceof Boolean flag) {
            return flag ? 1L : 0L;
        }
        boolean whole = key instanceof Double number && number == number.longValue();
        return whole ? (Object) ((Double) key).longValue() : key;
    }

    private static @Nullable Object extreme(
            @Nullable Object value, Arguments arguments, String name) {
        Object[] given = arguments.bind(name, "case_sensitive", "attribute");
        boolean caseSensitive = Arguments.flag(given[0], false);
        List<Object> elements = copy(value);
        if (elements.isEmpty()) {
            return new Undefined(name + " of nothing");
        }
        Object best = elements.get(0);
        Object bestKey = folded(keyOf(best, given[1]), caseSensitive);
        for (Object element : elements) {
            Object key = folded(keyOf(element, given[1]), caseSensitive);
            int order = Values.compare(key, bestKey);
            if (name.equals("min") ? order < 0 : order > 0) {
                best = element;
                bestKey = key;
            }
        }
        return best;
    }

    private static @Nullable Object sum(@Nullable Object value, Arguments arguments) {
        Object[] given = arguments.bind("sum", "attribute", "start");
        Object total = given[1] == ABSENT ? Long.valueOf(0) : given[1];
        for (Object element : keys(Values.iterate(value), given[0])) {
            total = Values.arithmetic("+", total, element);
        }
        return total;
    }

    private static Object items(@Nullable Object value, Arguments arguments) {
        if (value instanceof Map<?, ?> map) {
            return Methods.items(map);
        }
        if (value instanceof Undefined) {
            return List.of();
        }
        throw new ChatTemplateException("items needs a mapping, found " + Values.typeName(value));
    }

    private static Object sortedItems(@Nullable Object value, Arguments arguments) {
        Object[] given = arguments.bind("dictsort", "case_sensitive", "by", "reverse");
        boolean caseSensitive = Arguments.flag(given[0], false);
        long part = "value".equals(given[1]) ? 1 : 0;
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        return sorted(
                copy(items(value, Arguments.NONE)),
                pair -> folded(Access.item(pair, part), caseSensitive),
                Arguments.flag(given[2], false));
    }

    private static Object map(@Nullable Object value, Arguments arguments) {
        List<Object> mapped = new ArrayList<>();
        if (!Values.truth(value)) {
            return mapped; // of none as of an empty list, as Jinja does here and nowhere else
        }
        if (arguments.named().containsKey("attribute")) {
            Object[] given = arguments.bind("map", "attribute", "default");
            for (Object key : keys(Values.iterate(value), given[0])) {
                mapped.add(key instanceof Undefined && given[1] != ABSENT ? given[1] : key);
            }
            return mapped;
        }
        Object name = arguments.positional().isEmpty() ? null : arguments.positional().get(0);
        Filter filter = named(Arguments.text(name, "map", "the filter's name"));
        if (filter == null) {
            throw new ChatTemplateException("filter '" + name + "' is not supported");
        }
        for (Object element : Values.iterate(value)) {
            Budget.spendElements(1);
            mapped.add(Budget.made(filter.apply(element, arguments.from(1))));
        }
        return mapped;
    }

    private static Object filtered(
            @Nullable Object value, boolean byAttribute, boolean keep, Arguments arguments) {
        List<Object> positional = arguments.positional();
        int used = byAttribute ? 1 : 0;
        if (positional.size() < used) {
            throw new ChatTemplateException("selectattr and rejectattr need an attribute");
        }
        Object attribute = byAttribute ? positional.get(0) : ABSENT;
        Predicate<Object> test = Values::truth;
        if (positional.size() > used) {
            String name = Arguments.text(positional.get(used), "select", "the test's name");
            Tests.Test known = Tests.named(name);
            if (known == null) {
                throw new ChatTemplateException("test '" + name + "' is not supported");
            }
            test = element -> known.passes(element, arguments.from(used + 1));
        }
        List<Object> kept = new ArrayList<>();
        for (Object element : Values.truth(value) ? Values.iterate(value) : List.of()) {
            Budget.spendElements(1);
            if (test.test(keyOf(element, attribute)) == keep) {
                kept.add(element);
            }
        }
        return kept;
    }

    private static Object round(@Nullable Object value, Arguments arguments) {
        Object[] given = arguments.bind("round", "precision", "method");
        int precision = Arguments.integer(given[0], "round", "precision", 0);
        String method = given[1] == ABSENT ? "common" : Values.text(given[1]);
        double number = (double) Values.arithmetic("+", value, 0.0);
        if (method.equals("common")) {
            Object exact = Values.arithmetic("+", value, 0L);
            return exact instanceof Long whole
                    ? (Object) rounded(BigDecimal.valueOf(whole), precision).longValue()
                    : Double.isFinite(number)
                            ? rounded(new BigDecimal(number), precision).doubleValue()
                            : number;
        }
        if (!method.equals("ceil") && !method.equals("floor")) {
            throw new ChatTemplateException("round(): method must be common, ceil or floor");
        }
        double scale = Math.pow(10, precision);
        double scaled = number * scale;
        double result = (method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled)) / scale;
        if (!Double.isFinite(result)) {
            throw new ChatTemplateException("round(): precision " + precision + " is too large");
        }
        return result;
    }

    /** Half to even. Beyond what a double holds nothing is left to round, or nothing at all. */
    private static BigDecimal rounded(BigDecimal number, int precision) {
        if (precision < -MAX_DIGITS) {
            return BigDecimal.ZERO;
        }
        return precision >= number.scale()
                ? number
                : number.setScale(precision, RoundingMode.HALF_EVEN);
    }

    private static @Nullable Object toInteger(@Nullable Object value, Arguments arguments) {
        Object absent = arguments.bind("int", "default")[0];
        Object number = parse(value);
        return number == null
                ? (absent == ABSENT ? Long.valueOf(0) : absent)
                : (Object) ((Number) number).longValue();
    }

    private static @Nullable Object toFloat(@Nullable Object value, Arguments arguments) {
        Object absent = arguments.bind("float", "default")[0];
        Object number = parse(value);
        return number == null
                ? (absent == ABSENT ? Double.valueOf(0) : absent)
                : (Object) ((Number) number).doubleValue();
    }

    private static @Nullable Number parse(@Nullable Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (value instanceof Boolean flag) {
            return flag ? 1L : 0L;
        } else if (value instanceof Number number) {
            return number;
        } else if (value instanceof String text) {
            String number = PythonText.strip(text, null, true, true);
            if (number.matches("[+-]?[0-9]{1,18}")) {
                return Long.valueOf(number);
            } else if (NUMBER.matcher(number).matches()) {
                return Double.valueOf(number);
            }
        }
        return null;
    }

    private static List<Object> keys(List<?> elements, @Nullable Object attribute) {
        List<Object> keys = new ArrayList<>();
        Budget.spendElements(elements.size());
        for (Object element : elements) {
            keys.add(keyOf(element, attribute));
        }
        return keys;
    }

    /** The element itself, or what a path like {@code function.name} leads to. */
    private static @Nullable Object keyOf(@Nullable Object element, @Nullable Object attribute) {
        if (attribute == ABSENT || attribute == null) {
            return element;
        }
        if (attribute instanceof Long) {
            return Access.item(element, attribute);
        }
        Object value = element;
        String path = Arguments.text(attribute, "filter", "attribute");
        Budget.spendElements(path.length());
        for (String name : path.split("\\.", -1)) {
            value =
                    Access.item(
                            value, name.matches("[0-9]{1,9}") ? (Object) Long.valueOf(name) : name);
        }
        return value;
    }

    private static @Nullable Object folded(@Nullable Object key, boolean caseSensitive) {
        return key instanceof String text && !caseSensitive
                ? Budget.made(text.toLowerCase(Locale.ROOT))
                : key;
    }
}
