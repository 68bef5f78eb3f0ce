package org.kindred.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Reads the real roll-call votes where they are kept beside the repository. */
final class SenateFilesTest {

    @Test
    void read_rollCalls_hasThePublishedCounts() {
        Path folder = Path.of(System.getProperty("kindred.shared", "absent"), "data", "senate109");
        Assumptions.assumeTrue(Files.isDirectory(folder));

        CanonicalReader.Loaded loaded = CanonicalReader.read(folder);

        assertThat(loaded.quarantined()).isEmpty();
        assertThat(loaded.dataset().preferences()).hasSize(6060);
        assertThat(loaded.dataset().byUser()).hasSize(101);
        Map<SplitCell, Long> evalRows =
                loaded.dataset().preferences().stream()
                        .filter(row -> "eval".equals(row.part()))
                        .collect(
                                Collectors.groupingBy(
                                        row -> SplitCell.of(row).orElseThrow(),
                                        Collectors.counting()));
        assertThat(evalRows) // the table "fit, eval known, eval new" of the data set's page
                .containsEntry(SplitCell.SEEN_KNOWN, 1278L)
                .containsEntry(SplitCell.SEEN_NEW, 1278L)
                .containsEntry(SplitCell.UNSEEN_KNOWN, 540L)
                .containsEntry(SplitCell.UNSEEN_NEW, 540L);
        // Items never repeat inside a user, but 643 items have 606 texts, so a few texts do.
        assertThat(Leak.check(loaded.dataset().preferences()))
                .extracting(Leak::kind, Leak::rows)
                .containsExactly(tuple(Leak.Kind.CONTEXT_SHARES_ANSWER, 65));
    }
}
