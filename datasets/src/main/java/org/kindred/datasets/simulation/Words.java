package org.kindred.datasets.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts text into tokens: words, numbers, list numbers such as {@code 1)}, slots, single marks. */
final class Words {
    private static final Pattern TOKEN =
            Pattern.compile("\\{[A-Z]\\}|[A-Za-z]++(?:'[A-Za-z]++)*+|[0-9]++\\)?|\\S");

    private Words() {}

    /** No answer is that long; the rest of a text is not looked at. */
    private static final int MOST_TOKENS = 1_000;

    static List<String> of(String text) {
        List<String> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text);
        while (tokens.size() < MOST_TOKENS && matcher.find()) {
            tokens.add(matcher.group());
        }
        return tokens;
    }

    static List<String> lowerCase(String text) {
        return of(text.toLowerCase(Locale.ROOT));
    }

    static boolean isWord(String token) {
        return Character.isLetterOrDigit(token.charAt(0)) && !isListNumber(token);
    }

    static boolean isNumber(String token) {
        return Character.isDigit(token.charAt(0)) && !isListNumber(token);
    }

    static boolean isListNumber(String token) {
        return token.endsWith(")") && token.length() > 1;
    }

    static boolean endsSentence(String token) {
        return token.equals(".") || token.equals("!") || token.equals("?");
    }
}
