package org.kindred.serve;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What became of an item, as a client hears it and a step's file keeps it.
 *
 * @param content of {@link Item#content}
 * @param status {@code scored}, {@code abstained} or {@code failed}
 * @param raw the judge's reward; null unless scored
 * @param reward {@code raw} normalised; null unless scored
 * @param group preference group; null where none was asked for or known
 * @param cold whether the group had too few rewards to normalise by
 * @param reason why there is no reward; holds no text of users
 * @param eval whether it enters no history
 * @param resumed whether a resumed trainer sent it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Entry(
        String id,
        String content,
        String status,
        @Nullable Double raw,
        @Nullable Double reward,
        @Nullable String group,
        boolean cold,
        @Nullable String reason,
        boolean eval,
        boolean resumed) {
    static final String SCORED = "scored";
    static final String ABSTAINED = "abstained";
    static final String FAILED = "failed";

    /** Not normalised yet. */
    static Entry scored(Item item, double raw, @Nullable String group) {
        return new Entry(
                item.id(),
                item.content(),
                SCORED,
                raw,
                raw,
                group,
                false,
                null,
                item.eval(),
                false);
    }

    static Entry without(Item item, String status, String reason, @Nullable String group) {
        return new Entry(
                item.id(),
                item.content(),
                status,
                null,
                null,
                group,
                false,
                reason,
                item.eval(),
                false);
    }

    Entry normalised(double newReward, boolean newCold) {
        return new Entry(
                id, content, status, raw, newReward, group, newCold, reason, eval, resumed);
    }

    Entry asResumed(boolean now) {
        return new Entry(
                id, content, status, raw, reward, group, cold, reason, eval, resumed || now);
    }

    /** Whether its reward belongs into the history of its group. */
    boolean counts() {
        return raw != null && group != null && !eval;
    }
}
