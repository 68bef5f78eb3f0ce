package org.kindred.eval.winrate;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.OrderedWork;
import org.kindred.eval.alignment.Sample;
import org.kindred.eval.alignment.SamplePair;
import org.kindred.eval.metric.PairOutcome;
import org.kindred.reward.UserContext;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.Samples;

/**
 * Reads two completions together in their user's name, once in each order.
 *
 * @param writer reads a pair once, in the order given; called from several threads if there are
 *     more than one
 * @param contexts what users have shown; a user who is not among them is a stranger
 * @param prompts text of each prompt by its id
 */
record PairJudge(
        ChainWriter writer,
        Map<String, UserContext> contexts,
        Map<String, String> prompts,
        int threads) {

    /** One order: what was said, and why nothing was. */
    private record Reading(PairOutcome outcome, @Nullable String failure, long tokens) {}

    /**
     * Judges all pairs.
     *
     * @param results called in the order of the pairs
     */
    void judge(List<SamplePair> pairs, Consumer<Judged> results) {
        OrderedWork.run(pairs.iterator(), threads, this::judge, results);
    }

    private Judged judge(SamplePair pair) {
        Sample sample = pair.policy();
        ChainRequest request =
                new ChainRequest(
                        contexts.getOrDefault(
                                sample.userId(), new UserContext(sample.userId(), List.of())),
                        prompts.get(sample.prompt()),
                        List.of(sample.completion(), pair.baseline().completion()));
        Reading first = read(request, 0);
        Reading second = read(request.reversed(), 1);
        return new Judged(
                sample.policy(),
                pair.baseline().policy(),
                sample.userId(),
                sample.group(),
                sample.prompt(),
                sample.index(),
                first.outcome(),
                second.outcome(),
                first.failure() != null ? first.failure() : second.failure(),
                first.tokens() + second.tokens());
    }

    /**
     * @param place of the policy's completion in the request, 0 or 1
     */
    private Reading read(ChainRequest request, int place) {
        ChainOutcome outcome = writer.write(request, Samples.of(1)).get(0);
        if (outcome instanceof ChainOutcome.Failed failed) {
            return new Reading(PairOutcome.UNSCORED, failed.reason(), failed.tokens());
        }
        List<@Nullable Double> scores = ((ChainOutcome.Written) outcome).chain().scores();
        Double own = scores.get(place);
        Double other = scores.get(1 - place);
        return own == null || other == null
                ? new Reading(PairOutcome.UNSCORED, "NO_SCORE", outcome.tokens())
                : new Reading(PairOutcome.of(own, other), null, outcome.tokens());
    }
}
