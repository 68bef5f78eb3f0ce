package org.kindred.reward.scaling;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.reward.UserContext;
import org.kindred.reward.UserPrompt;

/** Finds users whose opinion may stand beside the user's own. */
@FunctionalInterface
public interface NeighbourSource {

    /** Nobody: only the user speaks. */
    NeighbourSource NOBODY = (asked, n) -> new Found(List.of(), n > 0);

    /**
     * Neighbours with the histories that may be read.
     *
     * @param users different users, nearest first, never the user asked about
     * @param cellShort whether the user's own cell held fewer than were asked for
     * @param failure why the judge could not say where the user belongs; null if it was not asked
     *     or did say
     */
    record Found(List<UserContext> users, boolean cellShort, @Nullable String failure) {
        public Found(List<UserContext> users, boolean cellShort) {
            this(users, cellShort, null);
        }

        public Found {
            users = List.copyOf(users);
        }
    }

    /**
     * @param asked the user and the prompt at hand; responses are not known
     */
    Found find(UserPrompt asked, int n);
}
