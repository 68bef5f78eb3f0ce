package org.kindred.policy.run;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.options.Meaning;
import org.kindred.policy.model.CausalLm;

/**
 * What looks after a run beside its loss: limits beyond which it has diverged, a measure that
 * training does not see, and completions for people to read.
 *
 * @param guards limits; {@link Guards#NONE} for none
 * @param validation chooses the best checkpoint and stops early; null for neither
 * @param samplesEvery steps between completions in {@code samples.jsonl}; 0 for none. They are user
 *     text: leave it off for real people's data unless they agreed
 */
public record Watch(Guards guards, @Nullable Validation validation, int samplesEvery) {

    /** Nothing is watched. */
    public static final Watch NOTHING = new Watch(Guards.NONE, null, 0);

    public Watch {
        if (samplesEvery < 0) {
            throw new IllegalArgumentException(
                    "samples_every = " + samplesEvery + ": must be at least 0; 0 for none");
        }
    }

    /** Measures a policy on what it was not trained on. */
    @FunctionalInterface
    public interface Measure {
        /** Numbers by name; the same policy gives the same numbers. */
        Map<String, Double> of(CausalLm policy);
    }

    /**
     * When and by what the policy is measured.
     *
     * @param metric the number that chooses; higher is better. It should not be the training
     *     reward: that picks the checkpoint which exploits the reward most
     * @param options how often, how patient
     */
    public record Validation(Measure measure, String metric, Options options) {

        /** How often the policy is measured, and when it stops. */
        public record Options(
                @Meaning(
                                "steps between two measurements of the held-out items; each costs a "
                                        + "pass over them")
                        int every,
                @Meaning(
                                "measurements in a row without a new best after which the run stops; 0 "
                                        + "never stops early")
                        int patience) {
            public Options {
                if (every < 1) {
                    throw new IllegalArgumentException("every = " + every + ": must be at least 1");
                }
                if (patience < 0) {
                    throw new IllegalArgumentException(
                            "patience = " + patience + ": must be at least 0; 0 for never");
                }
            }

            /** Every 50 steps, without early stop. */
            public static Options defaults() {
                return new Options(50, 0);
            }
        }
    }

    /** Limits on the numbers of a step. A run that passes one is saved and stopped. */
    public record Guards(
            @Meaning("largest kl to the reference; 0 for no limit") double maxKl,
            @Meaning("smallest entropy of the policy's tokens, in nats; 0 for no limit")
                    double minEntropy,
            @Meaning("largest grad_norm before clipping; 0 for no limit") double maxGradNorm) {

        /** No limits. A gradient that is not finite stops every run. */
        public static final Guards NONE = new Guards(0, 0, 0);

        public Guards {
            requireFrom0("max_kl", maxKl);
            requireFrom0("min_entropy", minEntropy);
            requireFrom0("max_grad_norm", maxGradNorm);
        }

        private static void requireFrom0(String key, double value) {
            if (!(value >= 0) || Double.isInfinite(value)) {
                throw new IllegalArgumentException(
                        key + " = " + value + ": must be finite and at least 0; 0 for no limit");
            }
        }

        /** The first limit that the numbers of a step pass, in words; null if none. */
        @Nullable String passed(Map<String, Double> metrics) {
            String passed = above("kl", maxKl, "max_kl", metrics);
            if (passed == null) {
                passed = above("grad_norm", maxGradNorm, "max_grad_norm", metrics);
            }
            Double entropy = metrics.get("entropy");
            if (passed == null && entropy != null && entropy < minEntropy) {
                passed = "entropy = " + entropy + " is below min_entropy = " + minEntropy;
            }
            return passed;
        }

        private static @Nullable String above(
                String name, double limit, String key, Map<String, Double> metrics) {
            Double value = metrics.get(name);
            return limit > 0 && value != null && value > limit
                    ? name + " = " + value + " is above " + key + " = " + limit
                    : null;
        }
    }
}
