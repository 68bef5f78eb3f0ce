package org.kindred.policy.advantage;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.kindred.datasets.Json;

/** Short ways to feed rewards to a normaliser in tests. */
final class Steps {

    private Steps() {}

    static PromptScores prompt(String id, String group, double... rewards) {
        return new PromptScores(id, group, null, new double[][] {rewards});
    }

    static AdvantageNormaliser normaliser(AdvantageOptions options, String... groups) {
        Map<String, Double> shares = new TreeMap<>();
        for (String group : groups) {
            shares.put(group, 1.0 / groups.length);
        }
        GroupHistory history =
                options.estimator().usesHistory()
                        ? GroupHistory.empty(options.memory(), Set.of(groups), "test")
                        : null;
        return new AdvantageNormaliser(options, new double[] {1}, shares, history);
    }

    /** Advantages of a step that holds one prompt. */
    static double[] one(AdvantageNormaliser normaliser, String group, double... rewards) {
        return normaliser.normalise(List.of(prompt("x", group, rewards))).values()[0];
    }

    /** The formula's own numbers: no epsilon, no clip, no whitening. */
    static AdvantageOptions raw(EstimatorKind kind) {
        return AdvantageOptions.defaults(kind)
                .withStd(Divisor.POP, 0)
                .withAdvantageClip(0)
                .withSize(Whitening.NONE, GroupWeight.NONE, 0);
    }

    /** Random steps: prompts of two to five completions in groups A, B and C. */
    static List<List<PromptScores>> random(java.util.SplittableRandom random, int steps) {
        List<List<PromptScores>> all = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            List<PromptScores> prompts = new ArrayList<>();
            for (int j = 0; j < 6; j++) {
                double[] rewards = random.doubles(2 + random.nextInt(4), -3, 7).toArray();
                prompts.add(prompt("p" + j, "" + "ABC".charAt(random.nextInt(3)), rewards));
            }
            all.add(prompts);
        }
        return all;
    }

    /** Everything a history holds, doubles to the last bit. */
    static String bits(GroupHistory history) {
        StringBuilder text = new StringBuilder().append(history.steps());
        history.groups().forEach(g -> text.append(Json.tree(history.state(g))));
        return text.toString();
    }
}
