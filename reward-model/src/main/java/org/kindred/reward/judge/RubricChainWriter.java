package org.kindred.reward.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.TextKey;
import org.kindred.reward.chain.ChainCriterion;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.EvaluationChain;
import org.kindred.reward.chain.Samples;

/**
 * The embedded judge as a writer of chains.
 *
 * <p>One sample is the expected user. Several samples are draws from the belief about the user's
 * taste, seeded by user, prompt and sample number and not by the responses, so that the rubrics of
 * a prompt are fixed before any response is read and stay the same for all of them.
 *
 * <p>A criterion's score is where the response stands on that criterion alone, {@code 1 + 9
 * sigma(1.2 x)} for x standard deviations in the wanted direction. The total is that of the whole
 * learned utility; it is not recomputed from the criteria, which are only its readable part.
 */
public final class RubricChainWriter implements ChainWriter {
    private static final RatingScale CRITERION_SCALE = new RatingScale(0, 1.2);

    private final RubricJudge judge;
    private final JudgeMode mode;
    private final SeedTree seeds;

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

    @Override
    public List<ChainOutcome> write(ChainRequest request, Samples samples) {
        UserPosterior user = judge.posterior(request.user(), mode);
        SeedTree draws = seeds.child(request.user().userId()).child(TextKey.of(request.prompt()));
        List<ChainOutcome> outcomes = new ArrayList<>(samples.count());
        for (int i = 0; i < samples.count(); i++) {
            Rubric rubric =
                    samples.single()
                            ? judge.rubric(user, request.prompt())
                            : judge.drawRubric(
                                    user,
                                    request.prompt(),
                                    samples.temperature(),
                                    draws.child(samples.first() + i));
            outcomes.add(new ChainOutcome.Written(chain(rubric, request.responses())));
        }
        return outcomes;
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
