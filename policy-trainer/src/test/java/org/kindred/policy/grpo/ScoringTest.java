package org.kindred.policy.grpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.KindredException;
import org.kindred.policy.rollout.Completion;
import org.kindred.reward.ScoreOutcome;

final class ScoringTest {
    private static final PolicyPrompt PROMPT = new PolicyPrompt("p", "A", "u", new int[] {1});

    private static Rollout rollout(int completions) {
        return new Rollout(
                List.of(PROMPT),
                List.of(
                        Collections.nCopies(
                                completions, new Completion(new int[] {5}, new float[1], true))),
                List.of(Collections.nCopies(completions, "secret text")));
    }

    /** A judge with a fixed answer per completion. */
    private static RewardSource judge(ScoreOutcome... outcomes) {
        return RewardSource.of("judge", (prompt, texts) -> List.of(outcomes));
    }

    @Test
    void onlyScoredOutcomes_becomeNumbers() {
        Scoring scoring =
                Scoring.of(
                        rollout(3),
                        List.of(
                                judge(
                                        new ScoreOutcome.Scored(0),
                                        new ScoreOutcome.Abstained("off topic"),
                                        new ScoreOutcome.Failed("timeout", 3))),
                        .5);
        double[] scores = scoring.prompts().get(0).scores()[0];
        assertThat(scores).containsExactly(0, Double.NaN, Double.NaN);
        assertThat(List.of(scoring.scored(), scoring.abstained(), scoring.failed()))
                .containsExactly(1, 1, 1);
        assertThat(scoring.prompts().get(0).user()).isEqualTo("u");
    }

    @Test
    void tooManyFailures_stopTheRunWithoutQuotingTexts() {
        List<ScoreOutcome> outcomes =
                new ArrayList<>(Collections.nCopies(19, new ScoreOutcome.Scored(1)));
        outcomes.add(new ScoreOutcome.Failed("secret reason", 1));
        RewardSource atTheLimit = judge(outcomes.toArray(ScoreOutcome[]::new));
        assertThat(Scoring.of(rollout(20), List.of(atTheLimit), .05).failed()).isEqualTo(1);
        outcomes.set(0, new ScoreOutcome.Failed("secret reason", 1));
        RewardSource above = judge(outcomes.toArray(ScoreOutcome[]::new));
        assertThatThrownBy(() -> Scoring.of(rollout(20), List.of(above), .05))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("2 of 20 judgements of this step failed (10.0 %)")
                .hasMessageContaining("max_failed_share is 5.0 %")
                .hasMessageNotContaining("secret");
    }

    @Test
    void outcomesThatDoNotMatchTheCompletions_areAnError() {
        RewardSource one = judge(new ScoreOutcome.Scored(1));
        assertThatThrownBy(() -> Scoring.of(rollout(2), List.of(one), .05))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("Reward judge gave 1 outcomes for the 2 completions");
    }

    @Test
    void rewardOfWeightZero_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RewardSource("idle", 0, "x", (p, t) -> List.of()))
                .withMessageContaining("weight of reward idle = 0.0");
    }
}
