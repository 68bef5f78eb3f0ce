package org.kindred.policy.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kindred.datasets.KindredException;
import org.kindred.policy.metrics.StepLog;
import org.kindred.policy.metrics.StepMetrics;

/**
 * The measurements of a run so far. What is best and whether to stop follow from the log alone, so
 * that a resumed run decides as one that went through.
 */
final class Validations {
    static final String FILE = "validation.jsonl";

    private final Watch.Validation validation;
    private final List<StepMetrics> measured;

    private Validations(Watch.Validation validation, List<StepMetrics> measured) {
        this.validation = validation;
        this.measured = measured;
    }

    /** With the measurements that a log holds. */
    static Validations read(Path folder, Watch.Validation validation) {
        return new Validations(validation, new ArrayList<>(StepLog.read(folder.resolve(FILE))));
    }

    /** Whether the policy must be measured after so many steps. */
    boolean due(long steps, boolean done) {
        boolean measuredNow = measured.stream().anyMatch(m -> m.step() == steps);
        return !measuredNow && (done || steps % validation.options().every() == 0);
    }

    StepMetrics measure(TrainingLoop loop) {
        StepMetrics metrics =
                new StepMetrics(loop.stepsDone(), validation.measure().of(loop.policy()));
        if (!metrics.values().containsKey(validation.metric())) {
            throw new KindredException(
                    "The measure gave no finite "
                            + validation.metric()
                            + ", by which the best checkpoint is chosen; it gave "
                            + metrics.values().keySet());
        }
        measured.add(metrics);
        return metrics;
    }

    /** The measurement with the highest value; the earliest of equal ones. */
    Optional<StepMetrics> best() {
        StepMetrics best = null;
        for (StepMetrics metrics : measured) {
            if (best == null || value(metrics) > value(best)) {
                best = metrics;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Whether the last {@code patience} measurements were none the better. */
    boolean exhausted() {
        int patience = validation.options().patience();
        return patience > 0
                && best().map(best -> measured.size() - 1 - measured.indexOf(best) >= patience)
                        .orElse(false);
    }

    private double value(StepMetrics metrics) {
        return metrics.value(validation.metric());
    }
}
