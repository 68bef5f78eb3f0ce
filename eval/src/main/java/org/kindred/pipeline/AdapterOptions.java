package org.kindred.pipeline;

import java.util.EnumSet;
import java.util.List;
import org.kindred.options.Meaning;
import org.kindred.policy.model.LoraOptions;

/** Whether adapters are trained instead of all weights. */
public record AdapterOptions(
        @Meaning(value = "rank of the adapters; 0 trains all weights", essential = true) int rank,
        @Meaning("numerator of their scale alpha / rank; twice the rank is common") double alpha,
        @Meaning("projections of every layer that get an adapter")
                List<LoraOptions.Projection> targets) {

    public AdapterOptions {
        targets = List.copyOf(targets);
        if (rank < 0) {
            throw new IllegalArgumentException(
                    "rank = " + rank + ": must be 0 (train all weights) or more");
        }
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("targets: name at least one projection");
        }
        if (rank > 0) {
            new LoraOptions(rank, alpha, false, EnumSet.copyOf(targets));
        }
    }

    /** All weights; alpha 32 and all projections once a rank is given. */
    public static AdapterOptions none() {
        LoraOptions lora = LoraOptions.defaults();
        return new AdapterOptions(0, lora.alpha(), List.copyOf(lora.targets()));
    }

    boolean wanted() {
        return rank > 0;
    }

    /** Call it only where adapters are wanted. */
    LoraOptions lora() {
        return new LoraOptions(rank, alpha, false, EnumSet.copyOf(targets));
    }
}
