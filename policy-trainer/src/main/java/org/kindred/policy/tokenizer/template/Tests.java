package org.kindred.policy.tokenizer.template;

import static java.util.Map.entry;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The tests behind {@code is}. */
final class Tests {
    /** Whether a value passes, given the test's own arguments. */
    @FunctionalInterface
    interface Test {
        boolean passes(@Nullable Object value, Arguments arguments);
    }

    /** A test that compares with its one argument. */
    @FunctionalInterface
    private interface Comparison {
        boolean holds(@Nullable Object value, @Nullable Object other);
    }

    private static final Map<String, Test> ALL =
            Map.ofEntries(
                    entry("defined", (v, a) -> !(v instanceof Undefined)),
                    entry("undefined", (v, a) -> v instanceof Undefined),
                    entry("none", (v, a) -> v == null),
                    entry("true", (v, a) -> Boolean.TRUE.equals(v)),
                    entry("false", (v, a) -> Boolean.FALSE.equals(v)),
                    entry("boolean", (v, a) -> v instanceof Boolean),
                    entry("integer", (v, a) -> v instanceof Long),
                    entry("float", (v, a) -> v instanceof Double),
                    entry("number", (v, a) -> Values.isNumber(v)),
                    entry("string", (v, a) -> v instanceof String),
                    entry("mapping", (v, a) -> v instanceof Map),
                    entry("sequence", (v, a) -> isCollection(v)),
                    entry("iterable", (v, a) -> isCollection(v) || v instanceof Undefined),
                    entry("callable", (v, a) -> v instanceof Function || v instanceof Undefined),
                    entry("odd", (v, a) -> remainder(v, 2L) == 1),
                    entry("even", (v, a) -> remainder(v, 2L) == 0),
                    entry("divisibleby", comparing((v, other) -> remainder(v, other) == 0)),
                    entry("lower", (v, a) -> unchanged(v, text -> text.toLowerCase(Locale.ROOT))),
                    entry("upper", (v, a) -> unchanged(v, text -> text.toUpperCase(Locale.ROOT))),
                    entry("in", comparing((v, other) -> Values.contains(other, v))),
                    entry("sameas", comparing(Tests::same)),
                    entry("eq", comparing(Values::equal)),
                    entry("equalto", comparing(Values::equal)),
                    entry("==", comparing(Values::equal)),
                    entry("ne", comparing((v, other) -> !Values.equal(v, other))),
                    entry("!=", comparing((v, other) -> !Values.equal(v, other))),
                    entry("lt", comparing((v, other) -> Values.compare(v, other) < 0)),
                    entry("lessthan", comparing((v, other) -> Values.compare(v, other) < 0)),
                    entry("<", comparing((v, other) -> Values.compare(v, other) < 0)),
                    entry("le", comparing((v, other) -> Values.compare(v, other) <= 0)),
                    entry("<=", comparing((v, other) -> Values.compare(v, other) <= 0)),
                    entry("gt", comparing((v, other) -> Values.compare(v, other) > 0)),
                    entry("greaterthan", comparing((v, other) -> Values.compare(v, other) > 0)),
                    entry(">", comparing((v, other) -> Values.compare(v, other) > 0)),
                    entry("ge", comparing((v, other) -> Values.compare(v, other) >= 0)),
                    entry(">=", comparing((v, other) -> Values.compare(v, other) >= 0)));

    private Tests() {}

    /** The test of that name, or null. */
    static @Nullable Test named(String name) {
        return ALL.get(name);
    }

    private static Test comparing(Comparison comparison) {
        return (value, arguments) -> comparison.holds(value, arguments.bind("test", "other")[0]);
    }

    private static boolean unchanged(@Nullable Object value, UnaryOperator<String> change) {
        String text = Values.text(value);
        return text.equals(Budget.made(change.apply(text)));
    }

    private static boolean isCollection(@Nullable Object value) {
        return value instanceof String || value instanceof List || value instanceof Map;
    }

    private static boolean same(@Nullable Object value, @Nullable Object other) {
        boolean oneType =
                value == null
                        ? other == null
                        : other != null && value.getClass() == other.getClass();
        return oneType && Values.equal(value, other);
    }

    private static long remainder(@Nullable Object value, @Nullable Object divisor) {
        Object remainder = Values.arithmetic("%", value, divisor);
        if (remainder instanceof Long number) {
            return number;
        }
        throw new ChatTemplateException(
                "a divisibility test needs integers, found " + Values.typeName(value));
    }
}
