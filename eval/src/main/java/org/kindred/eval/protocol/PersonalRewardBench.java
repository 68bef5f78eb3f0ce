package org.kindred.eval.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.eval.benchmark.TwoOrders;
import org.kindred.eval.metric.PairOutcome;
import org.kindred.eval.metric.PairTally;
import org.kindred.eval.stats.Bootstrap;

/**
 * PersonalRewardBench (arXiv 2506.05598): every pair judged in both orders; a judgement that is a
 * tie, or that is missing, scores 0.
 *
 * @param orders over two judgements a pair, pooled; interval over users
 * @param macro mean of the users' own accuracies
 * @param tally pairs by the mean of both orders' scores, with every way of counting; a pair that
 *     lacks an order is unscored
 */
public record PersonalRewardBench(
        TwoOrders orders, @JsonProperty("macro_by_user") double macro, PairTally tally) {

    /**
     * @param userOfPair the pairs of the data
     * @param scores by pair id
     */
    public static PersonalRewardBench of(
            Map<String, String> userOfPair,
            Map<String, ScoreFile.Orders> scores,
            Bootstrap bootstrap) {
        Map<String, List<TwoOrders.Pair>> byUser = new LinkedHashMap<>();
        List<PairOutcome> outcomes = new ArrayList<>();
        userOfPair.forEach(
                (id, user) -> {
                    ScoreFile.Orders both = scores.getOrDefault(id, ScoreFile.Orders.NONE);
                    byUser.computeIfAbsent(user, name -> new ArrayList<>())
                            .add(
                                    new TwoOrders.Pair(
                                            both.chosenFirst().outcome(),
                                            both.chosenSecond().outcome()));
                    outcomes.add(
                            PairOutcome.of(
                                    both.chosenFirst().chosen() + both.chosenSecond().chosen(),
                                    both.chosenFirst().rejected()
                                            + both.chosenSecond().rejected()));
                });
        double macro =
                byUser.values().stream()
                        .mapToDouble(PersonalRewardBench::accuracy)
                        .average()
                        .orElse(Double.NaN);
        return new PersonalRewardBench(
                TwoOrders.of(List.copyOf(byUser.values()), bootstrap),
                macro,
                PairTally.of(outcomes));
    }

    private static double accuracy(List<TwoOrders.Pair> pairs) {
        return pairs.stream()
                .mapToDouble(pair -> (pair.first().strict() + pair.second().strict()) / 2)
                .average()
                .orElse(Double.NaN);
    }
}
