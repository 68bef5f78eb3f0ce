package org.kindred.policy.advantage;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.kindred.policy.Spelling;

/** What P-GRPO compares a reward with. */
public enum HistoryBaseline {
    /** The mean of the group's history: the paper's formula. */
    GROUP_HISTORY,
    /** The prompt's own mean; a control that keeps only the scale of the history. */
    PROMPT_MEAN;

    @JsonCreator
    public static HistoryBaseline parse(String text) {
        return Spelling.parse(HistoryBaseline.class, "baseline", text);
    }

    @JsonValue
    public String spelling() {
        return Spelling.of(this);
    }
}
