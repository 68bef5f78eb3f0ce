package org.kindred.policy.tokenizer.template;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** Python's rules for text: which characters are blank, literals, lines, numbers as text. */
final class PythonText {
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

    /** {@code str.strip}: whitespace, or the code points in {@code characters} if not null. */
    static String strip(String text, String characters, boolean left, boolean right) {
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

    private static boolean strips(int c, String characters) {
        return characters == null ? isSpace(c) : characters.indexOf(c) >= 0;
    }

    /** {@code str.splitlines}, without the line ends. */
    static List<String> lines(String text) {
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
    static String repr(String text) {
        char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
        StringBuilder shown = new StringBuilder().append(quote);
        text.codePoints()
                .forEach(
                        c -> {
                            if (c == quote || c == '\\') {
                                shown.append('\\').appendCodePoint(c);
                            } else if (c == '\n' || c == '\r' || c == '\t') {
                                shown.append(c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
                            } else if (!isPrintable(c)) {
                                String form =
                                        c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x";
                                shown.append(String.format(form, c));
                            } else {
                                shown.appendCodePoint(c);
                            }
                        });
        return shown.append(quote).toString();
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
