package org.kindred.policy.tokenizer.template;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens and applies whitespace control: a minus at a tag strips all
 * whitespace on that side; without one, a block or comment takes the line break after it
 * (trim_blocks) and, if it is first on its line, the blanks before it (lstrip_blocks); a plus turns
 * that off.
 */
final class Lexer {
    private static final Pattern FLOAT =
            Pattern.compile(
                    "(?<!\\.)[0-9][0-9_]*(?:\\.[0-9][0-9_]*(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)");
    private static final Pattern INTEGER = Pattern.compile("[0-9][0-9_]*");
    private static final Pattern NAME =
            Pattern.compile("[\\p{L}_][\\p{L}\\p{N}\\p{M}_]*", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern OPERATOR =
            Pattern.compile("//|\\*\\*|==|!=|>=|<=|[-+/*%~\\[\\](){}><=.:|,]");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    private int line = 1;

    /** Whether the last tag took a line break, so that the next text starts a line. */
    private boolean lineStarting = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String template) {
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        if (source.endsWith("\n")) {
            source = source.substring(0, source.length() - 1); // Jinja drops one final line break
        }
        Lexer lexer = new Lexer(source);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        while (position < source.length()) {
            int tag = nextTag();
            if (tag < 0) {
                add(Token.Kind.DATA, source.substring(position));
                moveTo(source.length());
                break;
            }
            char type = source.charAt(tag + 1);
            char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
            boolean signed = sign == '-' || sign == '+';
            String data = source.substring(position, tag);
            if (sign == '-') {
                data = PythonText.stripRight(data);
            } else if (sign != '+' && type != '{') {
                data = withoutIndent(data);
            }
            if (!data.isEmpty()) {
                add(Token.Kind.DATA, data);
            }
            moveTo(tag + (signed ? 3 : 2));
            if (type == '#') {
                endTag(findCommentEnd(), "#}", true);
            } else {
                boolean block = type == '%';
                add(block ? Token.Kind.BLOCK_BEGIN : Token.Kind.VARIABLE_BEGIN, "{" + type);
                int end = expression(block ? "%}" : "}}");
                add(block ? Token.Kind.BLOCK_END : Token.Kind.VARIABLE_END, "");
                endTag(end, block ? "%}" : "}}", block);
            }
        }
        add(Token.Kind.END, "");
    }

    private int nextTag() {
        for (int i = source.indexOf('{', position); i >= 0; i = source.indexOf('{', i + 1)) {
            if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    private String withoutIndent(String data) {
        int lineStart = data.lastIndexOf('\n') + 1;
        boolean blank = PythonText.stripRight(data.substring(lineStart)).isEmpty();
        return blank && (lineStart > 0 || lineStarting) ? data.substring(0, lineStart) : data;
    }

    private int findCommentEnd() {
        int end = source.indexOf("#}", position);
        if (end < 0) {
            throw error("comment without end");
        }
        boolean signed = end > position && "+-".indexOf(source.charAt(end - 1)) >= 0;
        return signed ? end - 1 : end;
    }

    /** Passes the end mark at {@code end}, with its sign, and what whitespace control removes. */
    private void endTag(int end, String mark, boolean trimLineBreak) {
        boolean signed = !source.startsWith(mark, end);
        int after = end + mark.length() + (signed ? 1 : 0);
        if (signed && source.charAt(end) == '-') {
            while (after < source.length() && PythonText.isSpace(source.charAt(after))) {
                after++;
            }
        } else if (!signed && trimLineBreak && source.startsWith("\n", after)) {
            after++;
        }
        moveTo(after);
        lineStarting = source.charAt(after - 1) == '\n';
    }

    /** Cuts the inside of a tag; returns where its end mark, with a sign, stands. */
    private int expression(String mark) {
        Deque<Character> open = new ArrayDeque<>();
        while (position < source.length()) {
            char c = source.charAt(position);
            if (PythonText.isSpace(c)) {
                moveTo(position + 1);
                continue;
            }
            if (open.isEmpty()) {
                boolean plus = c == '+' && mark.equals("%}");
                if (source.startsWith(mark, (c == '-' || plus) ? position + 1 : position)) {
                    return position;
                }
            }
            if (c == '"' || c == '\'') {
                string(c);
            } else if (!matchFrom(c)) {
                throw error("unexpected character '" + c + "'");
            } else if ("([{".indexOf(c) >= 0) {
                open.push(c);
            } else if (")]}".indexOf(c) >= 0
                    && (open.isEmpty() || "([{".indexOf(open.pop()) != ")]}".indexOf(c))) {
                throw error("unbalanced '" + c + "'");
            }
        }
        throw error("tag without end " + mark);
    }

    /** A number, name or operator, which its first character tells apart. */
    private boolean matchFrom(char first) {
        if (first >= '0' && first <= '9') {
            return match(FLOAT, Token.Kind.FLOAT) || match(INTEGER, Token.Kind.INTEGER);
        }
        return first == '_' || first > 0x7F || Character.isLetter(first)
                ? match(NAME, Token.Kind.NAME)
                : match(OPERATOR, Token.Kind.OPERATOR);
    }

    private boolean match(Pattern pattern, Token.Kind kind) {
        Matcher matcher =
                pattern.matcher(source)
                        .useTransparentBounds(true)
                        .region(position, source.length());
        if (!matcher.lookingAt()) {
            return false;
        }
        add(kind, matcher.group());
        moveTo(matcher.end());
        return true;
    }

    private void string(char quote) {
        int end = position + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw error("string without end");
        }
        String written = source.substring(position + 1, end);
        try {
            add(Token.Kind.STRING, PythonText.unescape(written));
        } catch (IllegalArgumentException e) {
            throw error(e.getMessage());
        }
        moveTo(end + 1);
    }

    private void add(Token.Kind kind, String text) {
        tokens.add(new Token(kind, text, line));
    }

    private void moveTo(int target) {
        for (int i = position; i < target; i++) {
            line += source.charAt(i) == '\n' ? 1 : 0;
        }
        position = target;
    }

    private ChatTemplateException error(String problem) {
        return new Token(Token.Kind.END, "", line).error(problem);
    }
}
