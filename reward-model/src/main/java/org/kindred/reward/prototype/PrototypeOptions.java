package org.kindred.reward.prototype;

import org.kindred.options.Meaning;

/** Options of {@link PrototypeSpace}. */
public record PrototypeOptions(
        @Meaning(
                        value =
                                "number of prototypes; 0 chooses the smallest whose held-out log-likelihood is within "
                                        + "one standard error of the best",
                        essential = true)
                int k,
        @Meaning("largest number tried where k is 0") int most,
        @Meaning("what is clustered") Features features,
        @Meaning("starts of k-means, where personas in words are clustered") int starts,
        @Meaning(
                        "times that users are drawn and clustered again to tell how stable the "
                                + "cells are; 0 for never")
                int bootstrap) {
    public static final int AUTO = 0;

    /** What is clustered. */
    public enum Features {
        /**
         * Place on the judge's axes, as a mixture of normal distributions ({@code
         * GaussianMixturePrior}).
         */
        WEIGHTS,
        /** Embedding of the persona in words, as in the paper; hardly separates opposites. */
        PERSONA_TEXT,
        /** Both, each block with mean square distance 1 from its mean. */
        BOTH
    }

    public PrototypeOptions {
        if (k < 0 || k > 10_000) {
            throw new IllegalArgumentException(
                    "k = " + k + ": must be 1 to 10000, or 0 for an automatic choice");
        }
        if (most < 1 || most > 1_000) {
            throw new IllegalArgumentException("most = " + most + ": must be 1 to 1000");
        }
        if (starts < 1 || starts > 1_000) {
            throw new IllegalArgumentException("starts = " + starts + ": must be 1 to 1000");
        }
        if (bootstrap < 0 || bootstrap > 1_000) {
            throw new IllegalArgumentException(
                    "bootstrap = " + bootstrap + ": must be 0 (never) to 1000");
        }
    }

    public static PrototypeOptions defaults() {
        return new PrototypeOptions(AUTO, 8, Features.WEIGHTS, 20, 20);
    }

    /** The same with a fixed number of prototypes. */
    public PrototypeOptions withK(int fixed) {
        return new PrototypeOptions(fixed, most, features, starts, bootstrap);
    }
}
