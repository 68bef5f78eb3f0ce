package org.kindred.policy.tokenizer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps special-token text in messages from becoming special tokens, without changing the text (but
 * for tokens of a single character, which become U+FFFD).
 *
 * <p>Where a value spells a special token, a mark is put behind the first character; after
 * rendering the prompt is cut at the marks and each part is encoded by itself, so the two halves of
 * the text never meet in the tokenizer. The mark is a private-use character that occurs nowhere
 * else.
 */
final class SpecialTextGuard {
    private static final char FIRST_MARK = '\uE000';
    private static final char LAST_MARK = '\uF8FF';

    private final List<String> specialTexts;

    SpecialTextGuard(List<String> specialTexts) {
        this.specialTexts = specialTexts;
    }

    /** Whether any text in the value spells a special token. */
    boolean applies(@Nullable Object value) {
        boolean[] found = new boolean[1];
        eachText(value, text -> found[0] |= specialTexts.stream().anyMatch(text::contains));
        return found[0];
    }

    /** A character that occurs neither in the value nor in the template. */
    static char unusedMark(@Nullable Object value, String template) {
        StringBuilder all = new StringBuilder(template);
        eachText(value, all::append);
        for (char mark = FIRST_MARK; mark <= LAST_MARK; mark++) {
            if (all.indexOf(String.valueOf(mark)) < 0) {
                return mark;
            }
        }
        throw new IllegalArgumentException("messages use all private-use characters of Unicode");
    }

    /** The map with marked texts, in its keys too. */
    Map<String, Object> markMap(Map<?, ?> map, char mark) {
        Map<String, Object> marked = new LinkedHashMap<>();
        map.forEach(
                (key, value) ->
                        marked.put(markText(String.valueOf(key), mark), markValue(value, mark)));
        return marked;
    }

    private @Nullable Object markValue(@Nullable Object value, char mark) {
        if (value instanceof String text) {
            return markText(text, mark);
        } else if (value instanceof Map<?, ?> map) {
            return markMap(map, mark);
        } else if (value instanceof Iterable<?> elements) {
            List<Object> marked = new ArrayList<>();
            elements.forEach(element -> marked.add(markValue(element, mark)));
            return marked;
        }
        return value;
    }

    /** The text with a mark inside every special token that it spells. */
    String markText(String original, char mark) {
        String text = original;
        for (String special : specialTexts) {
            if (special.codePointCount(0, special.length()) == 1) {
                text = text.replace(special, "\uFFFD"); // nothing to cut
            }
        }
        TreeSet<Integer> cuts = new TreeSet<>();
        for (String special : specialTexts) {
            for (int at = text.indexOf(special); at >= 0; at = text.indexOf(special, at + 1)) {
                cuts.add(text.offsetByCodePoints(at, 1));
            }
        }
        StringBuilder marked = new StringBuilder();
        int start = 0;
        for (int cut : cuts) {
            marked.append(text, start, cut).append(mark);
            start = cut;
        }
        return marked.append(text, start, text.length()).toString();
    }

    static void eachText(@Nullable Object value, Consumer<String> consumer) {
        if (value instanceof String text) {
            consumer.accept(text);
        } else if (value instanceof Map<?, ?> map) {
            map.forEach(
                    (key, element) -> {
                        eachText(key, consumer);
                        eachText(element, consumer);
                    });
        } else if (value instanceof Iterable<?> elements) {
            elements.forEach(element -> eachText(element, consumer));
        }
    }
}
