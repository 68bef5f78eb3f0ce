package org.kindred.policy.run;

import java.nio.file.Path;
import org.kindred.policy.metrics.StepMetrics;

/** Hears of a run's progress; all methods do nothing unless overridden. */
public interface TrainingListener {

    /** A listener that ignores everything. */
    TrainingListener SILENT = new TrainingListener() {};

    /**
     * A step is done and logged.
     *
     * @param timings seconds of its parts
     */
    default void onStep(StepMetrics metrics, StepMetrics timings) {}

    /** The policy was measured; the step's number is that of the steps done. */
    default void onValidation(StepMetrics metrics) {}

    /** A checkpoint is complete on disk. */
    default void onCheckpoint(Path folder) {}

    /** Something a person should know that does not stop the run. */
    default void onWarning(String message) {}
}
