package org.kindred.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Message;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.prototype.PreferenceGroups;

final class GroupLabelsTest {
    private static final GroupLabels.Prototypes NOT_ASKED =
            () -> {
                throw new IllegalStateException("cells cost what the judge costs");
            };

    private static TrainingItem item(int i, @Nullable String label) {
        return new TrainingItem(
                "i" + i, "u" + i / 2, List.of(Message.user("?")), label, null, null);
    }

    private static List<TrainingItem> items() {
        List<TrainingItem> items = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            items.add(item(i, i / 2 % 3 == 0 ? "a" : "b"));
        }
        return items;
    }

    private static Map<String, String> of(GroupLabels labels, long seed) {
        return labels.of(items(), NOT_ASKED, SeedTree.root(seed));
    }

    private static Map<String, Long> sizes(Map<String, String> groups) {
        return groups.values().stream()
                .collect(Collectors.groupingBy(group -> group, Collectors.counting()));
    }

    @Test
    void dataset_labelsAreTaken_aMissingOneIsAnError() {
        assertThat(of(GroupLabels.DATASET, 1)).containsEntry("i0", "a").containsEntry("i2", "b");
        assertThatThrownBy(
                        () ->
                                GroupLabels.DATASET.of(
                                        List.of(item(0, null)), NOT_ASKED, SeedTree.root(1)))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("groups = dataset");
    }

    @Test
    void random_sameSeed_keepsSizesAndDealsAlike_wholeUsersTogether() {
        Map<String, String> dealt = of(GroupLabels.RANDOM, 4);
        assertThat(sizes(dealt)).isEqualTo(sizes(of(GroupLabels.DATASET, 4)));
        assertThat(dealt)
                .isEqualTo(of(GroupLabels.RANDOM, 4))
                .isNotEqualTo(of(GroupLabels.DATASET, 4));
        for (int user = 0; user < 30; user++) {
            assertThat(dealt.get("i" + 2 * user)).isEqualTo(dealt.get("i" + (2 * user + 1)));
        }
    }

    @Test
    void single_everybodyIsInOneGroup() {
        assertThat(of(GroupLabels.SINGLE, 1).values()).containsOnly(PreferenceGroups.EVERYBODY);
    }
}
