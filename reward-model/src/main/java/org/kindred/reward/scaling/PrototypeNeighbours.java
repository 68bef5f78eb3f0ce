package org.kindred.reward.scaling;

import java.util.List;
import java.util.Map;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.UserContext;
import org.kindred.reward.UserPrompt;
import org.kindred.reward.prototype.PrototypeSpace;
import org.kindred.reward.prototype.PrototypeSpace.Neighbours;

/**
 * Neighbours from a {@link PrototypeSpace}, with the controls that show what prototypes are worth.
 *
 * @param histories of the training users, from whom neighbours are taken
 * @param seeds used by {@link Choice#RANDOM}; a user always gets the same ones
 */
public record PrototypeNeighbours(
        PrototypeSpace space, Choice choice, Map<String, UserContext> histories, SeedTree seeds)
        implements NeighbourSource {

    /** Who is a neighbour. */
    public enum Choice {
        /** Members of the user's cell, nearest first: the paper. */
        PROTOTYPE,
        /** The nearest users, whatever their cell. */
        KNN,
        /** Any users. */
        RANDOM,
        /**
         * As PROTOTYPE, but each neighbour is replaced by another user by one fixed permutation:
         * the cells keep their sizes and lose their meaning.
         */
        SHUFFLED,
        /** Nobody: only the user speaks. */
        NONE
    }

    public PrototypeNeighbours {
        histories = Map.copyOf(histories);
    }

    @Override
    public Found find(UserPrompt asked, int n) {
        UserContext user = asked.user();
        Neighbours found =
                switch (choice) {
                    case PROTOTYPE -> space.neighbours(user, n);
                    case KNN -> space.nearestUsers(user, n);
                    case SHUFFLED ->
                            Permutation.of(histories.keySet(), seeds.child("shuffled"))
                                    .apply(space.neighbours(user, n), user.userId());
                    case RANDOM -> space.randomUsers(user, n, seeds.child(user.userId()));
                    case NONE -> new Neighbours(List.of(), n > 0);
                };
        return new Found(found.userIds().stream().map(this::history).toList(), found.cellShort());
    }

    private UserContext history(String userId) {
        UserContext history = histories.get(userId);
        if (history == null) {
            throw new KindredException(
                    "a neighbour has no history: "
                            + histories.size()
                            + " histories were given for "
                            + space.members().size()
                            + " members of the prototypes; give the rows the prototypes were found"
                            + " with");
        }
        return history;
    }
}
