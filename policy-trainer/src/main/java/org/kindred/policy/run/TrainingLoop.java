package org.kindred.policy.run;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.kindred.policy.advantage.GroupHistory;
import org.kindred.policy.metrics.StepMetrics;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.tokenizer.Tokenizer;

/** Training that goes step by step and can be saved between steps. */
public interface TrainingLoop {

    /** The next step. */
    StepMetrics step();

    /** Whether all steps are done. */
    boolean done();

    /** Steps so far. */
    long stepsDone();

    /** Seconds of the last step and its parts. */
    StepMetrics timings();

    /** What a person should know before the first step; no user text. */
    default List<String> warnings() {
        return List.of();
    }

    /** Where the loop is, and what it must find again when it goes on. */
    RunState state();

    /** Top-level options, in snake_case, that may differ on resume. */
    default Set<String> harmlessOptions() {
        return Set.of();
    }

    /** The model in training. */
    CausalLm policy();

    Tokenizer tokenizer();

    /** The reward history, where the loop keeps one. */
    default Optional<GroupHistory> history() {
        return Optional.empty();
    }

    /** Completions of the last step, where the loop samples any; user text. */
    default List<Sample> samples() {
        return List.of();
    }

    /** Whether a step that failed left everything as it was before, so that it can be saved. */
    default boolean intact() {
        return false;
    }

    /** Writes what else the next step depends on into a checkpoint's folder. */
    default void saveMore(Path folder) {}

    /** Takes up what {@link #saveMore} wrote after so many steps. */
    default void restoreMore(Path folder, long steps) {}
}
