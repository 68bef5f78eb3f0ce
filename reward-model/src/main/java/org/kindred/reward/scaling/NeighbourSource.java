package org.kindred.reward.scaling;

import java.util.List;
import org.kindred.reward.UserContext;
import org.kindred.reward.chain.ChainRequest;

/** Finds users whose opinion may stand beside the user's own. */
@FunctionalInterface
public interface NeighbourSource {

    /**
     * Neighbours with the histories that may be read.
     *
     * @param users different users, nearest first, never the user himself
     * @param cellShort whether the user's own cell held fewer than were asked for
     */
    record Found(List<UserContext> users, boolean cellShort) {
        public Found {
            users = List.copyOf(users);
        }
    }

    /**
     * @param request the user and the question at hand; its responses must not be looked at
     */
    Found find(ChainRequest request, int n);
}
