package org.kindred.policy.advantage;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.kindred.options.Spelling;

/**
 * Whether a step's rewards enter the history before they are normalised by it ({@code
 * update_first}, our default: a new group needs no warm-up) or after ({@code normalise_first:MIN}:
 * the baseline does not depend on the sample; while a group has fewer than MIN rewards its prompts
 * are normalised by themselves and counted).
 *
 * @param minCount MIN, at least 2; 0 for {@code update_first}. Twice the completions per prompt is
 *     a sensible start
 */
public record HistoryOrder(Kind kind, int minCount) {

    /** The step's rewards are part of the history that normalises them. */
    public static final HistoryOrder UPDATE_FIRST = new HistoryOrder(Kind.UPDATE_FIRST, 0);

    /** What comes first. */
    public enum Kind {
        UPDATE_FIRST,
        NORMALISE_FIRST
    }

    public HistoryOrder {
        if (kind == Kind.UPDATE_FIRST ? minCount != 0 : minCount < 2) {
            throw new IllegalArgumentException(
                    "order = "
                            + Spelling.of(kind, minCount)
                            + ": write update_first, or normalise_first:MIN with MIN at least 2");
        }
    }

    static HistoryOrder normaliseFirst(int minCount) {
        return new HistoryOrder(Kind.NORMALISE_FIRST, minCount);
    }

    @JsonCreator
    public static HistoryOrder parse(String text) {
        Kind kind = Spelling.word(Kind.class, "order", text);
        double number = Spelling.number("order", text);
        if (kind == Kind.UPDATE_FIRST && Double.isNaN(number)) {
            return UPDATE_FIRST;
        }
        boolean whole = number == Math.rint(number) && Math.abs(number) < Integer.MAX_VALUE;
        return new HistoryOrder(kind, whole ? (int) number : -1);
    }

    @JsonValue
    public String spelling() {
        return kind == Kind.UPDATE_FIRST ? Spelling.of(kind) : Spelling.of(kind, minCount);
    }

    @Override
    public String toString() {
        return spelling();
    }
}
