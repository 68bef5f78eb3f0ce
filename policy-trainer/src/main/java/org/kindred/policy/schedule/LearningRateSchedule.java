package org.kindred.policy.schedule;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.kindred.policy.Spelling;

/**
 * Multiplier of the learning rate over a run, as in transformers: with a warm-up of W updates it is
 * {@code s / W} before update W, so that the first update has rate 0.
 */
public enum LearningRateSchedule {
    /** 1 after the warm-up. */
    CONSTANT,
    /** Falls from 1 to 0: {@code (total - s) / (total - W)}. */
    LINEAR,
    /** Falls from 1 to 0 along half a cosine: {@code (1 + cos(pi (s - W) / (total - W))) / 2}. */
    COSINE;

    /**
     * Multiplier of one update.
     *
     * @param update from 0
     * @param total updates of the run
     * @param warmup updates of the warm-up, from 0 to {@code total}
     */
    public double multiplier(long update, long total, long warmup) {
        if (update < warmup) {
            return (double) update / warmup;
        }
        double left = (double) (total - update) / Math.max(1, total - warmup);
        return switch (this) {
            case CONSTANT -> 1;
            case LINEAR -> Math.max(0, left);
            case COSINE -> 0.5 * (1 + Math.cos(Math.PI * (1 - Math.max(0, left))));
        };
    }

    @JsonCreator
    public static LearningRateSchedule parse(String text) {
        return Spelling.parse(LearningRateSchedule.class, "schedule", text);
    }

    @JsonValue
    public String spelling() {
        return Spelling.of(this);
    }
}
