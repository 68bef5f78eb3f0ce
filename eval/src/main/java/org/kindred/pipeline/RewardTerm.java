package org.kindred.pipeline;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.kindred.options.Spelling;

/**
 * A reward and its weight in the sum: {@code judge}, {@code next_item}, {@code similarity} or
 * {@code fluency}, with {@code :WEIGHT} behind it where that is not 1.
 */
public record RewardTerm(Kind kind, double weight) {

    /** What is rewarded. */
    public enum Kind {
        /** What the judge says in the user's name, in {@code judge_unit}. */
        JUDGE,
        /** NDCG of the true next item in the ranking that was answered, 0 to 1. */
        NEXT_ITEM,
        /** Cosine of the answer and the user's own text, as embedded. */
        SIMILARITY,
        /** Mean log-probability of the answer's tokens under the model at the start. */
        FLUENCY
    }

    public RewardTerm {
        if (weight == 0 || !Double.isFinite(weight)) {
            throw new IllegalArgumentException(
                    "rewards: weight of "
                            + Spelling.of(kind)
                            + " = "
                            + weight
                            + ": must be finite and not 0");
        }
    }

    @JsonCreator
    public static RewardTerm parse(String text) {
        Kind kind = Spelling.word(Kind.class, "rewards", text);
        double weight = Spelling.number("rewards", text);
        return new RewardTerm(kind, Double.isNaN(weight) ? 1 : weight);
    }

    @JsonValue
    public String spelling() {
        return weight == 1 ? Spelling.of(kind) : Spelling.of(kind, weight);
    }

    @Override
    public String toString() {
        return spelling();
    }
}
