package org.kindred.policy.advantage;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.kindred.policy.Spelling;

/** Whether the finished advantages of a step are rescaled together. */
public enum Whitening {
    /** They stay as the formula gives them. */
    NONE,
    /** Divided by max(0.1, their root mean square over the step) + 1e-6: one common factor. */
    BATCH_RMS;

    @JsonCreator
    public static Whitening parse(String text) {
        return Spelling.parse(Whitening.class, "final_whitening", text);
    }

    @JsonValue
    public String spelling() {
        return Spelling.of(this);
    }
}
