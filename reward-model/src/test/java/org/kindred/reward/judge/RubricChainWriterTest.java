package org.kindred.reward.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RewardUnit;
import org.kindred.reward.RubricOutcome;
import org.kindred.reward.TextKey;
import org.kindred.reward.TwoCamps;
import org.kindred.reward.UserContext;
import org.kindred.reward.UserPrompt;
import org.kindred.reward.WordHashEmbedder;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.ChainWriterContract;
import org.kindred.reward.chain.EvaluationChain;
import org.kindred.reward.chain.RubricScores;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.scaling.NeighbourSource;
import org.kindred.reward.scaling.PGenRm;
import org.kindred.reward.scaling.ScalingPlan;
import org.kindred.reward.scaling.ScalingPlan.NeighbourSamples;

final class RubricChainWriterTest extends ChainWriterContract {
    private static final Map<String, UserContext> STRANGERS =
            UserContext.byUser(TwoCamps.rows(4, 3, 99));

    private static RubricJudge judge;

    @BeforeAll
    static void fit() {
        judge =
                RubricJudge.fit(
                        TwoCamps.rows(16, 12, 1),
                        new WordHashEmbedder(),
                        JudgeOptions.search().first(),
                        SeedTree.root(1));
    }

    @Override
    protected ChainWriter writer() {
        return new RubricChainWriter(judge, SeedTree.root(7));
    }

    @Override
    protected ChainRequest request() {
        return new ChainRequest(
                STRANGERS.get("u02"),
                "How do I cook dish 3?",
                List.of(
                        TwoCamps.answer(2, 1, true, false),
                        TwoCamps.answer(2, 5, false, true),
                        " "));
    }

    @Test
    void write_oneSample_isTheExpectedUser() {
        EvaluationChain chain = chain(writer().write(request(), Samples.of(1)).get(0));

        assertThat(chain.persona())
                .isEqualTo(
                        judge.rubric(judge.posterior(STRANGERS.get("u02")), "How do I cook dish 3?")
                                .persona());
        assertThat(chain.scores().get(0)).isGreaterThan(chain.scores().get(1));
        assertThat(chain.scores().get(2)).as("blank response").isNull();
        assertThat(chain.criteria().stream().mapToDouble(c -> c.weight()).sum())
                .isEqualTo(100, within(1e-9));
        assertThat(chain.criteria()).allSatisfy(c -> assertThat(c.scores()).hasSize(3));
    }

    @Test
    void write_otherResponses_keepsTheRubrics() {
        ChainRequest others =
                new ChainRequest(request().user(), request().prompt(), List.of("Something else."));

        List<ChainOutcome> first = writer().write(request(), Samples.of(8));
        List<ChainOutcome> second = writer().write(others, Samples.of(8));

        for (int sample = 0; sample < 8; sample++) {
            assertThat(chain(second.get(sample)).persona())
                    .isEqualTo(chain(first.get(sample)).persona());
        }
    }

    @Test
    void rubrics_samples_areThoseOfTheChains() {
        UserPrompt asked = new UserPrompt(request().user(), request().prompt());
        for (Samples samples : List.of(Samples.of(1), Samples.of(4))) {
            List<String> personas =
                    new RubricChainWriter(judge, SeedTree.root(7))
                            .rubrics(List.of(asked), samples).get(0).stream()
                                    .map(r -> ((RubricOutcome.Written) r).rubric().persona())
                                    .toList();
            assertThat(personas)
                    .isEqualTo(
                            writer().write(request(), samples).stream()
                                    .map(outcome -> chain(outcome).persona())
                                    .toList());
        }
    }

    @Test
    void scoreAlone_response_isWhatItGetsAmongOthers() {
        RubricChainWriter writer = new RubricChainWriter(judge, SeedTree.root(7));
        List<RubricScores> together = writer.scoreAlone(List.of(request()), Samples.of(3)).get(0);
        for (int i = 0; i < 3; i++) {
            ChainRequest one = request().withResponses(List.of(request().responses().get(i)));
            List<RubricScores> alone = writer.scoreAlone(List.of(one), Samples.of(3)).get(0);
            for (int sample = 0; sample < 3; sample++) {
                assertThat(alone.get(sample).outcomes().get(0))
                        .isEqualTo(together.get(sample).outcomes().get(i));
            }
        }
        assertThat(together.get(0).outcomes().get(2)).isInstanceOf(ScoreOutcome.Abstained.class);
    }

    @Test
    void scoreAlone_inANeighboursName_drawsFromTheNeighboursBelief() {
        UserContext neighbour = STRANGERS.get("u03");
        ChainRequest theirs = request().by(neighbour);
        UserPosterior belief = judge.posterior(neighbour);

        List<RubricScores> drawn =
                new RubricChainWriter(judge, SeedTree.root(7))
                        .scoreAlone(List.of(theirs), Samples.of(8))
                        .get(0);

        for (int sample = 0; sample < 8; sample++) {
            Rubric rubric =
                    judge.drawRubric(
                            belief,
                            theirs.prompt(),
                            Samples.of(8).temperature(),
                            SeedTree.root(7)
                                    .child("u03")
                                    .child(TextKey.of(theirs.prompt()))
                                    .child(sample));
            assertThat(drawn.get(sample).outcomes())
                    .isEqualTo(judge.scoreAlone(rubric, theirs.responses()));
        }
    }

    /** Neighbours of one taste, asked in both ways: alone and with all responses together. */
    @Test
    void neighbourSamples_drawn_differFromTheExpectedOnesAndRepeat_andTheirMeanApproachesThem() {
        int n = 400;
        List<Preference> taste = STRANGERS.get("u02").history();
        List<UserContext> many =
                IntStream.range(0, n)
                        .mapToObj(i -> "n%03d".formatted(i))
                        .map(id -> new UserContext(id, TwoCamps.of(id, taste)))
                        .toList();
        ChainRequest asked =
                request()
                        .by(STRANGERS.get("u03"))
                        .withResponses(request().responses().subList(0, 2));

        double expected = margin(asked, NeighbourSamples.EXPECTED, many.subList(0, 1));
        double[] drawn =
                many.stream()
                        .mapToDouble(one -> margin(asked, NeighbourSamples.DRAWN, List.of(one)))
                        .toArray();

        assertThat(margin(asked, NeighbourSamples.EXPECTED, many))
                .as("all say the same")
                .isCloseTo(expected, within(1e-12));
        assertThat(drawn).doesNotContain(expected);
        assertThat(drawn[1]).isNotEqualTo(drawn[0]);
        for (int i = 0; i < 5; i++) {
            assertThat(margin(asked, NeighbourSamples.DRAWN, List.of(many.get(i))))
                    .isEqualTo(drawn[i]);
        }
        double mean = Arrays.stream(drawn).average().orElseThrow();
        double error =
                Math.sqrt(
                        Arrays.stream(drawn).map(d -> (d - mean) * (d - mean)).sum() / n / (n - 1));
        assertThat(mean).isCloseTo(expected, within(4 * error));
        assertThat(error).isLessThan(0.1 * Math.abs(expected));
    }

    /** Difference of two responses in logits, which the mean of tastes carries over. */
    private static double margin(
            ChainRequest asked, NeighbourSamples samples, List<UserContext> neighbours) {
        PGenRm model =
                new PGenRm(
                        new RubricChainWriter(judge, JudgeMode.GAUSSIAN, SeedTree.root(7)),
                        (one, n) -> new NeighbourSource.Found(neighbours, false),
                        ScalingPlan.of(0, neighbours.size()).withNeighbourSamples(samples));
        List<ScoreOutcome> alone =
                model.judge(asked.user(), asked.prompt(), asked.responses(), RewardUnit.LOGIT)
                        .outcomes();
        List<ScoreOutcome> together = model.scale(asked).outcomes();
        assertThat(together)
                .isEqualTo(
                        model.judge(
                                        asked.user(),
                                        asked.prompt(),
                                        asked.responses(),
                                        RewardUnit.POINTS)
                                .outcomes());
        return ((ScoreOutcome.Scored) alone.get(0)).value()
                - ((ScoreOutcome.Scored) alone.get(1)).value();
    }

    @Test
    void rubrics_noPrompt_isTheRubricForAllPrompts() {
        UserPrompt any = new UserPrompt(request().user(), "");
        RubricOutcome rubric =
                new RubricChainWriter(judge, SeedTree.root(7))
                        .rubrics(List.of(any), Samples.of(1))
                        .get(0)
                        .get(0);
        assertThat(((RubricOutcome.Written) rubric).rubric())
                .isEqualTo(judge.rubric(request().user()).inWords());
    }

    private static EvaluationChain chain(ChainOutcome outcome) {
        return ((ChainOutcome.Written) outcome).chain();
    }
}
