package org.kindred.pipeline;

import java.util.List;
import org.kindred.options.Meaning;

/**
 * Choice of every arm's learning rate on seeds of their own, by the worst group's mean over these
 * seeds, before the runs that are reported.
 */
public record TuningOptions(
        @Meaning("learning rates to choose from, for example [3e-5, 1e-4, 3e-4]; empty: no choice")
                List<Double> rates,
        @Meaning("seeds that the choice is made on; none of them may be a seed of the recipe")
                List<Long> seeds) {

    public TuningOptions {
        rates = List.copyOf(rates);
        seeds = List.copyOf(seeds);
        for (double rate : rates) {
            if (!(rate > 0) || Double.isInfinite(rate)) {
                throw new IllegalArgumentException(
                        "rates holds " + rate + ": must be positive, for example 1e-4");
            }
        }
        if (!rates.isEmpty() && seeds.isEmpty()) {
            throw new IllegalArgumentException(
                    "rates are given and seeds are not: name at least one, for example [101]");
        }
    }

    public static TuningOptions none() {
        return new TuningOptions(List.of(), List.of());
    }

    boolean wanted() {
        return !rates.isEmpty();
    }
}
