package org.kindred.reward.prototype;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.SeedTree;

final class StabilityTest {
    private static final SeedTree SEEDS = SeedTree.root(3);
    private static final List<List<String>> CELLS =
            List.of(
                    IntStream.range(0, 30).mapToObj(i -> "a" + i).toList(),
                    IntStream.range(0, 10).mapToObj(i -> "b" + i).toList());

    @Test
    void jaccard_isSharedByAll() {
        assertThat(Stability.jaccard(Set.of("x", "y", "z"), Set.of("y", "z", "w")))
                .isCloseTo(0.5, within(1e-12));
    }

    @Test
    void cellsThatComeBack_areStable() {
        assertThat(
                        Stability.of(
                                CELLS,
                                10,
                                (drawn, seeds) -> labels(drawn, user -> user.charAt(0)),
                                SEEDS))
                .containsExactly(1, 1);
    }

    @Test
    void aCellThatIsSwallowed_keepsItsShareOnly() {
        double[] found =
                Stability.of(CELLS, 200, (drawn, seeds) -> labels(drawn, user -> 0), SEEDS);

        assertThat(found[0]).isCloseTo(0.75, within(0.03)); // 30 of 40 users
        assertThat(found[1]).isCloseTo(0.25, within(0.03));
    }

    @Test
    void usersAreDrawnWithReplacement_bySeed() {
        Stability.of(
                CELLS,
                5,
                (drawn, seeds) -> {
                    assertThat(drawn).hasSize(40);
                    assertThat(Set.copyOf(drawn).size()).isBetween(18, 33); // 25.3 on average
                    return labels(drawn, user -> user.charAt(0));
                },
                SEEDS);
    }

    private interface Label {
        int of(String user);
    }

    private static Map<String, Integer> labels(List<String> users, Label label) {
        Map<String, Integer> labels = new HashMap<>();
        users.forEach(user -> labels.put(user, label.of(user)));
        return labels;
    }
}
