package org.kindred.reward.judge;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.ScoreOutcome;
import org.kindred.reward.TextKey;
import org.kindred.reward.chain.ChainCriterion;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.EvaluationChain;

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
    private final SeedTree seeds;

    public RubricChainWriter(RubricJudge judge, SeedTree seeds) {
        this.judge = judge;
        this.seeds = seeds;
    }

    @Override
    public String name() {
        return "rubric-judge";
    }

    @Override
    public List<ChainOutcome> write(ChainRequest request, int samples) {
        if (samples < 1) {
            throw new IllegalArgumentException("samples = " + samples + ": must be 1 or more");
        }
        UserPosterior user = judge.posterior(request.user());
        SeedTree draws = seeds.child(request.user().userId()).child(TextKey.of(request.prompt()));
        List<ChainOutcome> outcomes = new ArrayList<>(samples);
        for (int sample = 0; sample < samples; sample++) {
            Rubric rubric =
                    samples == 1
                            ? judge.rubric(user)
                            : judge.drawRubric(user, request.prompt(), draws.child(sample));
            outcomes.add(new ChainOutcome.Written(chain(rubric, request.responses())));
        }
        return outcomes;
    }

    /** A fixed rubric, applied. */
    public EvaluationChain chain(Rubric rubric, List<String> responses) {
        List<double[]> readings = responses.stream().map(judge::criteria).toList();
        List<ChainCriterion> criteria = new ArrayList<>();
        for (Rubric.Item item : rubric.criteria()) {
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
