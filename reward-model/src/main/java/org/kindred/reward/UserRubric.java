package org.kindred.reward;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What one user wants, in words: fixed before any response is read, from the history and the prompt
 * alone, so that responses of different times are scored on the same footing.
 *
 * @param persona the person in words, fit for a prompt
 * @param criteria weighted, the heaviest first where the writer ordered them
 */
public record UserRubric(String persona, List<Criterion> criteria) {

    /**
     * One criterion.
     *
     * @param name what is wanted, in words
     * @param weight per cent, positive; the weights of a rubric sum to about 100
     */
    public record Criterion(String name, double weight) {
        public Criterion {
            if (!(weight > 0) || Double.isInfinite(weight)) {
                throw new IllegalArgumentException(
                        "weight = " + weight + ": must be positive and finite, in per cent");
            }
        }
    }

    public UserRubric {
        criteria = List.copyOf(criteria);
    }

    /** The criteria as a prompt shows them, one a line: {@code - Clarity (60%)}. */
    public String text() {
        return criteria.stream()
                .map(line -> String.format(Locale.ROOT, "- %s (%.0f%%)", line.name, line.weight))
                .collect(Collectors.joining("\n"));
    }

    /** Redacted: describes a person. */
    @Override
    public String toString() {
        return "UserRubric[" + criteria.size() + " criteria]";
    }
}
