package org.kindred.reward.prototype;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.KindredException;
import org.kindred.reward.TextKey;

final class PreferenceGroupsTest {
    @TempDir Path folder;

    private PreferenceGroups groups() throws Exception {
        Path file = folder.resolve("groups.json");
        Files.writeString(
                file,
                "{\"groups\": {\"u1\": \"a\", \"u2\": \"b\", \"u3\": \"b\"}, \"scenarios\": {\"u1\": {\""
                        + TextKey.of("how?")
                        + "\": \"c\"}}}");
        return PreferenceGroups.load(file);
    }

    @Test
    void saved_areLoadedAlike_scenariosIncluded() throws Exception {
        groups().save(folder.resolve("again.json"));
        PreferenceGroups again = PreferenceGroups.load(folder.resolve("again.json"));
        assertThat(again.groups()).containsExactly("a", "b", "c");
        assertThat(again.sizes()).isEqualTo(Map.of("a", 1, "b", 2));
        assertThat(again.groupOf("u1", "how?")).isEqualTo("c");
        assertThat(again.groupOf("u1", "what?")).isEqualTo("a");
    }

    @Test
    void groupOf_unknownUser_isAnErrorWithoutTheId() throws Exception {
        PreferenceGroups groups = groups();
        assertThatThrownBy(() -> groups.groupOf("secret-user", "prompt"))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("assign new users by their history")
                .hasMessageNotContaining("secret-user");
    }
}
