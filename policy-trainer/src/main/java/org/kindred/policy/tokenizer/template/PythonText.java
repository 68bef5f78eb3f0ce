package org.kindred.policy.tokenizer.template;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's rules for text: which characters are blank, literals, lines, numbers as text. */
final class PythonText {
    private static final int LONG_SEARCH = 64;

    private PythonText() {}

    /** {@code str.isspace} of one character; all such characters are in the basic plane. */
    static boolean isSpace(int c) {
        return (c >= 0x09 && c <= 0x0D)
                || (c >= 0x1C && c <= 0x20)
                || c == 0x85
                || c == 0xA0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200A)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202F
                || c == 0x205F
                || c == 0x3000;
    }

    static String stripRight(String text) {
        return strip(text, null, false, true);
    }

    /**
     * Where a text first stands in another, from a place on, or -1; at its slowest the product of
     * both lengths, which is paid before where the text is long.
     */
    static int indexOf(String text, String wanted, int from) {
        boolean isLong = wanted.length() > LONG_SEARCH;
        Budget.spendSearch(isLong ? text.length() - from : 0, wanted.length());
        int found = text.indexOf(wanted, from);
        if (!isLong) {
            Budget.spendSearch((found < 0 ? text.length() : found) - from, wanted.length());
        }
        return found;
    }

    /** Where a text last stands in another, beginning at a place or before it, or -1. */
    static int lastIndexOf(String text, String wanted, int from) {
        boolean isLong = wanted.length() > LONG_SEARCH;
        Budget.spendSearch(isLong ? Math.max(0, from) : 0, wanted.length());
        int found = text.lastIndexOf(wanted, from);
        if (!isLong) {
            Budget.spendSearch(Math.max(0, from) - Math.max(0, found), wanted.length());
        }
        return found;
    }

    /** Order by code points. */
    static int compare(String a, String b) {
        int length = Math.min(a.length(), b.length());
        int at = 0;
        while (at < length && a.charAt(at) == b.charAt(at)) {
            at++;
        }
        Budget.spendText(at);
        if (at == length) {
            return Integer.compare(a.length(), b.length());
        }
        char x = a.charAt(at);
        char y = b.charAt(at);
        boolean supplementary = Character.isSurrogate(x);
        return supplementary == Character.isSurrogate(y)
                ? Character.compare(x, y)
                : supplementary ? 1 : -1; // above all of the basic plane
    }

    /** {@code str.strip}: whitespace, or the code points in {@code characters} if not null. */
    static String strip(String text, @Nullable String characters, boolean left, boolean right) {
        Budget.spendSearch(text.length(), characters == null ? 0 : characters.length());
        int start = 0;
        int end = text.length();
        while (left && start < end) {
            int c = text.codePointAt(start);
            if (!strips(c, characters)) {
                break;
            }
            start += Character.charCount(c);
        }
        while (right && end > start) {
            int c = text.codePointBefore(end);
            if (!strips(c, characters)) {
                break;
            }
            end -= Character.charCount(c);
        }
        return text.substring(start, end);
    }

    private static boolean strips(int c, @Nullable String characters) {
        return characters == null ? isSpace(c) : characters.indexOf(c) >= 0;
    }

    /** {@code str.splitlines}, without the line ends. */
    static List<String> lines(String text) {
        Budget.spendText(text.length());
        List<String> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean lineBreak =
                    (c >= 0x0A && c <= 0x0D)
                            || (c >= 0x1C && c <= 0x1E)
                            || c == 0x85
                            || c == 0x2028
                            || c == 0x2029;
            if (lineBreak) {
                lines.add(text.substring(start, i));
                Budget.spendElements(1);
                if (c == '\r' && text.startsWith("\n", i + 1)) {
                    i++;
                }
                start = i + 1;
            }
        }
        if (start < text.length()) {
            lines.add(text.substring(start));
        }
        return lines;
    }

    /** The value of a string literal's inside; unknown escapes stay as written. */
    static String unescape(String written) {
        StringBuilder value = new StringBuilder();
        for (int i = 0; i < written.length(); i++) {
            char c = written.charAt(i);
            if (c != '\\' || i + 1 == written.length()) {
                value.append(c);
                continue;
            }
            c = written.charAt(++i);
            int simple = "\\'\"abfnrtv".indexOf(c);
            if (simple >= 0) {
                value.append("\\'\"\u0007\b\f\n\r\t\u000B".charAt(simple));
            } else if (c == 'x' || c == 'u' || c == 'U') {
                int digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
                value.appendCodePoint(hex(written, i + 1, digits));
                i += digits;
            } else if (c >= '0' && c <= '7') {
                int end = i + 1;
                while (end < written.length()
                        && end < i + 3
                        && written.charAt(end) >= '0'
                        && written.charAt(end) <= '7') {
                    end++;
                }
                value.appendCodePoint(Integer.parseInt(written.substring(i, end), 8));
                i = end - 1;
            } else if (c != '\n') { // an escaped line break joins two lines
                value.append('\\').append(c);
            }
        }
        return value.toString();
    }

    private static int hex(String written, int start, int digits) {
        int end = start + digits;
        if (end <= written.length() && written.substring(start, end).matches("[0-9a-fA-F]+")) {
            long code = Long.parseLong(written.substring(start, end), 16);
            if (code <= Character.MAX_CODE_POINT) {
                return (int) code;
            }
        }
        throw new IllegalArgumentException("a string has a broken \\x, \\u or \\U escape");
    }

    /** {@code repr} of a string. */
    static void repr(String text, StringBuilder shown) {
        Budget.spend(text.length());
        char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
        shown.append(quote);
        text.codePoints()
                .forEach(
                        c -> {
                            if (c == quote || c == '\\') {
                                shown.append('\\').appendCodePoint(c);
                            } else if (c == '\n' || c == '\r' || c == '\t') {
                                shown.append(c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
                            } else if (!isPrintable(c)) {
                                shown.append(c < 0x100 ? "\\x" : c < 0x10000 ? "\\u" : "\\U");
                                hex(c, c < 0x100 ? 2 : c < 0x10000 ? 4 : 8, shown);
                            } else {
                                shown.appendCodePoint(c);
                            }
                        });
        shown.append(quote);
    }

    /** A number in so many hexadecimal digits. */
    static void hex(int number, int digits, StringBuilder out) {
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
            out.append(Character.forDigit((number >>> shift) & 15, 16));
        }
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }

    /** {@code repr} of a float: shortest digits, exponent below 1e-4 and from 1e16. */
    static String repr(double number) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return Double.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
        }
        BigDecimal exact = new BigDecimal(Double.toString(number));
        int exponent = exact.precision() - exact.scale() - 1;
        if (number == 0 || (exponent >= -4 && exponent < 16)) {
            String plain = exact.stripTrailingZeros().toPlainString();
            String sign = number == 0 && 1 / number < 0 ? "-" : "";
            return sign + (plain.contains(".") ? plain : plain + ".0");
        }
        String digits = exact.unscaledValue().abs().toString().replaceFirst("0+$", "");
        return (number < 0 ? "-" : "")
                + digits.charAt(0)
                + (digits.length() > 1 ? "." + digits.substring(1) : "")
                + String.format("e%c%02d", exponent < 0 ? '-' : '+', Math.abs(exponent));
    }
}
