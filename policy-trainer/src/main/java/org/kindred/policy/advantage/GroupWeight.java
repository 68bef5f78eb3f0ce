package org.kindred.policy.advantage;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.options.Spelling;

/**
 * Factor on the advantages of a group: {@code none}; {@code inverse_share:G} for {@code s_p^(-G) /
 * sum_k s_k^(1-G)} with s the shares of the groups among the prompts; or {@code dro:ETA} for {@code
 * s_p^(-1) * exp(ETA * f_p) / sum_k exp(ETA * f_k)} with f the {@link GroupProgress#shortfall},
 * which turns to the groups that have gained least (distributionally robust, in the manner of
 * MT-GRPO, arXiv 2602.05547). The mean factor over prompts is 1. Drawing small groups more often
 * ({@code group_sampling}) did better in our toy comparison.
 *
 * @param amount G in (0, 1], where 1 gives every group the same total weight; ETA above 0, 3 is a
 *     start; 0 for {@code none}
 */
public record GroupWeight(Kind kind, double amount) {

    /** Every advantage keeps its size. */
    public static final GroupWeight NONE = new GroupWeight(Kind.NONE, 0);

    /** The rule. */
    public enum Kind {
        NONE,
        INVERSE_SHARE,
        DRO
    }

    public GroupWeight {
        boolean valid =
                switch (kind) {
                    case NONE -> amount == 0;
                    case INVERSE_SHARE -> amount > 0 && amount <= 1;
                    case DRO -> amount > 0 && amount <= 100;
                };
        if (!valid) {
            throw new IllegalArgumentException(
                    "group_weight = "
                            + Spelling.of(kind, amount)
                            + ": write none, inverse_share:G with G in (0, 1], or dro:ETA with"
                            + " ETA in (0, 100]");
        }
    }

    /**
     * Factor of each group.
     *
     * @param shares of the groups among the prompts, positive, summing to 1
     * @param shortfalls of the groups; {@code dro} alone reads them
     */
    Map<String, Double> factors(Map<String, Double> shares, Map<String, Double> shortfalls) {
        Map<String, Double> weights = new TreeMap<>();
        for (Map.Entry<String, Double> entry : shares.entrySet()) {
            String group = entry.getKey();
            weights.put(
                    group,
                    switch (kind) {
                        case NONE -> entry.getValue();
                        case INVERSE_SHARE -> Math.pow(entry.getValue(), 1 - amount);
                        case DRO -> Math.exp(amount * shortfalls.getOrDefault(group, 1.0));
                    });
        }
        double sum = weights.values().stream().mapToDouble(Double::doubleValue).sum();
        Map<String, Double> factors = new TreeMap<>();
        shares.forEach(
                (group, share) ->
                        factors.put(
                                group, kind == Kind.NONE ? 1 : weights.get(group) / sum / share));
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
        return kind == Kind.NONE ? Spelling.of(kind) : Spelling.of(kind, amount);
    }

    @Override
    public String toString() {
        return spelling();
    }
}
