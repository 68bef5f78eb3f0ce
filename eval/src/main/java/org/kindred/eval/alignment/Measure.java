package org.kindred.eval.alignment;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * By what a completion is measured: the best that is known of the people whom it was written for.
 */
public enum Measure {
    /** The simulation's, which no judge ever saw. */
    TRUE_UTILITY("true utility", "truth", Sample::utility),
    /** A second judge, fitted on choices that the rewarding one never read. */
    EVALUATING_JUDGE("evaluating judge's total", "evaluating judge", Sample::evaluation),
    /** The judge whose rewards policies were trained on: says nothing of over-optimisation. */
    REWARD("reward", "judge", Sample::reward);

    private final String words;
    private final String by;
    private final ToDoubleFunction<Sample> value;

    Measure(String words, String by, ToDoubleFunction<Sample> value) {
        this.words = words;
        this.by = by;
        this.value = value;
    }

    /** The first of these that any completion has; rewards if there is none. */
    public static Measure of(List<Sample> samples) {
        for (Measure measure : values()) {
            if (measure.isKnown(samples)) {
                return measure;
            }
        }
        return REWARD;
    }

    boolean isKnown(List<Sample> samples) {
        return samples.stream().anyMatch(sample -> Double.isFinite(value.applyAsDouble(sample)));
    }

    /** NaN where the completion has no such score. */
    public double of(Sample sample) {
        return value.applyAsDouble(sample);
    }

    /** In words, for tables and sentences. */
    @JsonValue
    public String words() {
        return words;
    }

    /** Who decides, in win rates. */
    String by() {
        return by;
    }
}
