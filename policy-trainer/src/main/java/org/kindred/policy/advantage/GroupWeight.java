package org.kindred.policy.advantage;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.policy.Spelling;

/**
 * Factor on the advantages of a group: {@code none}, or {@code inverse_share:G} for {@code s_p^(-G)
 * / sum_k s_k^(1-G)} with s the shares of the groups among the prompts. The mean factor over
 * prompts is 1. Drawing small groups more often ({@code group_sampling}) did better in our toy
 * comparison.
 *
 * @param exponent G in (0, 1]; 1 gives every group the same total weight; 0 for {@code none}
 */
public record GroupWeight(Kind kind, double exponent) {

    /** Every advantage keeps its size. */
    public static final GroupWeight NONE = new GroupWeight(Kind.NONE, 0);

    /** The rule. */
    public enum Kind {
        NONE,
        INVERSE_SHARE
    }

    public GroupWeight {
        boolean valid = kind == Kind.NONE ? exponent == 0 : exponent > 0 && exponent <= 1;
        if (!valid) {
            throw new IllegalArgumentException(
                    "group_weight = "
                            + Spelling.of(kind, exponent)
                            + ": write none, or inverse_share:G with G in (0, 1]");
        }
    }

    /**
     * Factor of each group.
     *
     * @param shares of the groups among the prompts, positive, summing to 1
     */
    Map<String, Double> factors(Map<String, Double> shares) {
        double sum = 0;
        for (double share : shares.values()) {
            sum += Math.pow(share, 1 - exponent);
        }
        Map<String, Double> factors = new TreeMap<>();
        for (Map.Entry<String, Double> entry : shares.entrySet()) {
            double factor = Math.pow(entry.getValue(), -exponent) / sum;
            factors.put(entry.getKey(), kind == Kind.NONE ? 1.0 : factor);
        }
        return factors;
    }

    @JsonCreator
    public static GroupWeight parse(String text) {
        Kind kind = Spelling.word(Kind.class, "group_weight", text);
        double number = Spelling.number("group_weight", text);
        return kind == Kind.NONE && Double.isNaN(number) ? NONE : new GroupWeight(kind, number);
    }

    @JsonValue
    public String spelling() {
        return kind == Kind.NONE ? Spelling.of(kind) : Spelling.of(kind, exponent);
    }

    @Override
    public String toString() {
        return spelling();
    }
}
