package org.kindred.reward.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RewardUnit;
import org.kindred.reward.TwoCamps;
import org.kindred.reward.UserContext;
import org.kindred.reward.WordHashEmbedder;

final class RubricJudgeTest {
    private static final WordHashEmbedder EMBEDDER = new WordHashEmbedder();
    private static final SeedTree SEEDS = SeedTree.root(3);
    private static final List<Preference> ROWS = TwoCamps.rows(24, 16, 1);
    private static final Map<String, UserContext> STRANGERS =
            UserContext.byUser(TwoCamps.rows(20, 12, 99));
    private static final String PROMPT = "How do I cook dish 3?";
    private static final String BRIEF = TwoCamps.answer(2, 1, true, false);
    private static final String LONG = TwoCamps.answer(2, 5, false, true);

    private static RubricJudge judge;

    @BeforeAll
    static void fit() {
        judge = RubricJudge.fit(ROWS, EMBEDDER, JudgeOptions.search().first(), SEEDS);
    }

    @Test
    void score_peopleNeverMet_followTheirCamp() {
        int right = 0;
        for (UserContext user : STRANGERS.values()) {
            UserPosterior posterior = judge.posterior(user);
            double gap =
                    judge.score(posterior, PROMPT, BRIEF) - judge.score(posterior, PROMPT, LONG);
            right += gap > 0 == TwoCamps.likesBrief(user.userId()) ? 1 : 0;
        }

        assertThat(right).isGreaterThanOrEqualTo(18); // of 20
    }

    @Test
    void judge_inLogits_isTheUtilityWithinItsBounds() {
        for (UserContext user : STRANGERS.values()) {
            UserPosterior posterior = judge.posterior(user);
            List<ScoreOutcome> outcomes =
                    judge.judge(user, PROMPT, List.of(BRIEF, LONG), RewardUnit.LOGIT).outcomes();
            for (int i = 0; i < 2; i++) {
                double utility = judge.score(posterior, PROMPT, i == 0 ? BRIEF : LONG);
                assertThat(((ScoreOutcome.Scored) outcomes.get(i)).value())
                        .isCloseTo(Math.max(-8, Math.min(8, utility)), within(1e-6));
            }
        }
    }

    @Test
    void fit_shuffledRows_givesTheSameBits() {
        List<Preference> shuffled = new ArrayList<>(ROWS);
        Collections.shuffle(shuffled, new Random(5));

        RubricJudge other =
                RubricJudge.fit(shuffled, EMBEDDER, JudgeOptions.search().first(), SEEDS);

        assertSameScores(other);
    }

    @Test
    void load_savedJudge_scoresBitForBit(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("judge.json");
        judge.save(file);

        RubricJudge loaded = RubricJudge.load(file, EMBEDDER);

        assertSameScores(loaded);
        Path again = folder.resolve("again.json");
        loaded.save(again);
        assertThat(Files.readAllBytes(again)).isEqualTo(Files.readAllBytes(file));
    }

    @Test
    void load_newerFormat_saysWhatWasExpected(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("judge.json");
        judge.save(file);
        Files.writeString(
                file,
                Files.readString(file).replace("\"format_version\" : 4", "\"format_version\" : 5"));

        assertThatThrownBy(() -> RubricJudge.load(file, EMBEDDER))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("format_version is 5, expected 4");
    }

    private static void assertSameScores(RubricJudge other) {
        for (UserContext user : STRANGERS.values()) {
            for (JudgeMode mode : JudgeMode.values()) {
                UserPosterior mine = judge.posterior(user, mode);
                UserPosterior theirs = other.posterior(user, mode);
                assertThat(theirs.mean()).containsExactly(mine.mean());
                for (String text : List.of(BRIEF, LONG, ROWS.get(5).chosenText(), "Never seen.")) {
                    assertThat(other.score(theirs, PROMPT, text))
                            .isEqualTo(judge.score(mine, PROMPT, text));
                }
            }
            assertThat(other.rubric(user).persona()).isEqualTo(judge.rubric(user).persona());
        }
    }

    @Test
    void posterior_noChoices_isTheGlobalModelInEveryMode() {
        UserContext stranger = new UserContext("nobody", List.of());
        double global = judge.score(judge.posterior(stranger, JudgeMode.NO_HISTORY), PROMPT, BRIEF);

        for (JudgeMode mode : JudgeMode.values()) {
            assertThat(judge.score(judge.posterior(stranger, mode), PROMPT, BRIEF))
                    .isEqualTo(global);
        }
        UserContext known = STRANGERS.get("u01");
        assertThat(judge.score(judge.posterior(known, JudgeMode.NO_HISTORY), PROMPT, BRIEF))
                .isEqualTo(global);
    }

    @Test
    void posterior_moreChoices_comesCloserToTheOwnCamp() {
        double[] distance = new double[3];
        int[] shots = {1, 4, 12};
        double[] brief = campMean(true);
        for (UserContext user : STRANGERS.values()) {
            if (TwoCamps.likesBrief(user.userId())) {
                for (int i = 0; i < shots.length; i++) {
                    double[] z =
                            judge.posterior(user.firstChoices(shots[i]), JudgeMode.GAUSSIAN).mean();
                    distance[i] += Math.abs(z[0] - brief[0]);
                }
            }
        }

        assertThat(distance[1]).isLessThan(distance[0]);
        assertThat(distance[2]).isLessThan(distance[1]);
    }

    private static double[] campMean(boolean brief) {
        return new double[] {
            judge.coordinates().entrySet().stream()
                    .filter(e -> TwoCamps.likesBrief(e.getKey()) == brief)
                    .mapToDouble(e -> e.getValue()[0])
                    .average()
                    .orElseThrow()
        };
    }

    @Test
    void rubric_camps_areToldInWords() {
        Rubric brief = judge.rubric(STRANGERS.get("u02"));
        Rubric polite = judge.rubric(STRANGERS.get("u03"));

        assertThat(brief.persona()).contains("short answers").contains("numbers");
        assertThat(polite.persona()).contains("polite phrases");
        for (Rubric rubric : List.of(brief, polite)) {
            assertThat(rubric.persona().split(" ")).hasSizeLessThanOrEqualTo(25);
            assertThat(rubric.criteria()).hasSizeBetween(4, 7);
            assertThat(rubric.criteria().stream().mapToInt(Rubric.Item::weight).sum())
                    .isEqualTo(100);
            assertThat(rubric.coverage()).isBetween(0.5, 1.0);
        }
    }

    @Test
    void scoreAlone_fixedRubric_ranksAsTheUtility() {
        UserPosterior user = judge.posterior(STRANGERS.get("u02"));
        Rubric rubric = judge.rubric(user, PROMPT);

        double brief = ((ScoreOutcome.Scored) judge.scoreAlone(rubric, BRIEF)).value();
        double wordy = ((ScoreOutcome.Scored) judge.scoreAlone(rubric, LONG)).value();

        assertThat(brief).isBetween(1.0, 10.0).isGreaterThan(wordy);
        assertThat(brief).isEqualTo(user.scale().total(judge.score(user, PROMPT, BRIEF)));
        assertThat(judge.score(STRANGERS.get("u02"), PROMPT, List.of(LONG, BRIEF)))
                .containsExactly(new ScoreOutcome.Scored(wordy), new ScoreOutcome.Scored(brief));
    }

    @Test
    void scoreAlone_blankResponse_abstains() {
        Rubric rubric = judge.rubric(STRANGERS.get("u02"));

        assertThat(judge.scoreAlone(rubric, " \n"))
                .isEqualTo(new ScoreOutcome.Abstained("no letter or digit to read"));
    }

    @Test
    void scoreAlone_ratedUsers_areOnTheirOwnScale() {
        // odd users rate 15 points lower; compare what both would give to middling text
        double mild = judge.posterior(STRANGERS.get("u02")).scale().offset();
        double harsh = judge.posterior(STRANGERS.get("u03")).scale().offset();
        RubricJudge common =
                RubricJudge.fit(ROWS, EMBEDDER, withScale(JudgeOptions.ScoreScale.COMMON), SEEDS);

        assertThat(harsh).isLessThan(mild - 0.2);
        assertThat(common.posterior(STRANGERS.get("u03")).scale())
                .isEqualTo(common.posterior(STRANGERS.get("u02")).scale());
    }

    /** The spread of totals fell to a tenth, and no accuracy showed it. */
    @Test
    void fit_oneMistypedRating_isSetAside_totalsKeepTheirSpread() {
        List<Preference> slipped = new ArrayList<>(ROWS);
        slipped.set(7, rated(ROWS.get(7), 1_000.0));
        RubricJudge other =
                RubricJudge.fit(slipped, EMBEDDER, JudgeOptions.search().first(), SEEDS);
        Rubric mine = judge.rubric(STRANGERS.get("u02"));
        Rubric theirs = other.rubric(STRANGERS.get("u02"));

        assertThat(other.ratings().orElseThrow().outside()).isEqualTo(1);
        assertThat(judge.ratings().orElseThrow().outside()).isZero();
        for (String text : List.of(BRIEF, LONG)) {
            assertThat(total(other, theirs, text)).isEqualTo(total(judge, mine, text), within(0.3));
        }
    }

    @Test
    void fit_unknownRatingScale_asksForIt() {
        List<Preference> odd =
                ROWS.stream().map(row -> rated(row, 40 * row.chosenScore() - 1_000)).toList();

        assertThatThrownBy(
                        () -> RubricJudge.fit(odd, EMBEDDER, JudgeOptions.search().first(), SEEDS))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("judge.rubric.rating_range");
    }

    private static double total(RubricJudge of, Rubric rubric, String text) {
        return ((ScoreOutcome.Scored) of.scoreAlone(rubric, text)).value();
    }

    private static Preference rated(Preference row, double chosen) {
        return new Preference(
                row.id(),
                row.userId(),
                row.prompt(),
                row.chosen(),
                row.rejected(),
                row.domain(),
                row.itemIds(),
                row.split(),
                row.userSplit(),
                row.itemSplit(),
                row.part(),
                row.slot(),
                chosen,
                row.rejectedScore(),
                row.source(),
                row.meta());
    }

    private static JudgeOptions withScale(JudgeOptions.ScoreScale scale) {
        JudgeOptions o = JudgeOptions.search().first();
        return new JudgeOptions(
                o.kernels(),
                o.axes(),
                o.penalties(),
                o.axisFactors(),
                o.ratingWeights(),
                o.ratingRange(),
                o.modes(),
                o.prototypes(),
                o.tau(),
                o.landmarks(),
                o.scenarios(),
                o.folds(),
                o.rounds(),
                scale);
    }

    @Test
    void drawRubric_sameSeeds_sameDraw_otherSeedsSpread() {
        UserPosterior user =
                judge.posterior(STRANGERS.get("u02").firstChoices(2), JudgeMode.GAUSSIAN);
        double sum = 0;
        for (int sample = 0; sample < 400; sample++) {
            double[] drawn = judge.drawRubric(user, PROMPT, SEEDS.child(sample)).place();
            assertThat(judge.drawRubric(user, PROMPT, SEEDS.child(sample)).place())
                    .containsExactly(drawn);
            sum += drawn[0];
        }

        double error = Math.sqrt(user.covariance()[0][0] / 400);
        assertThat(sum / 400).isEqualTo(user.mean()[0], within(4 * error));
    }

    @ParameterizedTest
    @EnumSource(
            value = JudgeMode.class,
            names = {"GAUSSIAN", "DISCRETE", "MIXTURE"})
    void drawRubric_manyDraws_haveMeanAndVarianceOfTheBelief(JudgeMode mode) {
        int draws = 4_000;
        UserPosterior user = judge.posterior(STRANGERS.get("u02").firstChoices(1), mode);
        double mean = user.mean()[0];
        double variance = user.covariance()[0][0];
        double sum = 0;
        double squares = 0;
        for (int draw = 0; draw < draws; draw++) {
            double z = judge.drawRubric(user, PROMPT, SEEDS.child(draw)).place()[0];
            sum += z;
            squares += (z - mean) * (z - mean);
        }

        assertThat(variance).isPositive();
        assertThat(sum / draws).isEqualTo(mean, within(4 * Math.sqrt(variance / draws)));
        assertThat(squares / draws).isEqualTo(variance, within(0.2 * variance));
    }

    @Test
    void fit_heldBackRow_isRefused() {
        Preference row = ROWS.get(0);
        Preference target =
                new Preference(
                        row.id(),
                        row.userId(),
                        row.prompt(),
                        row.chosen(),
                        row.rejected(),
                        null,
                        null,
                        null,
                        "seen",
                        "train",
                        "eval",
                        null,
                        null,
                        null,
                        null,
                        null);

        assertThatThrownBy(
                        () ->
                                RubricJudge.fit(
                                        List.of(row, target),
                                        EMBEDDER,
                                        JudgeOptions.search().first(),
                                        SEEDS))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("is held back")
                .hasMessageNotContaining(row.chosenText());
    }

    @Test
    void fit_fewLandmarks_staysClose() {
        JudgeOptions o = JudgeOptions.search().first();
        RubricJudge sampled =
                RubricJudge.fit(
                        ROWS,
                        EMBEDDER,
                        new JudgeOptions(
                                o.kernels(),
                                o.axes(),
                                o.penalties(),
                                o.axisFactors(),
                                o.ratingWeights(),
                                o.ratingRange(),
                                o.modes(),
                                o.prototypes(),
                                o.tau(),
                                40,
                                o.scenarios(),
                                o.folds(),
                                o.rounds(),
                                o.scale()),
                        SEEDS);
        UserContext user = STRANGERS.get("u02");

        assertThat(sampled.score(sampled.posterior(user), PROMPT, BRIEF))
                .isGreaterThan(sampled.score(sampled.posterior(user), PROMPT, LONG));
    }

    @Test
    void fit_withSearch_isTheSameTwiceAndReportsItsTrials() {
        JudgeOptions o = JudgeOptions.search();
        JudgeOptions search =
                new JudgeOptions(
                        List.of(
                                new KernelWeights(1, 0, 0, 0, 0),
                                new KernelWeights(1, 0.5, 0, 0, 0)),
                        List.of(1, 2),
                        List.of(1.0, 30.0),
                        o.axisFactors(),
                        o.ratingWeights(),
                        o.ratingRange(),
                        o.modes(),
                        List.of(2, 4),
                        o.tau(),
                        60,
                        o.scenarios(),
                        3,
                        1,
                        o.scale());

        Selection once = RubricJudge.fit(ROWS, EMBEDDER, search, SEEDS).selection();
        Selection again = RubricJudge.fit(ROWS, EMBEDDER, search, SEEDS).selection();

        assertThat(again).isEqualTo(once);
        assertThat(once.trials()).hasSizeGreaterThanOrEqualTo(4);
        assertThat(once.setting().penalty())
                .isEqualTo(1.0); // 30 smothers what 16 choices a user tell
        Selection.Outcome first = once.trials().get(0).priors().get(0);
        assertThat(first.accuracy()).isBetween(0.6, 0.95);
        assertThat(first.pairs()).isGreaterThan(100);
    }
}
