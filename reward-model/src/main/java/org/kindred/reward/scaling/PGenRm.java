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
import org.kindred.reward.chain.Samples;

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
        return scale(new ChainRequest(user, prompt, responses)).outcomes();
    }

    /** Scores with their source and cost. */
    public ScaledScores scale(ChainRequest request) {
        boolean mayStop = plan.stopAt() > 0 && request.responses().size() == 2;
        int larger = plan.individual() > 0 ? plan.individual() : plan.prototype();
        int rounds = mayStop ? Math.max(1, (larger + plan.block() - 1) / plan.block()) : 1;
        NeighbourSource.Found found =
                plan.prototype() > 0
                        ? neighbours.find(request, plan.prototype())
                        : new NeighbourSource.Found(List.of(), false);
        Heard own = new Heard();
        Heard theirs = new Heard();
        for (int round = 1; round <= rounds; round++) {
            int ownUntil = plan.individual() * round / rounds;
            if (ownUntil > own.asked) {
                own.add(
                        writer.write(
                                request,
                                new Samples(own.asked, ownUntil - own.asked, plan.temperature())));
            }
            int theirsUntil = found.users().size() * round / rounds;
            for (UserContext neighbour :
                    found.users().subList(Math.min(theirs.asked, theirsUntil), theirsUntil)) {
                theirs.add(
                        writer.write(request.by(neighbour), new Samples(0, 1, plan.temperature())));
            }
            if (round < rounds && Aggregation.decided(plan, own.totals, theirs.totals)) {
                break;
            }
        }
        return Aggregation.aggregate(
                plan,
                own.totals,
                theirs.totals,
                request.responses().size(),
                own.asked + theirs.asked,
                own.tokens + theirs.tokens,
                found.cellShort());
    }

    /** Samples of one side so far. */
    private static final class Heard {
        private final List<List<@Nullable Double>> totals = new ArrayList<>();
        private int asked;
        private long tokens;

        void add(List<ChainOutcome> outcomes) {
            asked += outcomes.size();
            for (ChainOutcome outcome : outcomes) {
                tokens += outcome.tokens();
                if (outcome instanceof ChainOutcome.Written written) {
                    totals.add(written.chain().scores());
                }
            }
        }
    }
}
