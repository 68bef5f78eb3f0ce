package org.kindred.policy.grpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.KindredException;
import org.kindred.policy.rollout.Completion;

final class ScoringTest {
    private static final Completion COMPLETION = new Completion(new int[] {5}, new float[1], true);
    private static final PolicyPrompt PROMPT = new PolicyPrompt("p", "A", "u", new int[] {1});

    private static Rollout rollout(int completions) {
        return new Rollout(
                List.of(PROMPT),
                List.of(Collections.nCopies(completions, COMPLETION)),
                List.of(Collections.nCopies(completions, "secret text")),
                false);
    }

    private static Scoring score(Rollout rollout, List<RewardSource> sources, double failedShare) {
        ScoringOptions options = new ScoringOptions(1, false, failedShare);
        return Judging.start(rollout, sources, options).finish(failedShare);
    }

    @Test
    void concurrentFunctions_areAskedTogether_othersByTheCollectingThread() throws Exception {
        CyclicBarrier together = new CyclicBarrier(2);
        RewardFunction meeting =
                (prompt, texts) -> {
                    try {
                        together.await(20, TimeUnit.SECONDS); // only two threads get past
                    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
                        throw new IllegalStateException(e);
                    }
                    return List.of(new ScoreOutcome.Scored(prompt.tokens()[0]));
                };
        List<Thread> askers = new ArrayList<>();
        RewardFunction alone =
                (prompt, texts) -> {
                    askers.add(Thread.currentThread());
                    return List.of(new ScoreOutcome.Scored(0));
                };
        Rollout two =
                new Rollout(
                        List.of(
                                new PolicyPrompt("a", "g", "u", new int[] {4}),
                                new PolicyPrompt("b", "g", "u", new int[] {7})),
                        List.of(List.of(COMPLETION), List.of(COMPLETION)),
                        List.of(List.of("x"), List.of("y")),
                        false);
        Scoring scoring =
                Judging.start(
                                two,
                                List.of(
                                        new RewardSource("meeting", 1, "m", meeting, true),
                                        RewardSource.of("alone", alone)),
                                new ScoringOptions(2, false, 0))
                        .finish(0);
        assertThat(scoring.prompts().get(0).scores()[0]).containsExactly(4);
        assertThat(scoring.prompts().get(1).scores()[0]).containsExactly(7);
        assertThat(askers).containsOnly(Thread.currentThread());
    }

    @Test
    void functionThatThrows_stopsTheStepWithItsOwnMessage() {
        RewardSource broken =
                new RewardSource(
                        "broken",
                        1,
                        "b",
                        (prompt, texts) -> {
                            throw new KindredException("no answer from the judge");
                        },
                        true);
        ScoringOptions options = new ScoringOptions(3, true, 0);
        assertThatThrownBy(() -> Judging.start(rollout(1), List.of(broken), options).finish(0))
                .isInstanceOf(KindredException.class)
                .hasMessage("no answer from the judge");
    }

    /** A judge with a fixed answer per completion. */
    private static RewardSource judge(ScoreOutcome... outcomes) {
        return RewardSource.of("judge", (prompt, texts) -> List.of(outcomes));
    }

    @Test
    void onlyScoredOutcomes_becomeNumbers() {
        Scoring scoring =
                score(
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
        assertThat(score(rollout(20), List.of(atTheLimit), .05).failed()).isEqualTo(1);
        outcomes.set(0, new ScoreOutcome.Failed("HTTP_400", 1));
        RewardSource above = judge(outcomes.toArray(ScoreOutcome[]::new));
        assertThatThrownBy(() -> score(rollout(20), List.of(above), .05))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining(
                        "2 of 20 judgements of this step failed (10.0 %; {HTTP_400=1, other reasons=1})")
                .hasMessageContaining("max_failed_share is 5.0 %")
                .hasMessageNotContaining("secret");
    }

    @Test
    void outcomesThatDoNotMatchTheCompletions_areAnError() {
        RewardSource one = judge(new ScoreOutcome.Scored(1));
        assertThatThrownBy(() -> score(rollout(2), List.of(one), .05))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("Reward judge gave 1 outcomes for the 2 completions");
    }

    @Test
    void rewardOfWeightZero_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RewardSource("idle", 0, "x", (p, t) -> List.of()))
                .withMessageContaining("weight of reward idle = 0.0");
    }

    /** Counts its calls' texts and tells a share. */
    private static final class Counting implements RewardFunction {
        @Override
        public List<ScoreOutcome> score(PolicyPrompt prompt, List<String> completions) {
            return judge(prompt, completions).outcomes();
        }

        @Override
        public Judgement judge(PolicyPrompt prompt, List<String> completions) {
            return new Judgement(
                    Collections.nCopies(completions.size(), new ScoreOutcome.Scored(1)),
                    Map.of("texts", (double) completions.size(), "calls", 1.0));
        }

        @Override
        public Map<String, Double> metrics(Map<String, Double> sums) {
            return Map.of(
                    "calls",
                    sums.get("calls"),
                    "texts_a_call",
                    sums.get("texts") / sums.get("calls"));
        }
    }

    @Test
    void counts_ofAllCalls_areSummedAndNamedByTheFunction() {
        Rollout two =
                new Rollout(
                        List.of(PROMPT, new PolicyPrompt("q", "A", "u", new int[] {1})),
                        List.of(
                                Collections.nCopies(3, COMPLETION),
                                Collections.nCopies(1, COMPLETION)),
                        List.of(List.of("a", "b", "c"), List.of("d")),
                        false);
        List<RewardSource> sources =
                List.of(
                        RewardSource.of("first", new Counting()),
                        RewardSource.of(
                                "plain",
                                (p, t) ->
                                        Collections.nCopies(t.size(), new ScoreOutcome.Scored(2))),
                        RewardSource.of("second", new Counting()));
        assertThat(score(two, sources, 0).metrics())
                .isEqualTo(
                        Map.of(
                                "judge/calls", 2.0,
                                "judge/texts_a_call", 2.0,
                                "judge/second/calls", 2.0,
                                "judge/second/texts_a_call", 2.0));
    }
}
