package org.kindred.eval.alignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.SeedTree;

final class AlignmentTest {

    private static Sample sample(String policy, int user, double utility, double reward) {
        String group = user < 6 ? "large" : "small";
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
                10,
                "text");
    }

    private static Alignment alignment() {
        List<Sample> samples = new ArrayList<>();
        for (int user = 0; user < 8; user++) {
            samples.add(sample("sft", user, user < 6 ? 0.5 : 0.2, 5));
            samples.add(sample("grpo", user, user < 6 ? 0.7 : 0.1, user == 0 ? Double.NaN : 6));
        }
        return Alignment.of(samples, List.of("sft", "grpo"), 200, SeedTree.root(3));
    }

    @Test
    void summary_worstGroupGapAndBothMeans() {
        Alignment.Summary summary = alignment().summary("grpo");
        assertThat(summary.worstGroup()).isEqualTo("small");
        assertThat(summary.worstUtility()).isCloseTo(0.1, within(1e-12));
        assertThat(summary.gap()).isCloseTo(0.6, within(1e-12));
        assertThat(summary.equalWeighted()).isCloseTo(0.4, within(1e-12)); // (0.7 + 0.1) / 2
        assertThat(summary.shareWeighted())
                .isCloseTo(0.55, within(1e-12)); // (6 * 0.7 + 2 * 0.1) / 8
    }

    @Test
    void comparison_isPaired_andSpeaksPlainly() {
        List<Alignment.Comparison> all =
                alignment().comparisons().stream().filter(c -> c.cell().equals("all")).toList();
        assertThat(all)
                .extracting(Alignment.Comparison::group)
                .containsExactly("all", "large", "small");
        assertThat(all.get(1).utility().mean()).isCloseTo(0.2, within(1e-12));
        assertThat(all.get(1).utility().low())
                .isCloseTo(0.2, within(1e-12)); // every pair differs by the same
        assertThat(all.get(1).verdict()).isEqualTo("better");
        assertThat(all.get(2).verdict()).isEqualTo("worse");
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
        assertThat(row.reward().clusters()).isEqualTo(7);
        assertThat(row.utility().clusters()).isEqualTo(8);
    }

    @Test
    void cells_separateSeenFromUnseenUsers() {
        assertThat(alignment().rows())
                .extracting(Alignment.Row::cell)
                .contains("all", "seen_users/in_domain", "unseen_users/in_domain");
    }
}
