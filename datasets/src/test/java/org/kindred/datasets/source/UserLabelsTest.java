package org.kindred.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.User;

final class UserLabelsTest {
    @TempDir private Path folder;

    private static final PreferenceDataset DATA =
            new PreferenceDataset(
                    List.of(
                            new User("u1", Map.of("age", 30), null, "a"),
                            new User("u2", null, null, "b")),
                    List.of());

    @Test
    void columns_attributesAndGroups_areRead_andGapsLeftOut() throws IOException {
        Path file =
                Files.writeString(folder.resolve("g.csv"), "user,party\nu1,R\nu2,\nu3,\"D, 2\"\n");
        assertThat(UserLabels.read(file + "#party", DATA))
                .containsExactlyInAnyOrderEntriesOf(Map.of("u1", "R", "u3", "D, 2"));
        assertThat(UserLabels.read("age", DATA)).containsExactly(Map.entry("u1", "30"));
        assertThat(UserLabels.read("group", DATA))
                .containsExactlyInAnyOrderEntriesOf(Map.of("u1", "a", "u2", "b"));
    }

    @Test
    void whatIsMissing_isNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("g.csv"), "user,party\nu1,R\nu2,R,x\n");
        assertThatThrownBy(() -> UserLabels.read("height", DATA))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("no user has an attribute height");
        assertThatThrownBy(() -> UserLabels.read(folder.resolve("no.csv") + "#party", DATA))
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> UserLabels.read(file + "#state", DATA))
                .hasMessageContaining("no column state behind the first; found user, party");
        assertThatThrownBy(() -> UserLabels.read(file + "#party", DATA))
                .hasMessageContaining("record 2: wrong_columns");
    }
}
