package org.kindred.pipeline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.eval.alignment.Samples;

/**
 * A prompt that policies answer in evaluation: new to training, asked by one user.
 *
 * @param id {@code user/row}, the same for all policies
 * @param seen whether the user took part in training
 * @param inDomain whether the prompt's domain did
 */
record EvaluationPrompt(String id, String userId, String text, boolean seen, boolean inDomain) {

    /**
     * Up to {@code perUser} different prompts of new items for every user in the domains of
     * training, and as many outside, in the order of the row ids.
     */
    static List<EvaluationPrompt> of(
            PreferenceDataset dataset, Set<String> outOfDistribution, int perUser) {
        List<EvaluationPrompt> prompts = new ArrayList<>();
        dataset.byUser()
                .forEach(
                        (user, rows) -> {
                            List<Preference> targets =
                                    rows.stream()
                                            .filter(row -> row.isTarget() && row.isOfNewItem())
                                            .sorted(Comparator.comparing(Preference::id))
                                            .toList();
                            for (boolean inDomain : new boolean[] {true, false}) {
                                Set<String> taken = new TreeSet<>();
                                for (Preference row : targets) {
                                    boolean known =
                                            !outOfDistribution.contains(
                                                    String.valueOf(row.domain()));
                                    if (known == inDomain
                                            && taken.size() < perUser
                                            && taken.add(row.promptText())) {
                                        prompts.add(
                                                new EvaluationPrompt(
                                                        Samples.promptId(row),
                                                        user,
                                                        row.promptText(),
                                                        !row.isOfUnseenUser(),
                                                        inDomain));
                                    }
                                }
                            }
                        });
        return prompts;
    }
}
