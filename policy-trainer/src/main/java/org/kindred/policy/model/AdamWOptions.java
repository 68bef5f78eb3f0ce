package org.kindred.policy.model;

import org.kindred.options.Meaning;

/**
 * AdamW as in {@code torch.optim.AdamW}: {@code p *= 1 - lr decay; m = b1 m + (1 - b1) g; v = b2 v
 * + (1 - b2) g^2; p -= lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)}.
 */
public record AdamWOptions(
        @Meaning("memory of the mean gradient") double beta1,
        @Meaning("memory of the squared gradient") double beta2,
        @Meaning("added to the root; larger values damp weights with small gradients")
                double epsilon,
        @Meaning("decoupled decay, on matrices only: not on norms and biases") double weightDecay,
        @Meaning(
                        "gradients are scaled down to this global norm, factor min(1, max / "
                                + "(norm + 1e-6)); 0 switches clipping off")
                double maxGradNorm) {
    public AdamWOptions {
        require(beta1 >= 0 && beta1 < 1, "beta1", beta1, "in [0, 1)");
        require(beta2 >= 0 && beta2 < 1, "beta2", beta2, "in [0, 1)");
        require(epsilon > 0 && Double.isFinite(epsilon), "epsilon", epsilon, "positive");
        require(
                weightDecay >= 0 && Double.isFinite(weightDecay),
                "weightDecay",
                weightDecay,
                "0 or more");
        require(
                maxGradNorm >= 0 && Double.isFinite(maxGradNorm),
                "maxGradNorm",
                maxGradNorm,
                "0 (no clipping) or more");
    }

    /** TRL's values: 0.9, 0.999, 1e-8, no decay, clipping at norm 1. */
    public static AdamWOptions defaults() {
        return new AdamWOptions(0.9, 0.999, 1e-8, 0.0, 1.0);
    }

    private static void require(boolean holds, String name, double value, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(name + " = " + value + ": must be " + allowed);
        }
    }
}
