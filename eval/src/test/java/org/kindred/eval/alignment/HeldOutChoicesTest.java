package org.kindred.eval.alignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.alignment.HeldOutChoices.Pair;

final class HeldOutChoicesTest {

    private static HeldOutChoices.Row row(
            String policy, int user, Pair own, Pair stranger, Pair none) {
        return new HeldOutChoices.Row(
                policy,
                "r" + user,
                "u" + user,
                user < 6 ? "a" : "b",
                user % 2 == 0 ? "seen" : "unseen",
                own,
                stranger,
                none);
    }

    /** The start is right for nobody, the policy under the user's persona for everybody. */
    private static HeldOutTable table() {
        List<HeldOutChoices.Row> rows = new ArrayList<>();
        Pair right = new Pair(-1, -2);
        Pair wrong = new Pair(-2, -1);
        Pair tie = new Pair(-1, -1);
        for (int user = 0; user < 12; user++) {
            rows.add(row("sft", user, wrong, wrong, wrong));
            rows.add(row("p_grpo", user, right, wrong, tie));
        }
        return HeldOutTable.of(rows, List.of("sft", "p_grpo"), 200, SeedTree.root(1));
    }

    private static HeldOutTable.Difference of(String baseline, String quantity) {
        return table().contrasts().stream()
                .filter(c -> c.policy().equals("p_grpo") && c.baseline().equals(baseline))
                .filter(c -> c.cell().equals("all") && c.group().equals("all"))
                .filter(c -> c.quantity().equals(quantity))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void rows_perPolicyCellAndGroup_tieCountsOneHalf() {
        HeldOutTable.Row row =
                table().rows().stream()
                        .filter(r -> r.policy().equals("p_grpo") && r.cell().equals("all"))
                        .findFirst()
                        .orElseThrow();
        assertThat(row.choices()).isEqualTo(12);
        assertThat(row.accuracy().mean()).isEqualTo(1);
        assertThat(row.margin().mean()).isEqualTo(1);
        assertThat(row.strangerAccuracy().mean()).isZero();
        assertThat(row.noneAccuracy().mean()).isEqualTo(0.5);
        assertThat(table().rows())
                .filteredOn(r -> r.policy().equals("sft"))
                .extracting(r -> r.cell() + " " + r.group())
                .containsExactly(
                        "all all",
                        "all a",
                        "all b",
                        "seen all",
                        "seen a",
                        "seen b",
                        "unseen all",
                        "unseen a",
                        "unseen b");
    }

    @Test
    void contrasts_toTheStart_aStrangersPersona_andNone() {
        assertThat(of("sft", "accuracy").difference().mean()).isEqualTo(1);
        assertThat(of("sft", "margin").difference().mean()).isEqualTo(2);
        assertThat(of(HeldOutTable.STRANGER, "margin").difference().mean()).isEqualTo(2);
        assertThat(of(HeldOutTable.NONE, "accuracy").difference().mean())
                .isCloseTo(0.5, within(1e-12));
        assertThat(of(HeldOutTable.STRANGER, "accuracy").verdict()).isEqualTo("better");
        assertThat(of(HeldOutTable.STRANGER, "accuracy").sentence())
                .startsWith(
                        "p_grpo under the user's persona is better than under a stranger's persona in accuracy on held-out choices (difference +1.000");
    }

    @Test
    void contrasts_withoutStrangers_areLeftOut() {
        List<HeldOutChoices.Row> rows = new ArrayList<>();
        for (int user = 0; user < 4; user++) {
            rows.add(row("sft", user, new Pair(-1, -2), null, new Pair(-1, -2)));
        }
        HeldOutTable table = HeldOutTable.of(rows, List.of("sft"), 100, SeedTree.root(1));
        assertThat(table.contrasts())
                .extracting(HeldOutTable.Difference::baseline)
                .containsOnly(HeldOutTable.NONE);
        assertThat(table.rows().get(0).strangerAccuracy().mean()).isNaN();
    }

    @Test
    void strangers_areOfAnotherGroup_andTheSameForTheSameSeed() {
        Map<String, String> groups = Map.of("u1", "a", "u2", "a", "u3", "b", "u4", "c");
        Map<String, String> strangers = HeldOutChoices.strangers(groups, SeedTree.root(5));
        assertThat(strangers.keySet()).isEqualTo(groups.keySet());
        strangers.forEach(
                (user, other) -> assertThat(groups.get(other)).isNotEqualTo(groups.get(user)));
        assertThat(HeldOutChoices.strangers(groups, SeedTree.root(5))).isEqualTo(strangers);
        assertThat(HeldOutChoices.strangers(Map.of("u1", "a", "u2", "a"), SeedTree.root(5)))
                .isEmpty();
    }
}
