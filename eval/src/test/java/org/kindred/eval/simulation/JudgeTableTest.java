package org.kindred.eval.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.simulation.SimulatedPopulation;
import org.kindred.datasets.simulation.SimulationOptions;
import org.kindred.eval.stats.RandIndex;
import org.kindred.reward.BgeEmbedder;
import org.kindred.reward.UserContext;
import org.kindred.reward.judge.JudgeMode;
import org.kindred.reward.judge.JudgeOptions;
import org.kindred.reward.judge.KernelWeights;
import org.kindred.reward.judge.RubricJudge;
import org.kindred.reward.judge.UserPosterior;
import org.kindred.reward.prototype.PrototypeOptions;
import org.kindred.reward.prototype.PrototypeSpace;

/**
 * What the rubric judge learns of people whom it never met, in the default world, against an oracle
 * that knows their weights: the whole search, and with one part of the features alone. Writes
 * {@code target/judge.csv}; takes half an hour.
 */
@Tag("slow")
final class JudgeTableTest {
    private static final int SEEDS = 5;
    private static final List<Integer> SHOTS = List.of(0, 3, 10, 24);

    /** Parts of the default search; {@code known} effects of recurring texts belong to each. */
    private static final Map<String, Predicate<KernelWeights>> PARTS =
            new TreeMap<>(
                    Map.of(
                            "all", kernel -> true,
                            "criteria alone",
                                    kernel ->
                                            kernel.criteria() > 0
                                                    && kernel.terms() + kernel.embedding() == 0,
                            "embeddings alone", kernel -> kernel.criteria() + kernel.terms() == 0));

    /** Right answers by number of shots, then those of the oracle. */
    private static final class Tally {
        private final int[] right = new int[SHOTS.size() + 1];
        private int pairs;

        double accuracy(int column) {
            return right[column] / (double) pairs;
        }

        /** How far K = 10 goes from nothing known to all known. */
        double share() {
            return (accuracy(2) - accuracy(0)) / (accuracy(SHOTS.size()) - accuracy(0));
        }
    }

    @Test
    void unseenUsers_areUnderstoodFromTenChoices() {
        StringBuilder table =
                new StringBuilder(
                        "features,seed,items,k0,k3,k10,k24,oracle,share,prototypes,ari,least_stability\n");
        List<Tally> tallies = new ArrayList<>();
        List<Double> agreements = new ArrayList<>();
        try (BgeEmbedder embedder = new BgeEmbedder(BgeEmbedder.Options.defaults())) {
            for (int seed = 1; seed <= SEEDS; seed++) {
                SimulatedPopulation world =
                        SimulatedPopulation.generate(
                                SimulationOptions.defaults(), SeedTree.root(seed));
                List<Preference> training = world.dataset().training();
                for (String part : PARTS.keySet()) {
                    RubricJudge judge =
                            RubricJudge.fit(
                                    training, embedder, options(PARTS.get(part)), SeedTree.root(1));
                    PrototypeSpace space =
                            PrototypeSpace.fit(
                                    judge, training, PrototypeOptions.defaults(), SeedTree.root(2));
                    double ari = agreement(space, world);
                    for (String items : List.of("train", "test")) {
                        Tally tally = tally(judge, world, items);
                        table.append(line(part, seed, items, tally, space, ari));
                        if (part.equals("all")) {
                            tallies.add(tally);
                        }
                    }
                    if (part.equals("all")) {
                        agreements.add(ari);
                    }
                }
                AtomicFiles.writeText(Path.of("target", "judge.csv"), table.toString());
            }
        }
        assertThat(agreements).allMatch(ari -> ari >= 0.6);
        assertThat(mean(tallies.stream().map(Tally::share).toList())).isGreaterThanOrEqualTo(0.7);
        assertThat(mean(tallies.stream().map(t -> t.accuracy(2) - t.accuracy(0)).toList()))
                .isGreaterThanOrEqualTo(0.1);
    }

    private static JudgeOptions options(Predicate<KernelWeights> part) {
        JudgeOptions all = JudgeOptions.search();
        return new JudgeOptions(
                all.kernels().stream().filter(part).toList(),
                all.axes(),
                all.penalties(),
                all.axisFactors(),
                all.ratingWeights(),
                all.ratingRange(),
                all.modes(),
                all.prototypes(),
                all.tau(),
                all.landmarks(),
                all.scenarios(),
                all.folds(),
                all.rounds(),
                all.scale());
    }

    /** Unseen users, targets of domains that training knows. */
    private static Tally tally(RubricJudge judge, SimulatedPopulation world, String items) {
        Tally tally = new Tally();
        List<Preference> unseen =
                world.dataset().preferences().stream()
                        .filter(row -> "unseen".equals(row.userSplit()))
                        .toList();
        for (UserContext user : UserContext.byUser(unseen).values()) {
            List<Preference> past =
                    user.history().stream().filter(row -> "fit".equals(row.part())).toList();
            List<UserPosterior> posteriors =
                    SHOTS.stream()
                            .map(k -> new UserContext(user.userId(), past.subList(0, k)))
                            .map(
                                    context ->
                                            context.history().isEmpty()
                                                    ? judge.posterior(context, JudgeMode.NO_HISTORY)
                                                    : judge.posterior(context))
                            .toList();
            for (Preference row : user.history()) {
                if ("eval".equals(row.part())
                        && Objects.equals(row.itemSplit(), items)
                        && !"ood".equals(row.split())) {
                    tally.pairs++;
                    String prompt = row.promptText();
                    for (int i = 0; i < SHOTS.size(); i++) {
                        UserPosterior posterior = posteriors.get(i);
                        tally.right[i] +=
                                judge.score(posterior, prompt, row.chosenText())
                                                > judge.score(posterior, prompt, row.rejectedText())
                                        ? 1
                                        : 0;
                    }
                    tally.right[SHOTS.size()] +=
                            world.truth().utility(row.userId(), prompt, row.chosenText())
                                            > world.truth()
                                                    .utility(
                                                            row.userId(),
                                                            prompt,
                                                            row.rejectedText())
                                    ? 1
                                    : 0;
                }
            }
        }
        return tally;
    }

    private static double agreement(PrototypeSpace space, SimulatedPopulation world) {
        List<String> users = List.copyOf(space.members().keySet());
        return RandIndex.adjusted(
                users.stream().map(space.members()::get).toList(),
                users.stream().map(world.truth()::groupOf).toList());
    }

    private static String line(
            String part, int seed, String items, Tally tally, PrototypeSpace space, double ari) {
        StringBuilder line =
                new StringBuilder(String.join(",", part, Integer.toString(seed), items));
        for (int i = 0; i <= SHOTS.size(); i++) {
            line.append(String.format(Locale.ROOT, ",%.3f", tally.accuracy(i)));
        }
        return line.append(
                        String.format(
                                Locale.ROOT,
                                ",%.3f,%d,%.3f,%.3f%n",
                                tally.share(),
                                space.prototypes().size(),
                                ari,
                                space.prototypes().stream()
                                        .mapToDouble(PrototypeSpace.Prototype::stability)
                                        .min()
                                        .orElseThrow()))
                .toString();
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }
}
