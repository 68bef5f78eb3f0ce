package org.kindred.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Metrics against slow definitions on random data, and against published numbers. */
final class MetricOraclesTest {
    private static final double EXACT = 1e-12;

    /** Few different values, so that ties are frequent; some are missing. */
    @Provide
    Arbitrary<List<double[]>> scorePairs() {
        Arbitrary<Double> score =
                Arbitraries.frequencyOf(
                        Tuple.of(9, Arbitraries.integers().between(0, 3).map(i -> (double) i)),
                        Tuple.of(
                                1,
                                Arbitraries.of(
                                        Double.NaN,
                                        Double.POSITIVE_INFINITY,
                                        Double.NEGATIVE_INFINITY)));
        return score.array(double[].class).ofSize(2).list().ofMinSize(1).ofMaxSize(40);
    }

    @Property(seed = "20261122", tries = 200)
    void tally_countsAsTheDefinitionSays(@ForAll("scorePairs") List<double[]> pairs) {
        double right = 0;
        double ties = 0;
        double scored = 0;
        for (double[] pair : pairs) {
            boolean finite = Double.isFinite(pair[0]) && Double.isFinite(pair[1]);
            scored += finite ? 1 : 0;
            right += finite && pair[0] > pair[1] ? 1 : 0;
            ties += finite && pair[0] == pair[1] ? 1 : 0;
        }
        PairTally tally =
                PairTally.of(pairs.stream().map(p -> PairOutcome.of(p[0], p[1])).toList());
        assertThat(tally.strict()).isEqualTo(right / pairs.size());
        assertThat(tally.halfTie())
                .isCloseTo(right / pairs.size() + ties / pairs.size() / 2, within(EXACT));
        assertThat(tally.coverage()).isEqualTo(scored / pairs.size());
        assertThat(Double.valueOf(tally.decidedOnly())) // boxed: NaN equals NaN
                .isEqualTo(Double.valueOf(right / (scored - ties)));
    }

    @Test
    void tally_threeConventions_ofOnePublishedCase() {
        // 90 % decided and 70 % of those right, the rest ties: 70.0, 68.0 and 63.0 %
        PairTally tally = new PairTally(100, 63, 10, 0);
        assertThat(tally.decidedOnly()).isCloseTo(0.70, within(EXACT));
        assertThat(tally.halfTie()).isCloseTo(0.68, within(EXACT));
        assertThat(tally.strict()).isCloseTo(0.63, within(EXACT));
    }

    @Property(seed = "20261122", tries = 200)
    void spearman_isPearsonOfCountedRanks(
            @ForAll @Size(min = 2, max = 12) List<@IntRange(min = 0, max = 5) Integer> a,
            @ForAll long seed) {
        double[] first = a.stream().mapToDouble(Integer::doubleValue).toArray();
        List<Integer> mixed = new ArrayList<>(a);
        Collections.rotate(mixed, (int) Math.floorMod(seed, a.size()));
        double[] second = mixed.stream().mapToDouble(Integer::doubleValue).toArray();
        double oracle = pearson(countedRanks(first), countedRanks(second));
        double found = RankCorrelation.spearman(first, second);
        if (Double.isNaN(oracle)) {
            assertThat(found).isNaN();
        } else {
            assertThat(found).isCloseTo(oracle, within(1e-9));
        }
    }

    /** Rank = 1 + smaller values + half of the other equal ones. */
    private static double[] countedRanks(double[] values) {
        return Arrays.stream(values)
                .map(
                        v ->
                                0.5
                                        + Arrays.stream(values).filter(w -> w < v).count()
                                        + Arrays.stream(values).filter(w -> w == v).count() / 2.0)
                .toArray();
    }

    private static double pearson(double[] a, double[] b) {
        double meanA = Arrays.stream(a).average().orElseThrow();
        double meanB = Arrays.stream(b).average().orElseThrow();
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (a[i] - meanA) * (b[i] - meanB);
            aa += Math.pow(a[i] - meanA, 2);
            bb += Math.pow(b[i] - meanB, 2);
        }
        return aa * bb == 0 ? Double.NaN : ab / Math.sqrt(aa * bb);
    }

    @Test
    void spearman_publishedExample() {
        // IQ and hours of television (Wikipedia, Spearman's rank correlation): rho = -29/165
        double[] iq = {106, 100, 86, 101, 99, 103, 97, 113, 112, 110};
        double[] hours = {7, 27, 2, 50, 28, 29, 20, 12, 6, 17};
        assertThat(RankCorrelation.spearman(iq, hours)).isCloseTo(-29 / 165.0, within(EXACT));
        assertThat(RankCorrelation.spearman(new double[] {1, 1}, new double[] {1, 2})).isNaN();
    }

    @Property(seed = "20261122", tries = 200)
    void hitAndNdcg_ofOneRightCandidate_followItsRank(
            @ForAll @Size(min = 1, max = 15) List<@IntRange(min = 0, max = 6) Integer> raw,
            @ForAll @IntRange(min = 0, max = 14) int place,
            @ForAll @IntRange(min = 1, max = 12) int k) {
        double[] scores = raw.stream().mapToDouble(Integer::doubleValue).toArray();
        int right = place % scores.length;
        double[] labels = new double[scores.length];
        labels[right] = 1;
        long rank = Arrays.stream(scores).filter(s -> s >= scores[right]).count(); // ties before it
        RankedList list = RankedList.of(scores, labels);
        assertThat(list.hit(k)).isEqualTo(rank <= k ? 1 : 0);
        assertThat(list.ndcg(k))
                .isCloseTo(rank <= k ? Math.log(2) / Math.log(rank + 1.0) : 0, within(EXACT));
        assertThat(list.reciprocalRank()).isCloseTo(1.0 / rank, within(EXACT));
    }

    @Test
    void ndcg_gradedExample() {
        // relevance 3 2 3 0 1 2 in ranked order (Wikipedia, Discounted cumulative gain), with gains
        // 2^rel - 1: DCG = 7 + 3/1.58496 + 7/2 + 0 + 1/2.58496 + 3/2.80735
        RankedList list =
                RankedList.of(new double[] {6, 5, 4, 3, 2, 1}, new double[] {3, 2, 3, 0, 1, 2});
        double dcg = 7 + 3 / log2(3) + 7 / 2.0 + 1 / log2(6) + 3 / log2(7);
        double best = 7 + 7 / log2(3) + 3 / 2.0 + 3 / log2(5) + 1 / log2(6);
        assertThat(list.ndcg(6)).isCloseTo(dcg / best, within(EXACT));
        assertThat(RankedList.of(new double[] {Double.NaN, 0}, new double[] {1, 0}).hit(1))
                .isZero();
    }

    private static double log2(double x) {
        return Math.log(x) / Math.log(2);
    }

    @Property(seed = "20261122", tries = 60)
    void selfBleu_equalsBleuAgainstEachOther(
            @ForAll @Size(min = 2, max = 6)
                    List<@Size(min = 1, max = 7) List<@IntRange(min = 0, max = 3) Integer>>
                            numbers) {
        List<List<String>> texts =
                numbers.stream().map(t -> t.stream().map(i -> "w" + i).toList()).toList();
        double oracle = 0;
        for (int i = 0; i < texts.size(); i++) {
            List<List<String>> others = new ArrayList<>(texts);
            others.remove(i);
            oracle += bleu(texts.get(i), others) / texts.size();
        }
        assertThat(TextDiversity.selfBleu(texts.stream().map(t -> String.join(" ", t)).toList()))
                .isCloseTo(oracle, within(1e-9));
    }

    /** BLEU-4 word by word, against every reference. */
    private static double bleu(List<String> text, List<List<String>> references) {
        double logs = 0;
        for (int n = 1; n <= 4; n++) {
            Map<List<String>, Integer> own = grams(text, n);
            double matches = 0;
            double all = 0;
            for (Map.Entry<List<String>, Integer> gram : own.entrySet()) {
                int most = 0;
                for (List<String> reference : references) {
                    most = Math.max(most, grams(reference, n).getOrDefault(gram.getKey(), 0));
                }
                matches += Math.min(most, gram.getValue());
                all += gram.getValue();
            }
            logs += Math.log(n == 1 ? matches / all : (matches + 1) / (all + 1)) / 4;
        }
        int closest = Integer.MAX_VALUE;
        for (List<String> reference : references) {
            int gap = Math.abs(reference.size() - text.size());
            int best = Math.abs(closest - text.size());
            if (closest == Integer.MAX_VALUE
                    || gap < best
                    || gap == best && reference.size() < closest) {
                closest = reference.size();
            }
        }
        return Math.exp(logs + Math.min(0, 1 - closest / (double) text.size()));
    }

    private static Map<List<String>, Integer> grams(List<String> words, int n) {
        Map<List<String>, Integer> grams = new LinkedHashMap<>();
        for (int i = 0; i + n <= words.size(); i++) {
            grams.merge(List.copyOf(words.subList(i, i + n)), 1, Integer::sum);
        }
        return grams;
    }

    @Test
    void bleu_clipsRepeatedWords_asInThePaper() {
        // Papineni et al., section 2.1: "the" seven times against "the cat is on the mat" and
        // "there is a cat on the mat": clipped unigram precision 2/7; no other n-gram matches:
        // 1/7, 1/6, 1/5 with one added; no brevity penalty
        double bleu =
                bleu(
                        List.of("the the the the the the the".split(" ")),
                        List.of(
                                List.of("the cat is on the mat".split(" ")),
                                List.of("there is a cat on the mat".split(" "))));
        assertThat(bleu).isCloseTo(Math.pow(2 / 7.0 / 7 / 6 / 5, 0.25), within(EXACT));
    }

    @Test
    void distinct_countsDifferentNGrams() {
        // Li et al.: "I am fine" twice has 3 different of 6 words and 2 different of 4 pairs
        List<String> texts = List.of("I am fine", "i am  fine");
        assertThat(TextDiversity.distinct(texts, 1)).isEqualTo(0.5);
        assertThat(TextDiversity.distinct(texts, 2)).isEqualTo(0.5);
        assertThat(TextDiversity.distinct(List.of("", "a"), 2)).isNaN();
        assertThat(TextDiversity.selfBleu(List.of("a b c d", "a b c d")))
                .isCloseTo(1, within(EXACT));
        assertThat(TextDiversity.selfBleu(List.of("a b", "c d"))).isZero();
        assertThat(TextDiversity.selfBleu(List.of("a b", " "))).isNaN();
    }

    @Property(seed = "20261122", tries = 100)
    void fairness_equalsTheDefinitions(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 0, max = 9) Integer> means) {
        Map<String, Fairness.Group> groups = new TreeMap<>();
        for (int i = 0; i < means.size(); i++) {
            groups.put("g" + i, new Fairness.Group(means.get(i), i + 1));
        }
        Fairness found = Fairness.of(groups);
        double average = means.stream().mapToInt(i -> i).average().orElseThrow();
        double differences = 0;
        double people = 0;
        double sum = 0;
        for (int i = 0; i < means.size(); i++) {
            sum += means.get(i) * (i + 1);
            people += i + 1;
            for (int j = 0; j < means.size(); j++) {
                differences +=
                        Math.abs(means.get(i) - means.get(j))
                                / (double) (means.size() * means.size());
            }
        }
        assertThat(found.worst()).isEqualTo(Collections.min(means).doubleValue());
        assertThat(found.gap()).isEqualTo(Collections.max(means) - Collections.min(means));
        assertThat(found.equalWeighted()).isCloseTo(average, within(EXACT));
        assertThat(found.shareWeighted()).isCloseTo(sum / people, within(EXACT));
        if (average > 0) {
            assertThat(found.gini()).isCloseTo(differences / (2 * average), within(1e-9));
        }
    }

    @Test
    void gini_publishedExample_andExchange() {
        // incomes 1, 2, 3, 4: sum of |differences| 20, Gini = 20 / (2 * 16 * 2.5) = 0.25
        Map<String, Fairness.Group> groups = new TreeMap<>();
        for (int i = 1; i <= 4; i++) {
            groups.put("g" + i, new Fairness.Group(i, 1));
        }
        assertThat(Fairness.of(groups).gini()).isCloseTo(0.25, within(EXACT));
        // the majority of 6 loses 0.1; 3 people gain 0.2 and 1 loses 0.2: (0.6 - 0.2) / 4
        Fairness.Exchange exchange =
                Fairness.exchange(
                        Map.of(
                                "many", new Fairness.Group(-0.1, 6),
                                "few", new Fairness.Group(0.2, 3),
                                "one", new Fairness.Group(-0.2, 1)));
        assertThat(exchange.majority()).isEqualTo("many");
        assertThat(exchange.majorityCost()).isCloseTo(0.1, within(EXACT));
        assertThat(exchange.minorityGain()).isCloseTo(0.1, within(EXACT));
    }
}
