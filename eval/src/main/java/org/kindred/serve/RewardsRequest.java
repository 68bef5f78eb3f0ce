package org.kindred.serve;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Completions to reward.
 *
 * @param run whose histories, by the client's own name
 * @param step when; null where the client knows no step
 * @param size items of a batch over all processes, or rewards of a stream's window; 0 if not told
 * @param resume whether the trainer may have gone back to an earlier step
 */
record RewardsRequest(
        String run,
        @Nullable StepKey step,
        Normalise normalise,
        int size,
        boolean resume,
        List<Item> items) {

    /** Whether all items are of an evaluation. */
    boolean evaluates() {
        return items.stream().allMatch(Item::eval);
    }

    /** Redacted. */
    @Override
    public String toString() {
        return "RewardsRequest[" + items.size() + " items]";
    }
}
