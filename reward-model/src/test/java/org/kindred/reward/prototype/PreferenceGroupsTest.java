package org.kindred.reward.prototype;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.User;

final class PreferenceGroupsTest {

    @Test
    void dataset_labels_areTaken() {
        PreferenceGroups groups = PreferenceGroups.dataset(users(30));

        assertThat(groups.groups()).containsExactly("a", "b");
        assertThat(groups.groupOf("u0", "any prompt")).isEqualTo("a");
        assertThat(groups.groupOf("u1", "any prompt")).isEqualTo("b");
    }

    @Test
    void dataset_userWithoutLabel_isAnError() {
        List<User> users = new ArrayList<>(users(3));
        users.add(user("x", null));

        assertThatThrownBy(() -> PreferenceGroups.dataset(users))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("groups: dataset needs a group");
    }

    @Test
    void random_sameSeed_keepsSizesAndDealsAlike() {
        PreferenceGroups real = PreferenceGroups.dataset(users(30));

        PreferenceGroups dealt = PreferenceGroups.random(real, SeedTree.root(4));

        assertThat(sizes(dealt)).isEqualTo(sizes(real));
        assertThat(dealt.usersByGroup())
                .isEqualTo(PreferenceGroups.random(real, SeedTree.root(4)).usersByGroup())
                .isNotEqualTo(real.usersByGroup());
    }

    @Test
    void single_everybody_isInOneGroup() {
        PreferenceGroups groups = PreferenceGroups.single(List.of("u1", "u2"));

        assertThat(groups.groups()).containsExactly(PreferenceGroups.EVERYBODY);
        assertThat(groups.groupOf("u2", "any prompt")).isEqualTo(PreferenceGroups.EVERYBODY);
    }

    @Test
    void groupOf_unknownUser_isAnErrorWithoutTheId() {
        PreferenceGroups groups = PreferenceGroups.single(List.of("u1"));

        assertThatThrownBy(() -> groups.groupOf("secret-user", "prompt"))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("assign new users by their history")
                .hasMessageNotContaining("secret-user");
    }

    private static Map<String, Integer> sizes(PreferenceGroups groups) {
        return groups.usersByGroup().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().size()));
    }

    private static List<User> users(int count) {
        List<User> users = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            users.add(user("u" + i, i % 3 == 0 ? "a" : "b"));
        }
        return users;
    }

    private static User user(String id, @Nullable String group) {
        return new User(id, null, null, group);
    }
}
