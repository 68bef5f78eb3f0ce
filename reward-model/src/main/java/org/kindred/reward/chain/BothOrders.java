package org.kindred.reward.chain;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks each sample in both orders of the responses and averages by response, so that a taste for
 * the first place cancels. A sample that failed in one order has failed. Persona and criteria are
 * those of the order as given.
 *
 * @param writer the judge; one that scores responses one by one does not need this
 */
public record BothOrders(ChainWriter writer) implements ChainWriter {

    @Override
    public String name() {
        return writer.name() + ", both orders";
    }

    @Override
    public List<ChainOutcome> write(ChainRequest request, Samples samples) {
        return writeAll(List.of(request), samples).get(0);
    }

    @Override
    public List<List<ChainOutcome>> writeAll(List<ChainRequest> requests, Samples samples) {
        List<ChainRequest> both = new ArrayList<>();
        for (ChainRequest request : requests) {
            both.add(request);
            if (request.responses().size() > 1) {
                both.add(request.reversed());
            }
        }
        Iterator<List<ChainOutcome>> written = writer.writeAll(both, samples).iterator();
        return requests.stream()
                .map(
                        request ->
                                request.responses().size() > 1
                                        ? merged(written.next(), written.next())
                                        : written.next())
                .toList();
    }

    @Override
    public int batch() {
        return writer.batch();
    }

    @Override
    public int threads() {
        return writer.threads();
    }

    private static List<ChainOutcome> merged(List<ChainOutcome> given, List<ChainOutcome> turned) {
        List<ChainOutcome> both = new ArrayList<>(given.size());
        for (int i = 0; i < given.size(); i++) {
            both.add(merged(given.get(i), turned.get(i)));
        }
        return both;
    }

    private static ChainOutcome merged(ChainOutcome given, ChainOutcome turned) {
        long tokens = given.tokens() + turned.tokens();
        if (given instanceof ChainOutcome.Failed failed) {
            return new ChainOutcome.Failed(failed.reason(), tokens);
        }
        if (turned instanceof ChainOutcome.Failed failed) {
            return new ChainOutcome.Failed(failed.reason(), tokens);
        }
        EvaluationChain first = ((ChainOutcome.Written) given).chain();
        EvaluationChain second = ((ChainOutcome.Written) turned).chain();
        return new ChainOutcome.Written(
                new EvaluationChain(
                        first.persona(),
                        first.criteria(),
                        mean(first.scores(), second.scores()),
                        mean(first.statedScores(), second.statedScores())),
                tokens);
    }

    private static List<@Nullable Double> mean(
            List<@Nullable Double> given, List<@Nullable Double> turned) {
        List<@Nullable Double> back = new ArrayList<>(turned);
        Collections.reverse(back);
        List<@Nullable Double> means = new ArrayList<>();
        for (int i = 0; i < Math.min(given.size(), back.size()); i++) {
            Double a = given.get(i);
            Double b = back.get(i);
            means.add(a == null || b == null ? null : (a + b) / 2);
        }
        return means;
    }
}
