package org.kindred.policy.tokenizer.template;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Python's meaning of truth, equality, arithmetic and text for the values of a template: {@code
 * null} (None), {@link Boolean}, {@link Long}, {@link Double}, {@link String}, {@link List}, {@link
 * Map}, {@link Namespace}, {@link Function}, {@link Undefined}.
 */
final class Values {
    /** A template may not build longer texts; far above any prompt. */
    static final int MAX_TEXT = 1 << 24;

    /** Of a tuple that is looked for as a key: it is hashed whole, and compared. */
    private static final int STEPS_PER_HASH = 16;

    private static final int MAX_ELEMENTS = 1_000_000;

    private Values() {}

    /**
     * What {@code namespace()} makes: variables that survive the end of a loop. Equal to itself
     * only, as in Python; its fields may lead back to it.
     */
    record Namespace(Map<String, Object> fields) {
        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /** A list that prints with parentheses, as {@code 1, 2} and the pairs of a mapping do. */
    static final class Tuple extends AbstractList<Object> {
        private final List<?> elements;

        Tuple(List<?> elements) {
            this.elements = elements;
        }

        @Override
        public @Nullable Object get(int index) {
            return elements.get(index);
        }

        @Override
        public int size() {
            return elements.size();
        }
    }

    static boolean truth(@Nullable Object value) {
        if (value instanceof Boolean flag) {
            return flag;
        } else if (isNumber(value)) {
            return toDouble(value) != 0;
        } else if (value instanceof String text) {
            return !text.isEmpty();
        } else if (value instanceof List<?> list) {
            return !list.isEmpty();
        } else if (value instanceof Map<?, ?> map) {
            return !map.isEmpty();
        }
        return value != null && !(value instanceof Undefined);
    }

    /** Booleans count as 0 and 1, as in Python. */
    static boolean isNumber(@Nullable Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    private static double toDouble(Object number) {
        return number instanceof Boolean flag ? (flag ? 1 : 0) : ((Number) number).doubleValue();
    }

    private static long toLong(Object number) {
        return number instanceof Boolean flag ? (flag ? 1 : 0) : ((Number) number).longValue();
    }

    static boolean equal(@Nullable Object left, @Nullable Object right) {
        Budget.spend(1);
        if (isNumber(left) && isNumber(right)) {
            return (left instanceof Double || right instanceof Double)
                    ? toDouble(left) == toDouble(right)
                    : toLong(left) == toLong(right);
        } else if (left == right && (left instanceof List || left instanceof Map)) {
            return true;
        } else if (left instanceof String a && right instanceof String b) {
            Budget.spendText(a.length() == b.length() ? a.length() : 0);
            return a.equals(b);
        } else if (left instanceof List<?> a && right instanceof List<?> b) {
            boolean equal = a.size() == b.size();
            for (int i = 0; equal && i < a.size(); i++) {
                equal = equal(a.get(i), b.get(i));
            }
            return equal;
        } else if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
            return a.size() == b.size()
                    && a.entrySet().stream()
                            .allMatch(
                                    e ->
                                            isHashable(e.getKey())
                                                    && b.containsKey(e.getKey())
                                                    && equal(e.getValue(), b.get(e.getKey())));
        } else if (left instanceof Undefined || right instanceof Undefined) {
            return left instanceof Undefined && right instanceof Undefined;
        }
        return left == null ? right == null : left.equals(right);
    }

    /**
     * Whether a value can be a key of a mapping: in Python no list or mapping can, nor a tuple of
     * such.
     */
    static boolean isHashable(@Nullable Object value) {
        if (value instanceof Tuple tuple) {
            Budget.spend(STEPS_PER_HASH);
            for (int i = 0; i < tuple.size(); i++) {
                if (!isHashable(tuple.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return !(value instanceof List || value instanceof Map);
    }

    /** The value, which is to be a key. */
    static @Nullable Object requireHashable(@Nullable Object key) {
        if (!isHashable(key)) {
            throw new ChatTemplateException(
                    "a value of type " + typeName(key) + " cannot be a key of a mapping");
        }
        return key;
    }

    /** Order of two numbers, texts (by code point) or lists. */
    static int compare(@Nullable Object left, @Nullable Object right) {
        Budget.spend(1);
        if (isNumber(left) && isNumber(right)) {
            return (left instanceof Double || right instanceof Double)
                    ? Double.compare(toDouble(left), toDouble(right))
                    : Long.compare(toLong(left), toLong(right));
        } else if (left instanceof String a && right instanceof String b) {
            return PythonText.compare(a, b);
        } else if (left instanceof List<?> a && right instanceof List<?> b) {
            for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
                if (!equal(a.get(i), b.get(i))) {
                    return compare(a.get(i), b.get(i));
                }
            }
            return Integer.compare(a.size(), b.size());
        }
        throw unsupported("order", left, right);
    }

    static boolean contains(@Nullable Object container, @Nullable Object wanted) {
        if (container instanceof String text) {
            return PythonText.indexOf(text, Arguments.text(wanted, "in", "the left side"), 0) >= 0;
        } else if (container instanceof Map<?, ?> map) {
            return map.containsKey(requireHashable(wanted));
        }
        return iterate(container).stream().anyMatch(element -> equal(element, wanted));
    }

    static @Nullable Object arithmetic(
            String operator, @Nullable Object left, @Nullable Object right) {
        if (left instanceof Undefined undefined) {
            throw undefined.error();
        } else if (right instanceof Undefined undefined) {
            throw undefined.error();
        } else if (isNumber(left) && isNumber(right)) {
            try {
                return (left instanceof Double || right instanceof Double || operator.equals("/"))
                        ? (Object) floats(operator, toDouble(left), toDouble(right))
                        : integers(operator, toLong(left), toLong(right));
            } catch (ArithmeticException e) {
                throw new ChatTemplateException(operator + ": " + e.getMessage());
            }
        } else if (operator.equals("+") && left instanceof String a && right instanceof String b) {
            return bounded(a.length() + (long) b.length(), a, b);
        } else if (operator.equals("+")
                && left instanceof List<?> a
                && right instanceof List<?> b) {
            if (a.size() + b.size() > MAX_ELEMENTS) {
                throw new ChatTemplateException("a list longer than " + MAX_ELEMENTS);
            }
            Budget.spendElements(a.size() + (long) b.size());
            List<Object> joined = new ArrayList<>(a);
            joined.addAll(b);
            return joined;
        } else if (operator.equals("*") && left instanceof String text && right instanceof Long n) {
            int times = (int) Math.max(0, Math.min(n, MAX_TEXT + 1L));
            checkLength((long) text.length() * times);
            return Budget.made(text.repeat(times));
        }
        throw unsupported(operator, left, right);
    }

    private static double floats(String operator, double a, double b) {
        if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
            throw new ArithmeticException("division by zero");
        }
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> Math.floor(a / b);
            case "%" -> a - Math.floor(a / b) * b;
            default -> Math.pow(a, b);
        };
    }

    private static Object integers(String operator, long a, long b) {
        return switch (operator) {
            case "+" -> Math.addExact(a, b);
            case "-" -> Math.subtractExact(a, b);
            case "*" -> Math.multiplyExact(a, b);
            case "//" -> Math.floorDiv(a, b);
            case "%" -> Math.floorMod(a, b);
            default -> power(a, b);
        };
    }

    private static Object power(long base, long exponent) {
        if (exponent < 0) {
            return Math.pow((double) base, (double) exponent);
        }
        if (exponent > 64) {
            throw new ArithmeticException("exponent above 64");
        }
        long result = 1;
        for (long i = 0; i < exponent; i++) {
            result = Math.multiplyExact(result, base);
        }
        return result;
    }

    static Object negate(@Nullable Object value) {
        if (value instanceof Double number) {
            return -number;
        } else if (isNumber(value)) {
            return -toLong(value);
        }
        throw unsupported("-", null, value);
    }

    /** The elements that a loop sees: of a text its code points, of a map its keys. */
    static List<?> iterate(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list;
        } else if (value instanceof Map<?, ?> map) {
            Budget.spendElements(map.size());
            return new ArrayList<>(map.keySet());
        } else if (value instanceof String text) {
            Budget.spendElements(text.length());
            return text.codePoints().mapToObj(Character::toString).toList();
        } else if (value instanceof Undefined) {
            return List.of();
        }
        throw new ChatTemplateException("a value of type " + typeName(value) + " has no elements");
    }

    static long length(@Nullable Object value) {
        if (value instanceof String text) {
            Budget.spendText(text.length());
            return text.codePointCount(0, text.length());
        }
        return value instanceof Map<?, ?> map ? map.size() : iterate(value).size();
    }

    /** {@code str}: what printing a value gives. */
    static String text(@Nullable Object value) {
        if (value instanceof String text) {
            return text;
        } else if (value instanceof Undefined) {
            return "";
        }
        return repr(value);
    }

    static String repr(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        repr(value, out);
        return Budget.made(out.toString());
    }

    private static void repr(@Nullable Object value, StringBuilder out) {
        Budget.spend(1);
        checkLength(out.length());
        if (value == null) {
            out.append("None");
        } else if (value instanceof Boolean flag) {
            out.append(flag ? "True" : "False");
        } else if (value instanceof Double number) {
            out.append(PythonText.repr(number));
        } else if (value instanceof Long) {
            out.append(value);
        } else if (value instanceof String text) {
            PythonText.repr(text, out);
        } else if (value instanceof List<?> list) {
            boolean tuple = list instanceof Tuple;
            out.append(tuple ? '(' : '[');
            for (int i = 0; i < list.size(); i++) {
                out.append(i == 0 ? "" : ", ");
                repr(list.get(i), out);
            }
            out.append(tuple && list.size() == 1 ? "," : "").append(tuple ? ')' : ']');
        } else if (value instanceof Map<?, ?> map) {
            String separator = "{";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                repr(entry.getKey(), out.append(separator));
                repr(entry.getValue(), out.append(": "));
                separator = ", ";
            }
            out.append(map.isEmpty() ? "{}" : "}");
        } else {
            throw new ChatTemplateException(
                    "a value of type " + typeName(value) + " cannot be printed");
        }
    }

    static String concatenate(@Nullable Object left, @Nullable Object right) {
        String a = text(left);
        String b = text(right);
        return bounded(a.length() + (long) b.length(), a, b);
    }

    private static String bounded(long length, String a, String b) {
        checkLength(length);
        return Budget.made(a.concat(b));
    }

    static void checkLength(long length) {
        if (length > MAX_TEXT) {
            throw new ChatTemplateException("a text longer than " + MAX_TEXT + " characters");
        }
    }

    static String typeName(@Nullable Object value) {
        if (value == null) {
            return "none";
        } else if (value instanceof Boolean) {
            return "boolean";
        } else if (value instanceof Long) {
            return "integer";
        } else if (value instanceof Double) {
            return "float";
        } else if (value instanceof String) {
            return "string";
        } else if (value instanceof List) {
            return "list";
        } else if (value instanceof Map) {
            return "mapping";
        } else if (value instanceof Function) {
            return "function";
        }
        return value instanceof Undefined undefined
                ? "undefined ('" + undefined.name() + "')"
                : "namespace";
    }

    private static ChatTemplateException unsupported(
            String operator, @Nullable Object left, @Nullable Object right) {
        return new ChatTemplateException(
                "operator "
                        + operator
                        + " is not supported between "
                        + typeName(left)
                        + " and "
                        + typeName(right));
    }
}
