package org.kindred.reward.scaling;

import java.util.List;
import java.util.Map;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.RubricOutcome;
import org.kindred.reward.TextEmbedder;
import org.kindred.reward.UserContext;
import org.kindred.reward.UserPrompt;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.chain.SoloWriter;
import org.kindred.reward.prototype.PrototypeSpace.Neighbours;
import org.kindred.reward.prototype.ScenarioSpace;
import org.kindred.reward.scaling.PrototypeNeighbours.Choice;

/**
 * Neighbours by what a rubric says the user wants for the prompt at hand, as published; with the
 * controls of {@link PrototypeNeighbours}. A user for whom no rubric can be written has none.
 *
 * @param writer the one whose rubrics the space was found with
 * @param histories of the training users
 */
public record ScenarioNeighbours(
        ScenarioSpace space,
        Choice choice,
        SoloWriter writer,
        TextEmbedder embedder,
        Map<String, UserContext> histories,
        SeedTree seeds)
        implements NeighbourSource {
    public ScenarioNeighbours {
        histories = Map.copyOf(histories);
    }

    @Override
    public Found find(UserPrompt asked, int n) {
        String user = asked.user().userId();
        if (choice == Choice.NONE) {
            return new Found(List.of(), n > 0);
        }
        if (choice == Choice.RANDOM) {
            return found(space.randomUsers(user, n, seeds.child(user)));
        }
        RubricOutcome rubric = writer.rubrics(List.of(asked), Samples.of(1)).get(0).get(0);
        double[] taste = ScenarioSpace.taste(rubric, embedder);
        if (taste.length == 0) {
            return new Found(
                    List.of(),
                    true,
                    rubric instanceof RubricOutcome.Failed failed ? failed.reason() : null);
        }
        Neighbours near = space.neighbours(taste, user, n, choice != Choice.KNN);
        return found(
                choice == Choice.SHUFFLED
                        ? Permutation.of(histories.keySet(), seeds.child("shuffled"))
                                .apply(near, user)
                        : near);
    }

    private Found found(Neighbours near) {
        return new Found(near.userIds().stream().map(this::history).toList(), near.cellShort());
    }

    private UserContext history(String userId) {
        UserContext history = histories.get(userId);
        if (history == null) {
            throw new KindredException(
                    "a neighbour has no history: give the rows the prototypes were found with");
        }
        return history;
    }
}
