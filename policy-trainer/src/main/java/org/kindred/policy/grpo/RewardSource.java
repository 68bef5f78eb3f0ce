package org.kindred.policy.grpo;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A reward function with its place in the sum.
 *
 * @param name for metrics {@code rewards/<name>/...}
 * @param weight factor in the sum, not 0
 * @param fingerprint changes whenever the function's values may, for example a hash of rubric and
 *     judge; binds the group history to what filled it
 * @param concurrent whether several threads may ask at once, also while the policy computes; false
 *     for what computes on the engine or keeps state
 */
public record RewardSource(
        String name,
        double weight,
        String fingerprint,
        RewardFunction function,
        boolean concurrent) {

    public RewardSource {
        if (weight == 0 || !Double.isFinite(weight)) {
            throw new IllegalArgumentException(
                    "weight of reward " + name + " = " + weight + ": must be finite and not 0");
        }
    }

    /** A function that one thread asks at a time. */
    public RewardSource(String name, double weight, String fingerprint, RewardFunction function) {
        this(name, weight, fingerprint, function, false);
    }

    /** A function of weight 1 that its name identifies. */
    public static RewardSource of(String name, RewardFunction function) {
        return new RewardSource(name, 1, name, function);
    }

    static String fingerprint(List<RewardSource> sources) {
        return sources.stream()
                .map(s -> s.name + "*" + s.weight + "@" + s.fingerprint)
                .collect(Collectors.joining(" + "));
    }
}
