package org.kindred.eval.alignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.metric.RougeL;

final class OverOptimisationTest {

    private static Sample sample(String policy, int user, double reward, double evaluation) {
        return new Sample(
                policy,
                "u" + user,
                true,
                true,
                user < 8 ? "a" : "b",
                "p",
                "u" + user + "/r",
                0,
                reward,
                Double.NaN,
                evaluation,
                2,
                "some text");
    }

    /** Rewards of the start spread by 2, evaluations by 1; group a is pleased in one judge only. */
    private static List<Sample> samples() {
        List<Sample> samples = new ArrayList<>();
        for (int user = 0; user < 16; user++) {
            int side = user % 2 == 0 ? 1 : -1;
            samples.add(sample("sft", user, 5 + 2 * side, 5 + side));
            samples.add(
                    sample(
                            "grpo",
                            user,
                            5 + 2 * side + 2,
                            user == 0 ? Double.NaN : 5 + side + (user < 8 ? 0 : 1)));
        }
        return samples;
    }

    @Test
    void of_gainsInStandardDeviationsOfTheStart_andTheirGap() {
        List<OverOptimisation> rows =
                OverOptimisation.of(samples(), List.of("sft", "grpo"), 200, SeedTree.root(1));
        assertThat(rows).extracting(OverOptimisation::group).containsExactly("all", "a", "b");
        double scale = Math.sqrt(15 / 16.0); // n - 1 of 16 scores at +-1
        OverOptimisation a = rows.get(1);
        assertThat(a.completions()).isEqualTo(7); // one has no second score
        assertThat(a.rewardGain().mean()).isCloseTo(scale, within(1e-12));
        assertThat(a.evaluationGain().mean()).isZero();
        assertThat(a.gap().mean()).isCloseTo(scale, within(1e-12));
        assertThat(a.sentence())
                .startsWith("On group a, grpo gained +0.97 over sft by the judge that rewarded it")
                .endsWith("is over-optimisation.");
        assertThat(rows.get(2).gap().mean()).isCloseTo(0, within(1e-12));
    }

    @Test
    void of_withoutASecondJudge_isEmpty() {
        List<Sample> samples =
                List.of(sample("sft", 1, 5, Double.NaN), sample("grpo", 1, 6, Double.NaN));
        assertThat(OverOptimisation.of(samples, List.of("sft", "grpo"), 100, SeedTree.root(1)))
                .isEmpty();
    }

    @Test
    void alignment_isByTheBestMeasureThereIs() {
        Alignment real =
                Alignment.of(samples(), List.of("sft", "grpo"), "labels", 100, SeedTree.root(1));
        assertThat(real.measure()).isEqualTo(Measure.EVALUATING_JUDGE);
        assertThat(real.comparisons().get(0).sentence()).contains("in evaluating judge's total");
        assertThat(real.winRates())
                .extracting(WinRate::by)
                .containsOnly("judge", "evaluating judge");
        List<Sample> rewarded =
                samples().stream().map(sample -> sample.withEvaluation(Double.NaN)).toList();
        Alignment alone =
                Alignment.of(rewarded, List.of("sft", "grpo"), "labels", 100, SeedTree.root(1));
        assertThat(alone.measure()).isEqualTo(Measure.REWARD);
        assertThat(alone.summary("grpo").orElseThrow().shareWeighted()).isCloseTo(7, within(1e-12));
    }

    @Test
    void alignment_withoutAnyScore_hasNoSummary_andDoesNotFail() {
        List<Sample> samples = List.of(sample("sft", 1, Double.NaN, Double.NaN));
        Alignment none = Alignment.of(samples, List.of("sft"), "labels", 100, SeedTree.root(1));
        assertThat(none.summary("sft")).isEmpty();
    }

    @Test
    void rougeL_f1OfTheLongestCommonSubsequence() {
        // rouge_score 0.1.2: "the cat is on the mat" against "the cat sat on the mat": 5 / 6
        assertThat(RougeL.f1("the cat is on the mat", "The cat sat on the mat."))
                .isCloseTo(5 / 6.0, within(1e-12));
        assertThat(RougeL.f1("a b", "b a c")).isCloseTo(2 * 1 / 5.0, within(1e-12));
        assertThat(RougeL.f1("", "words")).isZero();
        assertThat(RougeL.f1("words", "...")).isNaN();
    }

    @Test
    void slice_namedAll_isNotAGroup() {
        assertThat(Slice.of(List.of("x"), x -> "all", x -> "all"))
                .extracting(Slice::group)
                .containsExactly("all");
        assertThat(Slice.words("seen_users", "a")).isEqualTo("group a, seen users");
    }
}
