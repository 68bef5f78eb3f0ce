package org.kindred.reward.diagnostic;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.kindred.reward.chain.ChainTotals;
import org.kindred.reward.chain.EvaluationChain;

/**
 * How a judge fails. Shares are of the pairs for which a question can be asked; NaN where there are
 * none. A decision is the sign of a margin; |margin| below 1e-9 is a tie and never a decision.
 *
 * @param pairs judged
 * @param accuracy of the pairs with scores in both orders, a tie as one half: the headline
 * @param accuracyTieWrong likewise, ties are wrong
 * @param accuracyDecided of the pairs with a decision
 * @param coverage share of pairs with a decision
 * @param positionConsistency same response preferred in both orders
 * @param firstPreferred share of the inconsistent pairs in which the first place won both times
 * @param accuracyGiven with the right response first, ties one half
 * @param accuracyTurned with the right response second
 * @param labelFlip share of decisions that turn when the labels of the history are exchanged; a
 *     judge that reads no history has 0
 * @param labelFlipLoss accuracy lost by it, in the same convention as {@code accuracy}
 * @param longerPreferred share of decisions for the longer response, minus the share of pairs in
 *     which it is the right one: 0 is unbiased
 * @param brier mean squared error of {@code sigma(slope margin)}
 * @param slope logits a point of margin, fitted to these pairs by likelihood
 * @param reliability by tenths of confidence from 0.5: mean confidence, share right, pairs
 * @param fullBreakdown share of chains whose totals can be recomputed
 * @param statedMismatch share of those with a stated total more than 0.05 off
 * @param statedFlip share of those whose stated totals rank the other way round
 * @param aloneAgreement same response preferred when scored alone
 * @param byGroup accuracy of each group
 * @param scored share of pairs with scores in both orders
 * @param failures why pairs have none, with how many
 */
public record Diagnosis(
        int pairs,
        double accuracy,
        double accuracyTieWrong,
        double accuracyDecided,
        double coverage,
        double positionConsistency,
        double firstPreferred,
        double accuracyGiven,
        double accuracyTurned,
        double labelFlip,
        double labelFlipLoss,
        double longerPreferred,
        double brier,
        double slope,
        List<Bin> reliability,
        double fullBreakdown,
        double statedMismatch,
        double statedFlip,
        double aloneAgreement,
        Map<String, Double> byGroup,
        double scored,
        Map<String, Integer> failures) {

    private static final double TIE = 1e-9;
    private static final int BINS = 5; // confidence runs from 0.5 to 1

    /**
     * One bin of the reliability curve.
     *
     * @param confidence mean of the pairs in it
     * @param right share of decisions that were right
     */
    public record Bin(double confidence, double right, int pairs) {}

    public static Diagnosis of(List<JudgedPair> pairs) {
        List<Double> margins = pairs.stream().map(JudgedPair::margin).toList();
        double slope = slope(margins);
        List<ChainTotals> totals = new ArrayList<>();
        int chains = 0;
        for (JudgedPair pair : pairs) {
            EvaluationChain chain = pair.chain();
            if (chain != null && stated(chain).size() == chain.scores().size()) {
                chains++;
                ChainTotals found = ChainTotals.of(chain.criteria(), stated(chain));
                if (found.source() == ChainTotals.Source.RECOMPUTED) {
                    totals.add(found);
                }
            }
        }
        List<JudgedPair> bothOrders =
                pairs.stream().filter(p -> !Double.isNaN(p.margin())).toList();
        List<JudgedPair> inconsistent = bothOrders.stream().filter(p -> !consistent(p)).toList();
        List<JudgedPair> flippable =
                pairs.stream()
                        .filter(p -> decided(p.margin()) && !Double.isNaN(p.flipped()))
                        .toList();
        Map<String, List<Double>> groups = new TreeMap<>();
        pairs.forEach(
                p -> groups.computeIfAbsent(p.group(), g -> new ArrayList<>()).add(p.margin()));
        Map<String, Double> byGroup = new TreeMap<>();
        groups.forEach((group, of) -> byGroup.put(group, accuracy(of, 0.5)));
        Map<String, Integer> failures = new TreeMap<>();
        pairs.stream()
                .map(JudgedPair::failure)
                .flatMap(Stream::ofNullable)
                .forEach(reason -> failures.merge(reason, 1, Integer::sum));
        return new Diagnosis(
                pairs.size(),
                accuracy(margins, 0.5),
                accuracy(margins, 0),
                share(margins.stream().filter(Diagnosis::decided).toList(), m -> m > 0),
                share(margins, Diagnosis::decided),
                share(bothOrders, Diagnosis::consistent),
                share(inconsistent, p -> p.given() > 0 && p.turned() < 0),
                accuracy(values(pairs, JudgedPair::given), 0.5),
                accuracy(values(pairs, JudgedPair::turned), 0.5),
                share(flippable, p -> p.margin() * p.flipped() < 0),
                flippable.isEmpty()
                        ? Double.NaN
                        : accuracy(values(flippable, JudgedPair::margin), 0.5)
                                - accuracy(values(flippable, JudgedPair::flipped), 0.5),
                longerPreferred(pairs),
                brier(margins, slope),
                slope,
                reliability(margins, slope),
                chains == 0 ? Double.NaN : totals.size() / (double) chains,
                share(totals, ChainTotals::mismatch),
                share(totals, ChainTotals::flip),
                share(
                        pairs.stream()
                                .filter(p -> decided(p.margin()) && decided(p.alone()))
                                .toList(),
                        p -> p.margin() * p.alone() > 0),
                byGroup,
                share(margins, m -> !Double.isNaN(m)),
                failures);
    }

    private static List<Double> stated(EvaluationChain chain) {
        List<Double> stated = new ArrayList<>();
        for (Double total : chain.statedScores()) {
            if (total != null) {
                stated.add(total);
            }
        }
        return stated;
    }

    /** Of the margins that are there; a tie counts {@code tie}. NaN where there are none. */
    private static double accuracy(List<Double> margins, double tie) {
        return margins.stream()
                .filter(margin -> !Double.isNaN(margin))
                .mapToDouble(margin -> decided(margin) ? (margin > 0 ? 1 : 0) : tie)
                .average()
                .orElse(Double.NaN);
    }

    private static boolean decided(double margin) {
        return Math.abs(margin) >= TIE; // false for NaN
    }

    private static boolean consistent(JudgedPair pair) {
        return decided(pair.given()) && decided(pair.turned()) && pair.given() * pair.turned() > 0;
    }

    private static List<Double> values(List<JudgedPair> pairs, ToDoubleFunction<JudgedPair> value) {
        return pairs.stream().mapToDouble(value).boxed().toList();
    }

    private static <T> double share(List<T> all, Predicate<T> which) {
        return all.isEmpty()
                ? Double.NaN
                : all.stream().filter(which).count() / (double) all.size();
    }

    private static double longerPreferred(List<JudgedPair> pairs) {
        List<JudgedPair> unequal =
                pairs.stream()
                        .filter(p -> decided(p.margin()) && p.chosenLength() != p.rejectedLength())
                        .toList();
        Predicate<JudgedPair> longerIsRight = p -> p.chosenLength() > p.rejectedLength();
        return share(unequal, p -> p.margin() > 0 == longerIsRight.test(p))
                - share(unequal, longerIsRight);
    }

    /** Maximum likelihood of ln sigma(slope margin) by Newton steps; at most 100. */
    private static double slope(List<Double> margins) {
        double slope = 0.1;
        for (int step = 0; step < 50; step++) {
            double gradient = 0;
            double curvature = 1e-9;
            for (double margin : margins) {
                if (decided(margin)) {
                    double doubt = 1 / (1 + Math.exp(slope * margin));
                    gradient += doubt * margin;
                    curvature += doubt * (1 - doubt) * margin * margin;
                }
            }
            slope = Math.max(0, Math.min(100, slope + gradient / curvature));
        }
        return slope;
    }

    private static double brier(List<Double> margins, double slope) {
        return margins.stream()
                .filter(m -> !Double.isNaN(m))
                .mapToDouble(m -> Math.pow(1 - 1 / (1 + Math.exp(-slope * m)), 2))
                .average()
                .orElse(Double.NaN);
    }

    private static List<Bin> reliability(List<Double> margins, double slope) {
        double[] confidence = new double[BINS];
        int[] right = new int[BINS];
        int[] count = new int[BINS];
        for (double margin : margins) {
            if (decided(margin)) {
                double sure = 1 / (1 + Math.exp(-slope * Math.abs(margin)));
                int bin = Math.min(BINS - 1, (int) ((sure - 0.5) * 2 * BINS));
                confidence[bin] += sure;
                right[bin] += margin > 0 ? 1 : 0;
                count[bin]++;
            }
        }
        List<Bin> bins = new ArrayList<>();
        for (int b = 0; b < BINS; b++) {
            if (count[b] > 0) {
                bins.add(new Bin(confidence[b] / count[b], right[b] / (double) count[b], count[b]));
            }
        }
        return bins;
    }
}
