package org.kindred.eval.benchmark;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Preference;
import org.kindred.reward.UserContext;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.Samples;

/** A judge that reads pairs, one chain for each order of showing them; thread-safe. */
final class OrderedArm implements Arm {
    private final String name;
    private final ChainWriter writer;
    private final int threads;
    private final AtomicLong tokens = new AtomicLong();

    OrderedArm(String name, ChainWriter writer, int threads) {
        this.name = name;
        this.writer = writer;
        this.threads = threads;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int threads() {
        return threads;
    }

    @Override
    public long tokens() {
        return tokens.get();
    }

    @Override
    public boolean usesHistory() {
        return true;
    }

    @Override
    public UserScorer forUser(UserContext context) {
        return new UserScorer() {
            @Override
            public double[] score(Preference target) {
                double[][] both = orders(target);
                return new double[] {(both[0][0] + both[1][0]) / 2, (both[0][1] + both[1][1]) / 2};
            }

            @Override
            public double[][] orders(Preference target) {
                ChainRequest request =
                        new ChainRequest(
                                context,
                                target.promptText(),
                                List.of(target.chosenText(), target.rejectedText()));
                double[] given = scores(request);
                double[] turned = scores(request.reversed());
                return new double[][] {given, {turned[1], turned[0]}};
            }
        };
    }

    private double[] scores(ChainRequest request) {
        ChainOutcome outcome = writer.write(request, Samples.of(1)).get(0);
        tokens.addAndGet(outcome.tokens());
        if (outcome instanceof ChainOutcome.Written written) {
            List<@Nullable Double> scores = written.chain().scores();
            return new double[] {orNaN(scores.get(0)), orNaN(scores.get(1))};
        }
        return new double[] {Double.NaN, Double.NaN};
    }

    private static double orNaN(@Nullable Double score) {
        return score == null ? Double.NaN : score;
    }
}
