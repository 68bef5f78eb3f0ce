package org.kindred.eval.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.simulation.SimulatedPopulation;
import org.kindred.datasets.simulation.SimulationOptions;
import org.kindred.reward.BgeEmbedder;
import org.kindred.reward.UserContext;
import org.kindred.reward.judge.JudgeOptions;
import org.kindred.reward.judge.KernelWeights;
import org.kindred.reward.judge.RubricJudge;
import org.kindred.reward.judge.UserPosterior;

/**
 * How long the rubric judge takes to learn 1,000 users with 50 choices each and to score responses
 * that it never saw: seconds to {@code target/judge-speed.csv}, nothing asserted about them.
 */
@Tag("slow")
final class JudgeSpeedTest {

    @Test
    void fitAndScore_ofThousandUsers_goToATable() {
        List<Preference> training = rows(1_000, 1);
        List<Preference> others = rows(100, 2);
        assertThat(training).hasSize(50_000);
        Map<String, JudgeOptions> settings = new LinkedHashMap<>();
        settings.put("criteria", with(new KernelWeights(4, 0, 0, 1, 1)));
        settings.put("criteria, words, embeddings", JudgeOptions.search().first());
        StringBuilder table = new StringBuilder("features,fit_seconds,responses,responses_per_s\n");
        for (Map.Entry<String, JudgeOptions> setting : settings.entrySet()) {
            try (BgeEmbedder embedder = new BgeEmbedder(BgeEmbedder.Options.defaults())) {
                long start = System.nanoTime();
                RubricJudge judge =
                        RubricJudge.fit(training, embedder, setting.getValue(), SeedTree.root(1));
                double fit = (System.nanoTime() - start) / 1e9;
                start = System.nanoTime();
                double sum = 0;
                for (UserContext user : UserContext.byUser(others).values()) {
                    UserPosterior posterior =
                            judge.posterior(
                                    new UserContext(user.userId(), user.history().subList(0, 10)));
                    for (Preference row : user.history()) {
                        sum += judge.score(posterior, row.promptText(), row.chosenText());
                        sum += judge.score(posterior, row.promptText(), row.rejectedText());
                    }
                }
                double seconds = (System.nanoTime() - start) / 1e9;
                assertThat(sum).isFinite();
                table.append(
                        String.format(
                                Locale.ROOT,
                                "\"%s\",%.1f,%d,%.0f%n",
                                setting.getKey(),
                                fit,
                                2 * others.size(),
                                2 * others.size() / seconds));
            }
        }
        AtomicFiles.writeText(Path.of("target", "judge-speed.csv"), table.toString());
    }

    private static List<Preference> rows(int users, long seed) {
        SimulationOptions defaults = SimulationOptions.defaults().withUsers(users * 3 / 2);
        List<Preference> seen =
                SimulatedPopulation.generate(
                                new SimulationOptions(
                                        defaults.world(),
                                        defaults.people(), // a quarter of them is held back
                                        new SimulationOptions.Texts(8, 0, 8, 0, 12, 0.1),
                                        new SimulationOptions.Pairs(50, 0, 0, 0),
                                        defaults.ratings()),
                                SeedTree.root(seed))
                        .dataset()
                        .preferences()
                        .stream()
                        .filter(row -> "seen".equals(row.userSplit()))
                        .toList();
        return UserContext.byUser(seen).values().stream()
                .limit(users)
                .flatMap(user -> user.history().stream())
                .toList();
    }

    /** The settings that the search finds in the default world, with these features. */
    private static JudgeOptions with(KernelWeights kernel) {
        JudgeOptions all = JudgeOptions.search();
        return new JudgeOptions(
                List.of(kernel),
                List.of(3),
                List.of(10.0),
                List.of(30.0),
                List.of(2.0),
                all.ratingRange(),
                all.modes().subList(2, 3),
                List.of(4),
                all.tau(),
                all.landmarks(),
                all.scenarios(),
                all.folds(),
                all.rounds(),
                all.scale());
    }
}
