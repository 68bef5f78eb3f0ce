package org.kindred.reward.scaling;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.reward.RewardModel;
import org.kindred.reward.ScoreOutcome;
import org.kindred.reward.UserContext;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.EvaluationChain;

/**
 * Personalised generative reward model with test-time scaling (arXiv 2602.12116, Eq. 9): m samples
 * in the user's own name, one sample in the name of each of n like-minded users, and their mean.
 */
public final class PGenRm implements RewardModel {
    private final ChainWriter writer;
    private final NeighbourSource neighbours;
    private final ScalingPlan plan;

    public PGenRm(ChainWriter writer, NeighbourSource neighbours, ScalingPlan plan) {
        this.writer = writer;
        this.neighbours = neighbours;
        this.plan = plan;
    }

    @Override
    public List<ScoreOutcome> score(UserContext user, String prompt, List<String> responses) {
        return scale(user, prompt, responses).outcomes();
    }

    /** Scores with their source. */
    public ScaledScores scale(UserContext user, String prompt, List<String> responses) {
        ChainRequest request = new ChainRequest(user, prompt, responses);
        List<ChainOutcome> own = new ArrayList<>();
        if (plan.individual() > 0) {
            own.addAll(writer.write(request, plan.individual()));
        }
        List<ChainOutcome> theirs = new ArrayList<>();
        boolean cellShort = false;
        if (plan.prototype() > 0) {
            NeighbourSource.Found found = neighbours.find(user, plan.prototype());
            cellShort = found.cellShort();
            for (UserContext neighbour : found.users()) {
                theirs.addAll(writer.write(request.by(neighbour), 1));
            }
        }
        return Aggregation.aggregate(
                plan,
                totals(own),
                totals(theirs),
                responses.size(),
                own.size() + theirs.size(),
                cellShort);
    }

    private static List<List<@Nullable Double>> totals(List<ChainOutcome> outcomes) {
        List<List<@Nullable Double>> totals = new ArrayList<>();
        for (ChainOutcome outcome : outcomes) {
            if (outcome instanceof ChainOutcome.Written written) {
                EvaluationChain chain = written.chain();
                totals.add(chain.scores());
            }
        }
        return totals;
    }
}
