package org.kindred.eval.alignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.metric.PairOutcome;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Contrast;

final class AlignmentTest {

    private static Sample sample(String policy, int user, double utility, double reward) {
        String group = user < 18 ? "large" : "small";
        return new Sample(
                policy,
                "u" + user,
                user % 2 == 0,
                true,
                group,
                "prototype-" + user % 3,
                "u" + user + "/p",
                0,
                reward,
                utility,
                Double.NaN,
                10,
                "text");
    }

    private static Alignment alignment() {
        List<Sample> samples = new ArrayList<>();
        for (int user = 0; user < 24; user++) {
            samples.add(sample("sft", user, user < 18 ? 0.5 : 0.2, 5));
            samples.add(sample("grpo", user, user < 18 ? 0.7 : 0.1, user == 0 ? Double.NaN : 6));
        }
        return Alignment.of(samples, List.of("sft", "grpo"), "true groups", 200, SeedTree.root(3));
    }

    @Test
    void summary_worstGroupGapAndBothMeans() {
        Alignment.Summary summary = alignment().summary("grpo").orElseThrow();
        assertThat(summary.worstGroup()).isEqualTo("small");
        assertThat(summary.worst()).isCloseTo(0.1, within(1e-12));
        assertThat(summary.gap()).isCloseTo(0.6, within(1e-12));
        assertThat(summary.equalWeighted()).isCloseTo(0.4, within(1e-12)); // (0.7 + 0.1) / 2
        assertThat(summary.shareWeighted())
                .isCloseTo(0.55, within(1e-12)); // (18 * 0.7 + 6 * 0.1) / 24
    }

    @Test
    void comparison_isPaired_andSpeaksPlainly() {
        List<Alignment.Comparison> all =
                alignment().comparisons().stream().filter(c -> c.cell().equals("all")).toList();
        assertThat(all)
                .extracting(Alignment.Comparison::group)
                .containsExactly("all", "large", "small");
        assertThat(all.get(1).difference().mean()).isCloseTo(0.2, within(1e-12));
        assertThat(all.get(1).difference().low())
                .isCloseTo(0.2, within(1e-12)); // every pair differs by the same
        assertThat(all.get(1).verdict()).isEqualTo("better");
        assertThat(all.get(2).verdict()).isEqualTo("worse"); // p = 2 / 2^6, the only worse group
        assertThat(all.get(2).p()).isEqualTo(1 / 32.0);
        assertThat(all.get(2).holm()).isEqualTo(1 / 32.0); // the larger of two p stays as it is
        assertThat(all.get(1).sentence())
                .startsWith(
                        "On group large, grpo is better than sft in true utility (difference +0.200");
    }

    @Test
    void exchangeAndWinRates_sayWhoPaid() {
        Alignment.Exchange exchange =
                alignment().exchanges().stream()
                        .filter(e -> e.cell().equals("all"))
                        .findFirst()
                        .orElseThrow();
        assertThat(exchange.majority()).isEqualTo("large");
        assertThat(exchange.majorityCost()).isCloseTo(-0.2, within(1e-12)); // it gained
        assertThat(exchange.minorityGain()).isCloseTo(-0.1, within(1e-12));
        WinRate truth =
                alignment().winRates().stream()
                        .filter(r -> r.by().equals("truth") && r.group().equals("all"))
                        .findFirst()
                        .orElseThrow();
        assertThat(truth.wins()).isEqualTo(18);
        assertThat(truth.rate().mean()).isEqualTo(0.75); // 18 of 24
        assertThat(truth.consistency()).isEqualTo(1);
        WinRate judge =
                alignment().winRates().stream()
                        .filter(r -> r.by().equals("judge") && r.group().equals("all"))
                        .findFirst()
                        .orElseThrow();
        assertThat(judge.unscored()).isEqualTo(1);
        assertThat(judge.wins()).isEqualTo(23);
    }

    @Test
    void winRate_contradictingOrders_areATie_andCountedAsInconsistent() {
        List<WinRate.Verdict> verdicts =
                List.of(
                        new WinRate.Verdict("a", "g", PairOutcome.RIGHT, PairOutcome.RIGHT),
                        new WinRate.Verdict("a", "g", PairOutcome.RIGHT, PairOutcome.WRONG),
                        new WinRate.Verdict("b", "g", PairOutcome.WRONG, PairOutcome.WRONG),
                        new WinRate.Verdict("b", "g", PairOutcome.RIGHT, PairOutcome.UNSCORED));
        WinRate rate =
                new WinRate.Counting("p", "q", "judge")
                        .rates(
                                verdicts,
                                new Contrast.Maker(100, SeedTree.root(1)),
                                new Bootstrap(100, SeedTree.root(1)))
                        .get(0);
        assertThat(rate.rate().mean()).isEqualTo(0.5); // (1 + 1/2) / 3
        assertThat(rate.ties()).isEqualTo(1);
        assertThat(rate.unscored()).isEqualTo(1);
        assertThat(rate.consistency()).isCloseTo(2 / 3.0, within(1e-12));
    }

    @Test
    void diversity_readsAsManyTextsOfEveryPolicy() {
        assertThat(alignment().diversity())
                .filteredOn(d -> d.group().equals("all"))
                .allMatch(d -> d.texts() == 24 && d.selfBleu() > 0.999 && d.distinct1() < 0.05);
    }

    @Test
    void unscoredCompletions_leaveRewardStatistics_notUtility() {
        Alignment.Row row =
                alignment().rows().stream()
                        .filter(
                                r ->
                                        r.policy().equals("grpo")
                                                && r.cell().equals("all")
                                                && r.group().equals("all"))
                        .findFirst()
                        .orElseThrow();
        assertThat(row.reward().mean()).isEqualTo(6);
        assertThat(row.reward().clusters()).isEqualTo(23);
        assertThat(row.value().clusters()).isEqualTo(24);
    }

    @Test
    void cells_separateSeenFromUnseenUsers() {
        assertThat(alignment().rows())
                .extracting(Alignment.Row::cell)
                .contains("all", "seen_users/in_domain", "unseen_users/in_domain");
    }
}
