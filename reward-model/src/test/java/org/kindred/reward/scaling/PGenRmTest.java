package org.kindred.reward.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.UserContext;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.EvaluationChain;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.scaling.ScaledScores.Source;

final class PGenRmTest {
    private static final UserContext ME = new UserContext("me", List.of());
    private static final NeighbourSource FRIENDS =
            (request, n) ->
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
                                5,
                                0));
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
                .containsExactly(new ScoreOutcome.Failed("no usable sample", 2));
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

    @Test
    void scoreEach_oneUnusableAnswer_takesNoOtherWithIt() {
        ChainWriter picky =
                new ChainWriter() {
                    @Override
                    public String name() {
                        return "picky";
                    }

                    @Override
                    public List<ChainOutcome> write(ChainRequest request, Samples samples) {
                        return List.of(
                                request.responses().contains("bad")
                                        ? new ChainOutcome.Failed("MALFORMED(no block)")
                                        : new ChainOutcome.Written(
                                                new EvaluationChain(
                                                        "", List.of(), List.of(7.0), List.of())));
                    }
                };
        PGenRm model = new PGenRm(picky, FRIENDS, ScalingPlan.base());

        assertThat(model.scoreEach(ME, "prompt", List.of("good", "bad", "fine")))
                .containsExactly(
                        new ScoreOutcome.Scored(7),
                        new ScoreOutcome.Failed("no usable sample", 1),
                        new ScoreOutcome.Scored(7));
    }
}
