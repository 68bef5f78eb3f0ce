package org.kindred.pipeline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.eval.alignment.Samples;

/**
 * A prompt that policies answer in evaluation, asked by one user.
 *
 * @param id {@code user/row}, the same for all policies
 * @param seen whether the user took part in training
 * @param inDomain whether the prompt's domain did
 */
record EvaluationPrompt(
        String id,
        String userId,
        List<Message> prompt,
        String text,
        boolean seen,
        boolean inDomain) {

    /** Prompts of training, in the order of its rows. */
    static List<EvaluationPrompt> ofTraining(PreferenceDataset dataset) {
        return dataset.training().stream()
                .map(
                        row ->
                                new EvaluationPrompt(
                                        Samples.promptId(row),
                                        row.userId(),
                                        row.prompt(),
                                        row.promptText(),
                                        true,
                                        true))
                .toList();
    }

    /**
     * Up to {@code perUser} different prompts for every user in the domains of training, and as
     * many outside, in the order of the row ids: new ones where any target is new, else known ones.
     */
    static List<EvaluationPrompt> of(
            PreferenceDataset dataset, Set<String> outOfDistribution, int perUser) {
        List<Preference> targets = dataset.targets();
        boolean anyNew = targets.stream().anyMatch(Preference::isOfNewItem);
        Map<String, List<Preference>> byUser = new TreeMap<>();
        targets.stream()
                .filter(row -> !anyNew || row.isOfNewItem())
                .sorted(Comparator.comparing(Preference::id))
                .forEach(
                        row ->
                                byUser.computeIfAbsent(row.userId(), id -> new ArrayList<>())
                                        .add(row));
        List<EvaluationPrompt> prompts = new ArrayList<>();
        for (List<Preference> rows : byUser.values()) {
            for (boolean inDomain : new boolean[] {true, false}) {
                Set<String> taken = new TreeSet<>();
                for (Preference row : rows) {
                    boolean known = !outOfDistribution.contains(String.valueOf(row.domain()));
                    if (known == inDomain
                            && taken.size() < perUser
                            && taken.add(row.promptText())) {
                        prompts.add(
                                new EvaluationPrompt(
                                        Samples.promptId(row),
                                        row.userId(),
                                        row.prompt(),
                                        row.promptText(),
                                        !row.isOfUnseenUser(),
                                        inDomain));
                    }
                }
            }
        }
        return prompts;
    }
}
