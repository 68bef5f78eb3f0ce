package org.kindred.eval.benchmark;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Preference;
import org.kindred.eval.metric.PairOutcome;
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
                            Arm.Reading.of(
                                    scorer.score(target.promptText(), target.chosenText()),
                                    scorer.score(target.promptText(), target.rejectedText()));
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
                            return new Arm.Reading(
                                    PairOutcome.of(value(scores, 0), value(scores, 1)),
                                    null,
                                    failure(scores));
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
                        target -> {
                            ChainRequest request = request(context, target);
                            spent.pairs().incrementAndGet();
                            One given = read(writer, request, spent);
                            One turned = read(writer, request.reversed(), spent);
                            return Arm.Reading.of(
                                    new double[][] {
                                        {given.first(), given.second()},
                                        {turned.second(), turned.first()}
                                    },
                                    given.failure() != null ? given.failure() : turned.failure());
                        },
                spent);
    }

    private static @Nullable String failure(ScaledScores scores) {
        for (ScoreOutcome outcome : scores.outcomes()) {
            if (outcome instanceof ScoreOutcome.Failed failed) {
                return failed.reason();
            }
            if (outcome instanceof ScoreOutcome.Abstained abstained) {
                return abstained.reason();
            }
        }
        return null;
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

    /** One order: scores of both responses, NaN where one is missing, and why. */
    private record One(double first, double second, @Nullable String failure) {}

    private static One read(ChainWriter writer, ChainRequest request, Spent spent) {
        ChainOutcome outcome = writer.write(request, Samples.of(1)).get(0);
        spent.asked().incrementAndGet();
        spent.tokens().addAndGet(outcome.tokens());
        if (outcome instanceof ChainOutcome.Failed failed) {
            return new One(Double.NaN, Double.NaN, failed.reason());
        }
        List<@Nullable Double> scores = ((ChainOutcome.Written) outcome).chain().scores();
        Double first = scores.get(0);
        Double second = scores.get(1);
        return first == null || second == null
                ? new One(Double.NaN, Double.NaN, "NO_SCORE")
                : new One(first, second, null);
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
