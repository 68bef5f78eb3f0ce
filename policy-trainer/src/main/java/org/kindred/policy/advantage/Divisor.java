package org.kindred.policy.advantage;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.kindred.policy.Spelling;

/** What a sum of squared deviations is divided by: {@code n} (ours) or {@code n - 1} (TRL). */
public enum Divisor {
    POP,
    SAMPLE;

    /** Variance; NaN where there are too few values. */
    double variance(double squares, double count) {
        double divisor = this == POP ? count : count - 1;
        return divisor > 0 ? squares / divisor : Double.NaN;
    }

    @JsonCreator
    public static Divisor parse(String text) {
        return Spelling.parse(Divisor.class, "std", text);
    }

    @JsonValue
    public String spelling() {
        return Spelling.of(this);
    }
}
