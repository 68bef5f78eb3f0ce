package org.kindred.datasets;

import java.nio.file.Path;

/**
 * Text of people, models and files, made harmless for the language that it is written into: one
 * function a language, used by everything that writes it.
 *
 * <p>Characters that steer rather than show (C0 and C1 controls, delete, byte order marks, the
 * bidirectional controls of UAX 9, line and paragraph separators, halves of surrogate pairs) stand
 * as {@code \}{@code u001b} in every language, the way JSON writes them, so that they are seen and
 * do nothing. A line break is kept where the language has one.
 */
public final class Escape {
    /** What begins a formula in spreadsheets: signs of ASCII, and their wide and small forms. */
    private static final String FORMULA_SIGNS =
            "=+-@\uFF1D\uFF0B\uFF0D\uFF20\uFE66\uFE62\uFE63\uFE6B";

    private Escape() {}

    /** Text and attribute values in quotes of HTML and XML. */
    public static String html(String text) {
        return visible(text, "\n\t")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /**
     * JSON inside a {@code script} element: the same value, without a character that HTML reads
     * ({@code </script>} ends the element, {@code <!--<script>} hides its end).
     *
     * @param json as Jackson writes it
     */
    public static String json(String json) {
        return visible(json, "\n\t")
                .replace("&", "\\u0026")
                .replace("<", "\\u003c")
                .replace(">", "\\u003e");
    }

    /**
     * A cell of comma-separated values (RFC 4180), in quotes where needed. What a spreadsheet would
     * run as a formula gets a quote mark before it, behind blanks, invisible characters and line
     * breaks too.
     */
    public static String csv(String text) {
        String shown = visible(text, "\n\t");
        StringBuilder safe = new StringBuilder(shown.length() + 4);
        boolean quote = shown.indexOf(',') >= 0 || shown.indexOf('"') >= 0;
        boolean begins = true; // of the cell, or of what a careless reader takes for one
        boolean first = true;
        for (int i = 0; i < shown.length(); i++) {
            char c = shown.charAt(i);
            if (begins && FORMULA_SIGNS.indexOf(c) >= 0) {
                safe.insert(first ? 0 : safe.length(), '\'');
            }
            boolean ends = c == '\n' || c == ';' || c == '\t';
            quote |= ends;
            begins = ends || begins && isBlank(c);
            first &= isBlank(c);
            safe.append(c == '"' ? "\"\"" : String.valueOf(c));
        }
        return quote ? "\"" + safe + '"' : safe.toString();
    }

    private static boolean isBlank(char c) {
        return Character.isWhitespace(c)
                || Character.isSpaceChar(c)
                || Character.getType(c) == Character.FORMAT;
    }

    /**
     * Text of CommonMark and GitHub's tables, on one line: no HTML, no cell border, no emphasis, no
     * link or picture. Underscores inside words mean nothing there and stay.
     */
    public static String markdown(String text) {
        return visible(text, "")
                .replaceAll("[\\\\`*\\[\\]|~$#]", "\\\\$0")
                .replaceAll("(?<![\\p{L}\\p{N}])_|_(?![\\p{L}\\p{N}])", "\\\\_")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("://", ":\\//");
    }

    /** Text of LaTeX, on one line; needs no package. */
    public static String latex(String text) {
        String line = visible(text, "");
        StringBuilder escaped = new StringBuilder();
        if (line.matches("\\s*[\\[*].*")) {
            escaped.append("{}"); // else an argument of the line break before it
        }
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            switch (c) {
                case '\\' -> escaped.append("\\textbackslash{}");
                case '~' -> escaped.append("\\textasciitilde{}");
                case '^' -> escaped.append("\\textasciicircum{}");
                case '<' -> escaped.append("\\textless{}");
                case '>' -> escaped.append("\\textgreater{}");
                case '|' -> escaped.append("\\textbar{}");
                case '"' -> escaped.append("{\\char34}");
                case '&', '%', '$', '#', '_', '{', '}' -> escaped.append('\\').append(c);
                case '–' -> escaped.append("--");
                case '−' -> escaped.append("$-$");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }

    /** A word or sentence on one line of a terminal. */
    public static String terminal(String text) {
        return visible(text, "");
    }

    /** Values for a format, texts and paths among them on one line of a terminal each. */
    public static Object[] terminal(Object... values) {
        Object[] shown = values.clone();
        for (int i = 0; i < shown.length; i++) {
            if (shown[i] instanceof CharSequence || shown[i] instanceof Path) {
                shown[i] = terminal(shown[i].toString());
            }
        }
        return shown;
    }

    /** Lines of a terminal: their ends and tabs are kept. */
    public static String terminalLines(String text) {
        return visible(text, "\n\t");
    }

    /**
     * @param kept controls that the language has a meaning for; a carriage return before a line
     *     feed is a part of it
     */
    private static String visible(String text, String kept) {
        StringBuilder shown = null; // most texts hold nothing to change
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean lineEnd = c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n';
            if (kept.indexOf(c) >= 0 || !(lineEnd || steers(text, i))) {
                if (shown != null) {
                    shown.append(c);
                }
                continue;
            }
            if (shown == null) {
                shown = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            if (!lineEnd || kept.isEmpty()) {
                shown.append(
                        switch (c) {
                            case '\n' -> "\\n";
                            case '\r' -> "\\r";
                            case '\t' -> "\\t";
                            default -> String.format("\\u%04x", (int) c);
                        });
            }
        }
        return shown == null ? text : shown.toString();
    }

    private static boolean steers(String text, int at) {
        char c = text.charAt(at);
        if (c < ' ' || c >= 0x7F && c < 0xA0) {
            return true;
        }
        if (Character.isSurrogate(c)) {
            boolean paired =
                    Character.isHighSurrogate(c)
                            ? at + 1 < text.length()
                                    && Character.isLowSurrogate(text.charAt(at + 1))
                            : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
            return !paired;
        }
        return c == 0x061C
                || c == 0x200E
                || c == 0x200F
                || c >= 0x2028 && c <= 0x202E
                || c >= 0x2066 && c <= 0x2069
                || c == 0xFEFF;
    }
}
