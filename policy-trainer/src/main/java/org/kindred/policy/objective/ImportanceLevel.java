package org.kindred.policy.objective;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.kindred.policy.Spelling;

/** Whether the ratio of new to old policy is taken per token or per completion. */
public enum ImportanceLevel {
    /** {@code exp(lp - old)} of each token. */
    TOKEN,
    /** GSPO (arXiv 2507.18071): {@code exp(mean over the row of lp - old)}, one ratio per row. */
    SEQUENCE;

    @JsonCreator
    public static ImportanceLevel parse(String text) {
        return Spelling.parse(ImportanceLevel.class, "importance_sampling_level", text);
    }

    @JsonValue
    public String spelling() {
        return Spelling.of(this);
    }
}
