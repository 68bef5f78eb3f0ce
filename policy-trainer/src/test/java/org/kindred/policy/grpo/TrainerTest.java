package org.kindred.policy.grpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kindred.datasets.KindredException;
import org.kindred.policy.TinyPolicy;
import org.kindred.policy.advantage.EstimatorKind;
import org.kindred.policy.metrics.StepMetrics;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.tokenizer.Tokenizer;

final class TrainerTest {
    @TempDir static Path folder;
    private static Tokenizer tokenizer;
    private static Double firstReward;

    @BeforeAll
    static void makeTokenizer() {
        tokenizer = TinyPolicy.tokenizer(folder.resolve("tokenizer"));
    }

    @AfterAll
    static void closeTokenizer() {
        tokenizer.close();
    }

    private static List<StepMetrics> train(TrainerOptions options, int steps) {
        List<StepMetrics> metrics = new ArrayList<>();
        withTrainer(
                options,
                trainer -> {
                    for (int step = 0; step < steps; step++) {
                        metrics.add(trainer.step());
                    }
                });
        return metrics;
    }

    private static void withTrainer(TrainerOptions options, Consumer<Trainer> work) {
        try (CausalLm policy = TinyPolicy.model(tokenizer, 1);
                CausalLm reference = policy.frozenCopy()) {
            work.accept(new Trainer(TinyRun.inputs(policy, reference, tokenizer), options));
        }
    }

    @Test
    void pGrpo_raisesTheRewardOfBothGroups() {
        List<StepMetrics> metrics = train(TinyRun.options(EstimatorKind.P_GRPO, 25, 0), 25);
        StepMetrics first = metrics.get(0);
        StepMetrics last = metrics.get(24);
        assertThat(first.value("group/lower/reward_mean")).isLessThan(.3);
        assertThat(last.value("group/lower/reward_mean")).isGreaterThan(.8);
        assertThat(last.value("group/digits/reward_mean")).isGreaterThan(.8);
        assertThat(last.value("history/lower/count")).isEqualTo(25 * 2 * 8);
    }

    @ParameterizedTest
    @EnumSource(EstimatorKind.class)
    void everyEstimator_trainsOnTheSamePromptsAndReportsFiniteNumbers(EstimatorKind estimator) {
        StepMetrics first = train(TinyRun.options(estimator, 2, .01), 1).get(0);
        // the first rollout of a seed does not depend on the estimator
        firstReward = firstReward == null ? Double.valueOf(first.value("reward")) : firstReward;
        assertThat(first.value("reward")).isEqualTo(firstReward);
        assertThat(first.value("rows/generated")).isEqualTo(32);
        assertThat(first.value("rows/used")).isEqualTo(32);
        assertThat(first.value("grad_norm")).isPositive();
        assertThat(first.value("group/digits/sampled_share")).isEqualTo(.5);
        assertThat(first.value("kl")).isNotNegative();
        assertThat(first.value("learning_rate")).isEqualTo(.02);
        assertThat(first.value("group/worst_reward"))
                .isEqualTo(
                        Math.min(
                                first.value("group/lower/reward_mean"),
                                first.value("group/digits/reward_mean")));
    }

    @Test
    void onPolicyFirstEpochWithoutKl_hasTheLossThatAdvantagesImply() {
        TrainerOptions options = TinyRun.options(EstimatorKind.GRPO, 1, 0);
        StepMetrics metrics = train(withInnerEpochs(options, 1), 1).get(0);
        // ratio 1, one length for all rows: minus the mean advantage, which is 0 for GRPO
        assertThat(metrics.value("loss")).isCloseTo(0, within(.3));
        assertThat(metrics.value("clip_ratio/region_mean")).isZero();
    }

    private static TrainerOptions withInnerEpochs(TrainerOptions o, int innerEpochs) {
        BatchOptions b = o.batch();
        return new TrainerOptions(
                o.steps(),
                new BatchOptions(
                        b.promptsPerStep(),
                        b.completionsPerPrompt(),
                        b.groupSampling(),
                        innerEpochs,
                        b.microBatchRows()),
                o.optimizer(),
                o.sampling(),
                o.advantage(),
                o.objective(),
                o.regularisation(),
                o.maskTruncatedCompletions(),
                o.scoring(),
                o.seed());
    }

    @Test
    void unscoredCompletions_leaveLossAndHistory_andEveryRowIsAccountedFor() {
        RewardFunction moody =
                (prompt, texts) -> {
                    List<ScoreOutcome> outcomes = TinyRun.likedShare(prompt, texts);
                    for (int i = 0; i < outcomes.size(); i++) {
                        boolean dropAllButOne = prompt.group().equals("digits") && i > 0;
                        if (dropAllButOne || i == 3) {
                            outcomes.set(i, new ScoreOutcome.Abstained("no view"));
                        }
                    }
                    return outcomes;
                };
        try (CausalLm policy = TinyPolicy.model(tokenizer, 1)) {
            TrainerInputs inputs =
                    new TrainerInputs(
                            policy,
                            null,
                            tokenizer,
                            TinyRun.prompts(),
                            List.of(RewardSource.of("moody", moody)));
            StepMetrics m = new Trainer(inputs, TinyRun.options(EstimatorKind.P_GRPO, 1, 0)).step();
            assertThat(m.value("rows/generated")).isEqualTo(32);
            assertThat(m.value("rows/used")).isEqualTo(14); // 7 of each of two lower prompts
            assertThat(m.value("rows/unscored")).isEqualTo(16);
            assertThat(m.value("rows/without_peer")).isEqualTo(2);
            assertThat(m.value("advantage/dropped_prompts")).isEqualTo(2);
            assertThat(m.value("judge/abstained")).isEqualTo(16);
            assertThat(m.value("reward/unscored_ratio")).isEqualTo(.5);
            assertThat(m.value("history/digits/count")).isZero();
            assertThat(m.values()).doesNotContainKey("group/digits/reward_mean");
        }
    }

    @Test
    void stepWithoutAnyScore_leavesTheWeights() {
        RewardFunction mute =
                (prompt, texts) ->
                        texts.stream()
                                .map(t -> (ScoreOutcome) new ScoreOutcome.Abstained("no view"))
                                .toList();
        try (CausalLm policy = TinyPolicy.model(tokenizer, 1)) {
            TrainerInputs inputs =
                    new TrainerInputs(
                            policy,
                            null,
                            tokenizer,
                            TinyRun.prompts(),
                            List.of(RewardSource.of("mute", mute)));
            StepMetrics metrics =
                    new Trainer(inputs, TinyRun.options(EstimatorKind.P_GRPO, 1, 0)).step();
            assertThat(metrics.values()).doesNotContainKeys("loss", "grad_norm", "reward");
            assertThat(metrics.value("rows/used")).isZero();
        }
    }

    @Test
    void maskTruncated_keepsRowsInStatisticsButOutOfTheLoss() {
        TrainerOptions o = TinyRun.options(EstimatorKind.GRPO, 1, 0);
        TrainerOptions masking =
                new TrainerOptions(
                        o.steps(),
                        o.batch(),
                        o.optimizer(),
                        o.sampling(),
                        o.advantage(),
                        o.objective(),
                        o.regularisation(),
                        true,
                        o.scoring(),
                        o.seed());
        StepMetrics metrics = train(masking, 1).get(0);
        double truncated = 32 * metrics.value("completions/clipped_ratio");
        assertThat(metrics.value("rows/truncated_masked")).isCloseTo(truncated, within(1e-9));
        assertThat(metrics.value("rows/used")).isEqualTo(32);
    }

    @Test
    void klWithoutReference_isRefused() {
        try (CausalLm policy = TinyPolicy.model(tokenizer, 1)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () ->
                                    new Trainer(
                                            TinyRun.inputs(policy, null, tokenizer),
                                            TinyRun.options(EstimatorKind.GRPO, 1, .1)))
                    .withMessageContaining("beta = 0.1: needs a reference");
        }
    }

    @Test
    void failingJudge_stopsTheRun() {
        RewardFunction broken =
                (prompt, texts) ->
                        texts.stream()
                                .map(t -> (ScoreOutcome) new ScoreOutcome.Failed("timeout", 3))
                                .toList();
        try (CausalLm policy = TinyPolicy.model(tokenizer, 1)) {
            TrainerInputs inputs =
                    new TrainerInputs(
                            policy,
                            null,
                            tokenizer,
                            TinyRun.prompts(),
                            List.of(RewardSource.of("broken", broken)));
            Trainer trainer = new Trainer(inputs, TinyRun.options(EstimatorKind.P_GRPO, 1, 0));
            assertThatThrownBy(trainer::step)
                    .isInstanceOf(KindredException.class)
                    .hasMessageContaining("32 of 32 judgements");
        }
    }
}
