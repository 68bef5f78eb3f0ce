package org.kindred.reward.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.TwoCamps;
import org.kindred.reward.UserContext;
import org.kindred.reward.WordHashEmbedder;
import org.kindred.reward.judge.JudgeOptions;
import org.kindred.reward.judge.RubricJudge;

/** What every baseline must do, on people in two camps. */
final class BaselinesTest {
    private static final List<Preference> TRAINING = TwoCamps.rows(24, 16, 1);
    private static final Map<String, UserContext> OTHERS =
            UserContext.byUser(TwoCamps.rows(40, 30, 2));
    private static List<Baseline> baselines;

    @BeforeAll
    static void fit() {
        baselines = fitted();
    }

    private static List<Baseline> fitted() {
        WordHashEmbedder embedder = new WordHashEmbedder();
        RubricJudge judge =
                RubricJudge.fit(
                        TRAINING, embedder, JudgeOptions.search().first(), SeedTree.root(1));
        return Baselines.fit(TRAINING, embedder, judge, SeedTree.root(2));
    }

    static List<Integer> all() {
        return java.util.stream.IntStream.range(0, 11).boxed().toList();
    }

    @Test
    void fit_names_areDifferent() {
        assertThat(baselines.stream().map(Baseline::name).distinct()).hasSize(11);
    }

    @ParameterizedTest
    @MethodSource("all")
    void score_withAndWithoutPast_isFiniteForEachResponse(int index) {
        Baseline baseline = baselines.get(index);
        for (int k : new int[] {0, 1, 10}) {
            assertThat(
                            baseline.score(
                                    OTHERS.get("u30").firstChoices(k),
                                    "How?",
                                    List.of(
                                            "A short one.",
                                            "Thank you for asking, please enjoy.",
                                            "")))
                    .hasSize(3)
                    .allMatch(ScoreOutcome.Scored.class::isInstance);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void fit_sameSeed_givesTheSameScores(int index) {
        Baseline again = fitted().get(index);
        UserContext user = OTHERS.get("u31").firstChoices(5);
        assertThat(again.score(user, "How?", List.of("That takes 3 cups.")))
                .isEqualTo(baselines.get(index).score(user, "How?", List.of("That takes 3 cups.")));
    }

    @ParameterizedTest
    @MethodSource("all")
    void score_tenChoices_helpWhereThePastIsRead(int index) {
        Baseline baseline = baselines.get(index);
        double without = accuracy(baseline, 0);
        double with = accuracy(baseline, 10);
        if (baseline.usesHistory()) {
            assertThat(with).as(baseline.name()).isGreaterThan(.5);
        } else {
            assertThat(with).isEqualTo(without);
        }
    }

    private static double accuracy(Baseline baseline, int shots) {
        Map<String, UserContext> fresh = new TreeMap<>(OTHERS);
        fresh.keySet().removeIf(id -> id.compareTo("u24") < 0);
        double right = 0;
        int pairs = 0;
        for (UserContext user : fresh.values()) {
            Baseline.Scorer scorer = baseline.forUser(user.firstChoices(shots));
            for (Preference row : user.history().subList(10, user.history().size())) {
                right +=
                        scorer.score(row.promptText(), row.chosenText())
                                        > scorer.score(row.promptText(), row.rejectedText())
                                ? 1
                                : 0;
                pairs++;
            }
        }
        return right / pairs;
    }
}
