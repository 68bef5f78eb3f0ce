package org.kindred.reward.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RatingScale;
import org.kindred.reward.RecentlyUsed;
import org.kindred.reward.RubricOutcome;
import org.kindred.reward.TextKey;
import org.kindred.reward.UserContext;
import org.kindred.reward.UserPrompt;
import org.kindred.reward.chain.ChainCriterion;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.EvaluationChain;
import org.kindred.reward.chain.RubricScores;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.chain.SoloWriter;

/**
 * The embedded judge as a writer of chains.
 *
 * <p>One sample is the expected user, unless a draw is asked for. Several samples are draws from
 * the belief about the user's taste, seeded by user, prompt and sample number and not by the
 * responses, so that the rubrics of a prompt are fixed before any response is read and stay the
 * same for all of them.
 *
 * <p>A criterion's score is where the response stands on that criterion alone, {@code 1 + 9
 * sigma(1.2 x)} for x standard deviations in the wanted direction. The total is that of the whole
 * learned utility; it is not recomputed from the criteria, which are only its readable part.
 */
public final class RubricChainWriter implements SoloWriter {
    private static final int KEPT_USERS = 8_192;
    private static final int KEPT_RUBRICS = 32_768;
    private static final int EXPECTED = -1;
    private static final RatingScale CRITERION_SCALE = new RatingScale(0, 1.2);

    private final RubricJudge judge;
    private final JudgeMode mode;
    private final SeedTree seeds;
    private final RecentlyUsed<UserContext, UserPosterior> posteriors =
            new RecentlyUsed<>(KEPT_USERS);
    private final RecentlyUsed<Sample, Rubric> rubrics = new RecentlyUsed<>(KEPT_RUBRICS);

    /** Names a rubric: of the expected user, or a draw. */
    private record Sample(UserPrompt asked, int number, double temperature) {}

    public RubricChainWriter(RubricJudge judge, SeedTree seeds) {
        this(judge, judge.selection().mode(), seeds);
    }

    /**
     * @param mode prior under which users are read
     */
    public RubricChainWriter(RubricJudge judge, JudgeMode mode, SeedTree seeds) {
        this.judge = judge;
        this.mode = mode;
        this.seeds = seeds;
    }

    @Override
    public String name() {
        return "rubric-judge " + mode.name().toLowerCase(Locale.ROOT);
    }

    /** A user's rubric as likely as any; draws are seeded by user, prompt and number. */
    private List<Rubric> fixed(UserPrompt asked, Samples samples) {
        List<Rubric> fixed = new ArrayList<>(samples.count());
        for (int i = 0; i < samples.count(); i++) {
            boolean expected = samples.expected();
            Sample sample =
                    new Sample(
                            asked,
                            expected ? EXPECTED : samples.first() + i,
                            expected ? 0 : samples.temperature());
            Rubric known = rubrics.get(sample);
            fixed.add(known != null ? known : rubrics.keep(sample, written(sample)));
        }
        return fixed;
    }

    private Rubric written(Sample sample) {
        UserContext user = sample.asked().user();
        String prompt = sample.asked().prompt();
        UserPosterior known = posteriors.get(user);
        UserPosterior posterior =
                known != null ? known : posteriors.keep(user, judge.posterior(user, mode));
        return sample.number() == EXPECTED
                ? judge.rubric(posterior, prompt)
                : judge.drawRubric(
                        posterior,
                        prompt,
                        sample.temperature(),
                        seeds.child(user.userId())
                                .child(TextKey.of(prompt))
                                .child(sample.number()));
    }

    @Override
    public List<List<RubricOutcome>> rubrics(List<UserPrompt> asked, Samples samples) {
        return asked.stream()
                .map(
                        one ->
                                fixed(one, samples).stream()
                                        .<RubricOutcome>map(RubricChainWriter::inWords)
                                        .toList())
                .toList();
    }

    private static RubricOutcome inWords(Rubric rubric) {
        return new RubricOutcome.Written(rubric.inWords(), 0);
    }

    @Override
    public List<List<RubricScores>> scoreAlone(List<ChainRequest> requests, Samples samples) {
        return requests.stream()
                .map(
                        request ->
                                fixed(asked(request), samples).stream()
                                        .map(
                                                rubric ->
                                                        new RubricScores(
                                                                inWords(rubric),
                                                                rubric.scale(),
                                                                judge.scoreAlone(
                                                                        rubric,
                                                                        request.responses()),
                                                                0))
                                        .toList())
                .toList();
    }

    /** Chains with the scores of single criteria. */
    @Override
    public List<List<ChainOutcome>> writeAll(List<ChainRequest> requests, Samples samples) {
        return requests.stream()
                .map(
                        request ->
                                fixed(asked(request), samples).stream()
                                        .<ChainOutcome>map(
                                                rubric ->
                                                        new ChainOutcome.Written(
                                                                chain(rubric, request.responses())))
                                        .toList())
                .toList();
    }

    private static UserPrompt asked(ChainRequest request) {
        return new UserPrompt(request.user(), request.prompt());
    }

    /** A fixed rubric, applied. */
    public EvaluationChain chain(Rubric rubric, List<String> responses) {
        List<double[]> readings = responses.stream().map(judge::criteria).toList();
        List<ChainCriterion> criteria = new ArrayList<>();
        for (Rubric.Item item : rubric.criteria()) {
            if (item.weight() == 0) {
                continue; // less than half a per cent
            }
            int column = Criteria.index(item.id());
            double sign = item.wantsMore() ? 1 : -1;
            criteria.add(
                    new ChainCriterion(
                            item.name(),
                            item.weight(),
                            readings.stream()
                                    .map(r -> CRITERION_SCALE.total(sign * r[column]))
                                    .toList()));
        }
        List<@Nullable Double> totals = new ArrayList<>();
        for (ScoreOutcome outcome : judge.scoreAlone(rubric, responses)) {
            totals.add(outcome instanceof ScoreOutcome.Scored scored ? scored.value() : null);
        }
        return new EvaluationChain(rubric.persona(), criteria, totals, totals);
    }
}
