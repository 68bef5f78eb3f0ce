package org.kindred.reward.scaling;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RewardModel;
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

    /** Scores each response by itself, so that one unusable answer takes no other with it. */
    public List<ScoreOutcome> scoreEach(UserContext user, String prompt, List<String> responses) {
        return scaleAll(
                        responses.stream()
                                .map(text -> new ChainRequest(user, prompt, List.of(text)))
                                .toList())
                .stream()
                .map(scores -> scores.outcomes().get(0))
                .toList();
    }

    /** Scores with their source and cost. */
    public ScaledScores scale(ChainRequest request) {
        return scaleAll(List.of(request)).get(0);
    }

    /**
     * As {@link #scale} for each request. All are asked in step, so that a writer of batches has
     * many to write at once.
     */
    public List<ScaledScores> scaleAll(List<ChainRequest> requests) {
        List<Hearing> all = requests.stream().map(this::hearing).toList();
        int larger = plan.individual() > 0 ? plan.individual() : plan.prototype();
        int rounds = Math.max(1, (larger + plan.block() - 1) / plan.block());
        hear(all.stream().filter(this::mayStop).toList(), rounds);
        hear(all.stream().filter(one -> !mayStop(one)).toList(), 1);
        return all.stream().map(this::aggregate).toList();
    }

    private boolean mayStop(Hearing one) {
        return plan.stopAt() > 0 && one.request.responses().size() == 2;
    }

    /** Asks round by round for those that are not decided yet. */
    private void hear(List<Hearing> some, int rounds) {
        List<Hearing> open = new ArrayList<>(some);
        for (int round = 1; round <= rounds && !open.isEmpty(); round++) {
            askOwn(
                    open,
                    plan.individual() * (round - 1) / rounds,
                    plan.individual() * round / rounds);
            askNeighbours(open, round, rounds);
            if (round < rounds) {
                open.removeIf(one -> Aggregation.decided(plan, one.own.totals, one.theirs.totals));
            }
        }
    }

    private Hearing hearing(ChainRequest request) {
        return new Hearing(
                request,
                plan.prototype() > 0
                        ? neighbours.find(request, plan.prototype())
                        : new NeighbourSource.Found(List.of(), false));
    }

    private void askOwn(List<Hearing> open, int from, int until) {
        if (until > from) {
            Iterator<List<ChainOutcome>> written =
                    writer.writeAll(
                                    open.stream().map(one -> one.request).toList(),
                                    new Samples(from, until - from, plan.temperature()))
                            .iterator();
            open.forEach(one -> one.own.add(written.next()));
        }
    }

    private void askNeighbours(List<Hearing> open, int round, int rounds) {
        List<ChainRequest> asked = new ArrayList<>();
        open.forEach(one -> one.next(round, rounds).forEach(n -> asked.add(one.request.by(n))));
        if (!asked.isEmpty()) {
            Iterator<List<ChainOutcome>> written =
                    writer.writeAll(asked, new Samples(0, 1, plan.temperature())).iterator();
            open.forEach(
                    one -> one.next(round, rounds).forEach(n -> one.theirs.add(written.next())));
        }
    }

    private ScaledScores aggregate(Hearing one) {
        return Aggregation.aggregate(
                plan,
                one.own.totals,
                one.theirs.totals,
                one.request.responses().size(),
                one.own.asked + one.theirs.asked,
                one.own.tokens + one.theirs.tokens,
                one.found.cellShort());
    }

    /** A request with what was said about it so far. */
    private static final class Hearing {
        private final ChainRequest request;
        private final NeighbourSource.Found found;
        private final Heard own = new Heard();
        private final Heard theirs = new Heard();

        Hearing(ChainRequest request, NeighbourSource.Found found) {
            this.request = request;
            this.found = found;
        }

        /** The neighbours of a round, counted from 1. */
        List<UserContext> next(int round, int rounds) {
            int all = found.users().size();
            return found.users().subList(all * (round - 1) / rounds, all * round / rounds);
        }
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
