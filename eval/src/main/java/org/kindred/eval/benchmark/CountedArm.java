package org.kindred.eval.benchmark;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Preference;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.UserContext;
import org.kindred.reward.baseline.Baseline;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.scaling.PGenRm;
import org.kindred.reward.scaling.ScaledScores;

/** A reward model as an arm that counts what it asks for; as thread-safe as its model. */
final class CountedArm implements Arm {
    private final String name;
    private final boolean usesHistory;
    private final int threads;
    private final Function<UserContext, UserScorer> scorers;
    private final Spent spent;

    private record Spent(AtomicLong pairs, AtomicLong asked, AtomicLong tokens) {
        Spent() {
            this(new AtomicLong(), new AtomicLong(), new AtomicLong());
        }
    }

    private CountedArm(
            String name,
            boolean usesHistory,
            int threads,
            Function<UserContext, UserScorer> scorers,
            Spent spent) {
        this.name = name;
        this.usesHistory = usesHistory;
        this.threads = threads;
        this.scorers = scorers;
        this.spent = spent;
    }

    /** A competitor, which reads answers one by one. */
    static CountedArm of(Baseline baseline) {
        return new CountedArm(
                baseline.name(),
                baseline.usesHistory(),
                1,
                context -> {
                    Baseline.Scorer scorer = baseline.forUser(context);
                    return target ->
                            new double[] {
                                scorer.score(target.promptText(), target.chosenText()),
                                scorer.score(target.promptText(), target.rejectedText())
                            };
                },
                new Spent());
    }

    /** Chains with test-time scaling. */
    static CountedArm of(String name, PGenRm model) {
        Spent spent = new Spent();
        return new CountedArm(
                name,
                true,
                1,
                context ->
                        target -> {
                            ScaledScores scores = model.scale(request(context, target));
                            spent.pairs().incrementAndGet();
                            spent.asked().addAndGet(scores.asked());
                            spent.tokens().addAndGet(scores.tokens());
                            return new double[] {value(scores, 0), value(scores, 1)};
                        },
                spent);
    }

    /** A judge that reads pairs, one chain for each order of showing them. */
    static CountedArm inBothOrders(String name, ChainWriter writer) {
        Spent spent = new Spent();
        return new CountedArm(
                name,
                true,
                writer.threads(),
                context ->
                        new UserScorer() {
                            @Override
                            public double[] score(Preference target) {
                                double[][] both = orders(target);
                                return new double[] {
                                    (both[0][0] + both[1][0]) / 2, (both[0][1] + both[1][1]) / 2
                                };
                            }

                            @Override
                            public double[][] orders(Preference target) {
                                ChainRequest request = request(context, target);
                                spent.pairs().incrementAndGet();
                                double[] given = read(writer, request, spent);
                                double[] turned = read(writer, request.reversed(), spent);
                                return new double[][] {given, {turned[1], turned[0]}};
                            }
                        },
                spent);
    }

    private static ChainRequest request(UserContext context, Preference target) {
        return new ChainRequest(
                context, target.promptText(), List.of(target.chosenText(), target.rejectedText()));
    }

    private static double value(ScaledScores scores, int response) {
        return scores.outcomes().get(response) instanceof ScoreOutcome.Scored scored
                ? scored.value()
                : Double.NaN;
    }

    private static double[] read(ChainWriter writer, ChainRequest request, Spent spent) {
        ChainOutcome outcome = writer.write(request, Samples.of(1)).get(0);
        spent.asked().incrementAndGet();
        spent.tokens().addAndGet(outcome.tokens());
        if (outcome instanceof ChainOutcome.Written written) {
            List<@Nullable Double> scores = written.chain().scores();
            return new double[] {orNaN(scores.get(0)), orNaN(scores.get(1))};
        }
        return new double[] {Double.NaN, Double.NaN};
    }

    private static double orNaN(@Nullable Double score) {
        return score == null ? Double.NaN : score;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean usesHistory() {
        return usesHistory;
    }

    @Override
    public UserScorer forUser(UserContext context) {
        return scorers.apply(context);
    }

    @Override
    public int threads() {
        return threads;
    }

    @Override
    public long tokens() {
        return spent.tokens().get();
    }

    /** Samples a pair, over all that was scored; 0 for arms that ask for none. */
    double samplesPerPair() {
        return spent.asked().get() / (double) Math.max(1, spent.pairs().get());
    }

    /** Tokens a pair, as the endpoint counted; 0 for the embedded judge. */
    double tokensPerPair() {
        return spent.tokens().get() / (double) Math.max(1, spent.pairs().get());
    }
}
