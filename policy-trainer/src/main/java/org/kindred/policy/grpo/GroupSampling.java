package org.kindred.policy.grpo;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.options.Spelling;

/**
 * How often prompts of a preference group are drawn: {@code natural} (by their share), {@code
 * balanced} (all groups alike), or {@code tempered:G} between them. {@code q_p = s_p^(1-G) / sum_k
 * s_k^(1-G)}, no importance weight: the objective changes with it. A 5 % group earns about 5 % of
 * the gradient under {@code natural}, whatever the estimator.
 *
 * @param exponent G: 0 natural, 1 balanced, between them tempered
 */
public record GroupSampling(Kind kind, double exponent) {

    /** Prompts are drawn as they come. */
    public static final GroupSampling NATURAL = new GroupSampling(Kind.NATURAL, 0);

    /** Every group gets the same number of prompts. */
    public static final GroupSampling BALANCED = new GroupSampling(Kind.BALANCED, 1);

    /** The rule. */
    public enum Kind {
        NATURAL,
        TEMPERED,
        BALANCED
    }

    public GroupSampling {
        boolean valid =
                switch (kind) {
                    case NATURAL -> exponent == 0;
                    case BALANCED -> exponent == 1;
                    case TEMPERED -> exponent > 0 && exponent < 1;
                };
        if (!valid) {
            throw new IllegalArgumentException(
                    "group_sampling = "
                            + Spelling.of(kind, exponent)
                            + ": write natural, balanced, or tempered:G with 0 < G < 1");
        }
    }

    /** Probability of each group, from its share of the prompts. */
    TreeMap<String, Double> probabilities(Map<String, Double> shares) {
        double sum = 0;
        for (double share : shares.values()) {
            sum += Math.pow(share, 1 - exponent);
        }
        TreeMap<String, Double> probabilities = new TreeMap<>();
        for (Map.Entry<String, Double> entry : shares.entrySet()) {
            probabilities.put(entry.getKey(), Math.pow(entry.getValue(), 1 - exponent) / sum);
        }
        return probabilities;
    }

    @JsonCreator
    public static GroupSampling parse(String text) {
        Kind kind = Spelling.word(Kind.class, "group_sampling", text);
        double number = Spelling.number("group_sampling", text);
        if (!Double.isNaN(number)) {
            return new GroupSampling(kind, number);
        }
        return switch (kind) {
            case NATURAL -> NATURAL;
            case BALANCED -> BALANCED;
            case TEMPERED -> new GroupSampling(kind, Double.NaN);
        };
    }

    @JsonValue
    public String spelling() {
        return kind == Kind.TEMPERED ? Spelling.of(kind, exponent) : Spelling.of(kind);
    }

    @Override
    public String toString() {
        return spelling();
    }
}
