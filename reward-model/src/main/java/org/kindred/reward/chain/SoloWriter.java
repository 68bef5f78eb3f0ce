package org.kindred.reward.chain;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RubricOutcome;
import org.kindred.reward.UserPrompt;

/**
 * A writer that fixes a user's rubric before it reads any response, and then scores each response
 * alone under it: the scores of different completions and steps are comparable. A sample is a
 * rubric; the same sample of the same user and prompt is the same rubric for ever.
 */
public interface SoloWriter extends ChainWriter {

    /**
     * Rubrics from histories and prompts alone.
     *
     * @return for each user and prompt one outcome a sample, in order
     */
    List<List<RubricOutcome>> rubrics(List<UserPrompt> asked, Samples samples);

    /**
     * Scores under the rubrics that {@link #rubrics} gives for the same samples.
     *
     * @return for each request one result a sample, in order
     */
    List<List<RubricScores>> scoreAlone(List<ChainRequest> requests, Samples samples);

    @Override
    default List<ChainOutcome> write(ChainRequest request, Samples samples) {
        return writeAll(List.of(request), samples).get(0);
    }

    /** Chains without scores of single criteria; one failed response makes a chain fail. */
    @Override
    default List<List<ChainOutcome>> writeAll(List<ChainRequest> requests, Samples samples) {
        return scoreAlone(requests, samples).stream()
                .map(some -> some.stream().map(SoloWriter::chain).toList())
                .toList();
    }

    private static ChainOutcome chain(RubricScores scores) {
        if (scores.rubric() instanceof RubricOutcome.Failed failed) {
            return new ChainOutcome.Failed(failed.reason(), scores.tokens());
        }
        List<@Nullable Double> totals = new ArrayList<>();
        for (ScoreOutcome outcome : scores.outcomes()) {
            if (outcome instanceof ScoreOutcome.Failed failed) {
                return new ChainOutcome.Failed(failed.reason(), scores.tokens());
            }
            totals.add(outcome instanceof ScoreOutcome.Scored scored ? scored.value() : null);
        }
        var rubric = ((RubricOutcome.Written) scores.rubric()).rubric();
        return new ChainOutcome.Written(
                new EvaluationChain(
                        rubric.persona(),
                        rubric.criteria().stream()
                                .map(c -> new ChainCriterion(c.name(), c.weight(), List.of()))
                                .toList(),
                        totals,
                        totals),
                scores.tokens());
    }
}
