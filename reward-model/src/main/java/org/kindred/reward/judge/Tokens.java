package org.kindred.reward.judge;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Words and marks of a text in order, rare words by their kind: what a text about anything has in
 * common with others of its language.
 *
 * @param frequent words that stand for themselves
 */
record Tokens(Set<String> frequent) {
    private static final int MOST_WORDS = 300;
    private static final int LEAST_TEXTS = 5;
    private static final List<String> ENDINGS =
            List.of(
                    "ingly", "ation", "tion", "sion", "ment", "ness", "ship", "able", "ible",
                    "less", "ing", "ous", "ful", "ive", "ity", "ies", "est", "ist", "ism", "ed",
                    "ly", "er", "or", "al", "en", "es", "s", "y", "e");

    Tokens {
        frequent = new TreeSet<>(frequent); // one order in files
    }

    static Tokens fit(List<String> texts) {
        Map<String, Integer> in = new HashMap<>();
        for (String text : texts) {
            Set<String> own = new HashSet<>();
            split(text).forEach(token -> own.add(token.toLowerCase(Locale.ROOT)));
            own.forEach(word -> in.merge(word, 1, Integer::sum));
        }
        Set<String> frequent = new TreeSet<>();
        in.entrySet().stream()
                .filter(word -> word.getValue() >= LEAST_TEXTS)
                .sorted(
                        Map.Entry.<String, Integer>comparingByValue()
                                .reversed()
                                .thenComparing(Map.Entry.comparingByKey()))
                .limit(MOST_WORDS)
                .forEach(word -> frequent.add(word.getKey()));
        return new Tokens(frequent);
    }

    /** The symbols of a text. */
    List<String> of(String text) {
        List<String> symbols = new ArrayList<>();
        boolean opens = true; // a capital that opens a sentence says nothing
        for (String token : split(text)) {
            int first = token.codePointAt(0);
            String lower = token.toLowerCase(Locale.ROOT);
            if (!Character.isLetterOrDigit(first)) {
                symbols.add(token);
                opens = ".!?:\"".contains(token);
                continue;
            }
            boolean capital = !opens && Character.isUpperCase(first) && token.length() > 1;
            symbols.add(capital ? "#Name" : frequent.contains(lower) ? lower : kind(lower, first));
            opens = false;
        }
        return symbols;
    }

    private static String kind(String word, int first) {
        if (Character.isDigit(first)) {
            return "#number";
        }
        for (String ending : ENDINGS) {
            if (word.endsWith(ending) && word.length() > ending.length() + 2) {
                return "#" + ending;
            }
        }
        return word.length() < 4 ? "#short" : "#word";
    }

    /** Words with inner apostrophes and hyphens, and single marks; blanks are left out. */
    static List<String> split(String text) {
        List<String> tokens = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int symbol = text.codePointAt(at);
            int end = at + Character.charCount(symbol);
            if (Character.isLetterOrDigit(symbol)) {
                while (end < text.length() && continues(text, end)) {
                    end += Character.charCount(text.codePointAt(end));
                }
                tokens.add(text.substring(at, end));
            } else if (!Character.isWhitespace(symbol)) {
                tokens.add(text.substring(at, end));
            }
            at = end;
        }
        return tokens;
    }

    private static boolean continues(String text, int at) {
        int symbol = text.codePointAt(at);
        boolean inner =
                (symbol == '\'' || symbol == '\u2019' || symbol == '-')
                        && at + 1 < text.length()
                        && Character.isLetterOrDigit(text.codePointAt(at + 1));
        return Character.isLetterOrDigit(symbol) || inner;
    }
}
