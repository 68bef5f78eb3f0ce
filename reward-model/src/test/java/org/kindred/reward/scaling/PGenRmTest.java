package org.kindred.reward.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.kindred.policy.grpo.Judgement;
import org.kindred.policy.grpo.PolicyPrompt;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RatingScale;
import org.kindred.reward.RewardModel;
import org.kindred.reward.RewardUnit;
import org.kindred.reward.RubricOutcome;
import org.kindred.reward.UserContext;
import org.kindred.reward.UserPrompt;
import org.kindred.reward.UserRubric;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.EvaluationChain;
import org.kindred.reward.chain.RubricScores;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.chain.SoloWriter;
import org.kindred.reward.scaling.ScaledScores.Source;

final class PGenRmTest {
    private static final UserContext ME = new UserContext("me", List.of());
    private static final NeighbourSource FRIENDS =
            (asked, n) ->
                    new NeighbourSource.Found(
                            List.of(
                                    new UserContext("friend-1", List.of()),
                                    new UserContext("friend-2", List.of())),
                            true);

    /** Answers as told, by user; a user without an answer fails. */
    private record Scripted(List<String> asked, boolean ownFails) implements ChainWriter {
        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public List<ChainOutcome> write(ChainRequest request, Samples samples) {
            List<ChainOutcome> outcomes = new ArrayList<>();
            for (int sample = 0; sample < samples.count(); sample++) {
                asked.add(request.user().userId());
                if (ownFails && request.user().equals(ME)) {
                    outcomes.add(new ChainOutcome.Failed("MALFORMED(no block)"));
                } else {
                    List<@Nullable Double> totals =
                            request.user().equals(ME) ? List.of(6.0, 4.0) : List.of(3.0, 8.0);
                    outcomes.add(
                            new ChainOutcome.Written(
                                    new EvaluationChain(
                                            "Wants: x.", List.of(), totals, List.of())));
                }
            }
            return outcomes;
        }
    }

    @Test
    void scale_ownAndNeighbours_asksEachAndAveragesTheSides() {
        List<String> asked = new ArrayList<>();
        PGenRm model = new PGenRm(new Scripted(asked, false), FRIENDS, ScalingPlan.of(3, 2));

        ScaledScores scores = model.scale(new ChainRequest(ME, "prompt", List.of("a", "b")));

        assertThat(asked).containsExactly("me", "me", "me", "friend-1", "friend-2");
        assertThat(scores)
                .isEqualTo(
                        new ScaledScores(
                                List.of(new ScoreOutcome.Scored(4.5), new ScoreOutcome.Scored(6.0)),
                                Source.BOTH,
                                3,
                                2,
                                true,
                                3,
                                2,
                                0,
                                Map.of()));
    }

    @Test
    void scale_noNeighboursWanted_asksOnlyTheUser() {
        List<String> asked = new ArrayList<>();
        PGenRm model = new PGenRm(new Scripted(asked, false), FRIENDS, ScalingPlan.base());

        assertThat(model.score(ME, "prompt", List.of("a", "b")))
                .containsExactly(new ScoreOutcome.Scored(6), new ScoreOutcome.Scored(4));
        assertThat(asked).containsExactly("me");
    }

    @Test
    void scale_ownSamplesFail_reportsThatNeighboursSpeakAlone() {
        PGenRm model =
                new PGenRm(new Scripted(new ArrayList<>(), true), FRIENDS, ScalingPlan.of(2, 2));

        ScaledScores scores = model.scale(new ChainRequest(ME, "prompt", List.of("a", "b")));

        assertThat(scores.source()).isEqualTo(Source.NEIGHBOUR_ONLY);
        assertThat(scores.outcomes())
                .containsExactly(new ScoreOutcome.Scored(3), new ScoreOutcome.Scored(8));
    }

    @Test
    void scale_everythingFails_isAFailureAndNotANumber() {
        PGenRm model =
                new PGenRm(new Scripted(new ArrayList<>(), true), FRIENDS, ScalingPlan.of(2, 0));

        assertThat(model.score(ME, "prompt", List.of("a")))
                .containsExactly(new ScoreOutcome.Failed("MALFORMED(no block)", 2));
    }

    @Test
    void scale_adaptivePlan_stopsWhenDecided() {
        List<String> asked = new ArrayList<>();
        PGenRm model =
                new PGenRm(new Scripted(asked, false), FRIENDS, ScalingPlan.of(16, 0).adaptive(2));
        ScaledScores scores = model.scale(new ChainRequest(ME, "prompt", List.of("a", "b")));
        assertThat(asked).hasSize(4);
        assertThat(scores.asked()).isEqualTo(4);
        assertThat(scores.margin()).isEqualTo(2.0);
    }

    @Test
    void scaleAll_givesWhatEachRequestGetsAlone_whoeverIsDecidedFirst() {
        ScalingPlan plan = ScalingPlan.of(16, 2).adaptive(2);
        List<ChainRequest> requests =
                List.of(
                        new ChainRequest(ME, "prompt", List.of("a", "b")),
                        new ChainRequest(ME, "prompt", List.of("a")),
                        new ChainRequest(
                                new UserContext("friend-1", List.of()), "x", List.of("a", "b")));
        PGenRm model = new PGenRm(new Scripted(new ArrayList<>(), false), FRIENDS, plan);

        assertThat(model.scaleAll(requests))
                .isEqualTo(requests.stream().map(model::scale).toList());
    }

    /** Rubrics by user and sample; a response "bad" and a user "mute" cannot be judged. */
    private static final class Solo implements SoloWriter {
        @Override
        public String name() {
            return "solo";
        }

        @Override
        public List<List<RubricOutcome>> rubrics(List<UserPrompt> asked, Samples samples) {
            return asked.stream()
                    .map(
                            one ->
                                    IntStream.range(0, samples.count())
                                            .mapToObj(i -> rubric(one.user(), samples.first() + i))
                                            .toList())
                    .toList();
        }

        private static RubricOutcome rubric(UserContext user, int sample) {
            return user.userId().equals("mute")
                    ? new RubricOutcome.Failed("TIMEOUT", 5)
                    : new RubricOutcome.Written(
                            new UserRubric(user.userId() + " " + sample, List.of()), 10);
        }

        @Override
        public List<List<RubricScores>> scoreAlone(List<ChainRequest> requests, Samples samples) {
            return requests.stream()
                    .map(
                            request ->
                                    IntStream.range(0, samples.count())
                                            .mapToObj(i -> scores(request, samples.first() + i))
                                            .toList())
                    .toList();
        }

        private static RubricScores scores(ChainRequest request, int sample) {
            RubricOutcome rubric = rubric(request.user(), sample);
            if (rubric instanceof RubricOutcome.Failed failed) {
                return RubricScores.without(failed, request.responses().size());
            }
            double base = request.user().equals(ME) ? 4 + 2 * sample : 8;
            return new RubricScores(
                    rubric,
                    request.user().equals(ME) ? RatingScale.PLAIN : new RatingScale(0, 2),
                    request.responses().stream()
                            .<ScoreOutcome>map(
                                    text ->
                                            text.equals("bad")
                                                    ? new ScoreOutcome.Failed("HTTP_500", 1)
                                                    : new ScoreOutcome.Scored(base))
                            .toList(),
                    10 + request.responses().size());
        }
    }

    private static NeighbourSource friends(List<UserPrompt> asked, String... ids) {
        return (one, n) -> {
            asked.add(one);
            return new NeighbourSource.Found(
                    Stream.of(ids).map(id -> new UserContext(id, List.of())).limit(n).toList(),
                    ids.length < n);
        };
    }

    @Test
    void judge_ownSamplesAndNeighbours_changeTheScoreOfEachResponse() {
        NeighbourSource friends = friends(new ArrayList<>(), "friend-1", "friend-2");
        assertThat(new PGenRm(new Solo(), friends, ScalingPlan.base()).score(ME, "p", List.of("a")))
                .containsExactly(new ScoreOutcome.Scored(4));
        assertThat(
                        new PGenRm(new Solo(), friends, ScalingPlan.of(2, 0))
                                .score(ME, "p", List.of("a")))
                .containsExactly(new ScoreOutcome.Scored(5)); // 4 and 6
        Judgement both =
                new PGenRm(new Solo(), friends, ScalingPlan.of(2, 2))
                        .judge(ME, "p", List.of("a", "b"), RewardUnit.POINTS);
        assertThat(both.outcomes())
                .containsExactly(new ScoreOutcome.Scored(6.5), new ScoreOutcome.Scored(6.5));
        assertThat(both.counts())
                .containsEntry("own_samples", 4.0)
                .containsEntry("neighbour_samples", 4.0)
                .containsEntry("heard_both", 2.0)
                .containsEntry("tokens", 4 * 12.0);
        assertThat(ScalingCounts.metrics(both.counts())).containsEntry("neighbour_share", 0.5);
    }

    /** A neighbour's 8 counts half the logits of one's own, who rates twice as steeply. */
    @Test
    void judge_inLogits_takesEachOnesScaleOut_beforeSamplesArePutTogether() {
        PGenRm model =
                new PGenRm(
                        new Solo(), friends(new ArrayList<>(), "friend-1"), ScalingPlan.of(1, 1));
        double own = Math.log((4.0 - 1) / (10 - 4));
        double theirs = Math.log((8.0 - 1) / (10 - 8)) / 2;
        assertThat(model.judge(ME, "p", List.of("a"), RewardUnit.LOGIT).outcomes())
                .singleElement()
                .isInstanceOfSatisfying(
                        ScoreOutcome.Scored.class,
                        scored ->
                                assertThat(scored.value())
                                        .isCloseTo((own + theirs) / 2, within(1e-12)));
        assertThat(model.judge(ME, "p", List.of("bad"), RewardUnit.LOGIT).outcomes())
                .containsExactly(new ScoreOutcome.Failed("HTTP_500", 2));
    }

    @Test
    void rolloutReward_inLogits_endsEightFromTheMiddle() {
        RolloutReward reward =
                new RolloutReward(
                        (Alone) text -> text.equals("worst") ? 1 : text.equals("best") ? 10 : 5.5,
                        RewardUnit.LOGIT,
                        prompt -> new UserPrompt(ME, "p"));
        PolicyPrompt prompt = new PolicyPrompt("p1", "group", "me", new int[] {1});
        assertThat(reward.score(prompt, List.of("worst", "fair", "best", "")))
                .containsExactly(
                        new ScoreOutcome.Scored(-8),
                        new ScoreOutcome.Scored(0),
                        new ScoreOutcome.Scored(8),
                        new ScoreOutcome.Scored(-8));
    }

    /** Totals of single texts. */
    private interface Alone extends RewardModel {
        double total(String text);

        @Override
        default String name() {
            return "alone";
        }

        @Override
        default RubricOutcome rubric(UserContext user, String prompt) {
            return new RubricOutcome.Failed("NONE", 0);
        }

        @Override
        default List<ScoreOutcome> score(UserContext user, String prompt, List<String> responses) {
            return responses.stream()
                    .<ScoreOutcome>map(text -> new ScoreOutcome.Scored(total(text)))
                    .toList();
        }
    }

    @Test
    void judge_failingNeighbourAndResponse_areCountedAndTheRestStays() {
        Judgement judged =
                new PGenRm(
                                new Solo(),
                                friends(new ArrayList<>(), "mute", "friend-1"),
                                ScalingPlan.of(1, 3))
                        .judge(ME, "p", List.of("good", "bad"), RewardUnit.POINTS);
        assertThat(judged.outcomes())
                .containsExactly(
                        new ScoreOutcome.Scored(6), new ScoreOutcome.Failed("HTTP_500", 3));
        assertThat(judged.counts())
                .containsEntry("own_samples", 1.0)
                .containsEntry("own_unusable", 1.0)
                .containsEntry("neighbour_samples", 1.0)
                .containsEntry("neighbour_unusable", 3.0) // mute twice, friend-1 of "bad"
                .containsEntry("neighbours_missing", 2.0) // one of three, for two responses
                .containsEntry("neighbours_short", 1.0)
                .containsEntry("heard_both", 1.0)
                .containsEntry("heard_nobody", 1.0)
                .containsEntry("tokens", 12.0 + 5 + 12);
    }

    @Test
    void judge_samePrompt_findsNeighboursOnceAndWithoutResponses() {
        List<UserPrompt> asked = new ArrayList<>();
        PGenRm model = new PGenRm(new Solo(), friends(asked, "friend-1"), ScalingPlan.of(1, 1));
        model.score(ME, "p", List.of("a", "b", "c"));
        model.score(ME, "p", List.of("d"));
        model.score(ME, "q", List.of("d"));
        assertThat(asked).containsExactly(new UserPrompt(ME, "p"), new UserPrompt(ME, "q"));
    }

    @Test
    void rubric_firstOwnSample_orWhyThereIsNone() {
        PGenRm model = new PGenRm(new Solo(), FRIENDS, ScalingPlan.of(2, 2));
        assertThat(model.persona(ME, "p")).contains("me 0");
        assertThat(model.rubric(new UserContext("mute", List.of()), "p"))
                .isEqualTo(new RubricOutcome.Failed("TIMEOUT", 5));
        PGenRm joint =
                new PGenRm(new Scripted(new ArrayList<>(), false), FRIENDS, ScalingPlan.base());
        assertThat(joint.rubric(ME, "p")).isInstanceOf(RubricOutcome.Failed.class);
    }

    @Test
    void rolloutReward_tellsTheCountsToTheTrainer() {
        RolloutReward reward =
                new RolloutReward(
                        new PGenRm(
                                new Solo(),
                                friends(new ArrayList<>(), "friend-1"),
                                ScalingPlan.of(1, 1)),
                        RewardUnit.POINTS,
                        prompt -> new UserPrompt(ME, "text of " + prompt.id()));
        Judgement judged =
                reward.judge(
                        new PolicyPrompt("p1", "group", "me", new int[] {1}), List.of("a", "b"));
        assertThat(judged.outcomes())
                .containsExactly(new ScoreOutcome.Scored(6), new ScoreOutcome.Scored(6));
        assertThat(reward.metrics(judged.counts()))
                .containsEntry("own_samples", 2.0)
                .containsEntry("neighbour_share", 0.5);
    }

    /** Otherwise an empty answer is no part of the loss: neither paid for nor held against it. */
    @Test
    void rolloutReward_emptyCompletion_isWorthTheLeast_andNobodyIsAsked() {
        RolloutReward reward =
                new RolloutReward(
                        new PGenRm(
                                new Solo(),
                                friends(new ArrayList<>(), "friend-1"),
                                ScalingPlan.of(1, 1)),
                        RewardUnit.POINTS,
                        prompt -> new UserPrompt(ME, "text of " + prompt.id()));
        PolicyPrompt prompt = new PolicyPrompt("p1", "group", "me", new int[] {1});

        Judgement some = reward.judge(prompt, List.of("", "a", "\u200b.", "\u3164"));
        assertThat(some.outcomes())
                .containsExactly(
                        new ScoreOutcome.Scored(1),
                        new ScoreOutcome.Scored(6),
                        new ScoreOutcome.Scored(1),
                        new ScoreOutcome.Scored(1));
        assertThat(reward.metrics(some.counts())).containsEntry("own_samples", 1.0);
        Judgement none = reward.judge(prompt, List.of(" ", "\ud83d\ude00"));
        assertThat(none.outcomes())
                .containsExactly(new ScoreOutcome.Scored(1), new ScoreOutcome.Scored(1));
        assertThat(reward.metrics(none.counts())).doesNotContainValue(Double.NaN);
    }
}
