package org.kindred.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Preference;
import org.kindred.datasets.Progress;
import org.kindred.datasets.Quarantined;

final class DataSourceTest {
    private static final Path FIXTURES = DatasetFixturesTest.fixtures();
    @TempDir Path folder;

    @Test
    void parse_formatAndPath_orAPath() throws IOException {
        assertThat(DataSource.parse("prism:some/folder"))
                .isEqualTo(new DataSource("prism", Path.of("some/folder")));
        assertThat(DataSource.parse("Lamp_QA:x").format()).isEqualTo("lamp-qa");
        assertThat(DataSource.parse("../data/senate109"))
                .isEqualTo(DataSource.of(Path.of("../data/senate109")));
        assertThat(DataSource.parse("runs/10:30/data").format()).isNull();
        assertThat(DataSource.parse("C:\\data").format()).as("a drive").isNull();
        assertThat(DataSource.parse("trl:rows.jsonl")).hasToString("trl:rows.jsonl");
        Path colon = Files.createFile(folder.resolve("odd:name.jsonl"));
        assertThat(DataSource.parse(colon.toString())).isEqualTo(DataSource.of(colon));
    }

    @Test
    void parse_unknownFormat_listsTheKnownOnes() {
        assertThatThrownBy(() -> DataSource.parse("prsm:data"))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("prsm")
                .hasMessageContaining("prism, personal-reward-bench");
    }

    @Test
    void read_publishedData_isTheImport() {
        DataSource source = DataSource.parse("prism:" + FIXTURES.resolve("prism"));
        List<String> told = new ArrayList<>();

        CanonicalReader.Loaded data = source.read(folder.resolve("data"), telling(told));

        assertThat(data.dataset().preferences()).hasSize(74); // as DatasetImportTest counts
        assertThat(data.manifest().name()).isEqualTo("prism");
        assertThat(source.name()).isEqualTo("prism");
        assertThat(source.rows(folder.resolve("data"))).isEqualTo(folder.resolve("data"));
        assertThat(data.dataset().preferences())
                .isEqualTo(CanonicalReader.read(folder.resolve("data")).dataset().preferences());
        assertThat(told).anyMatch(line -> line.startsWith("import: 74 pairs of 7 users"));
    }

    @Test
    void read_badLines_areReportedAndLoseNoGoodRow() throws IOException {
        Path file = folder.resolve("rows.jsonl");
        String good =
                "{\"id\":\"%s\",\"user_id\":\"u\",\"prompt\":\"p\",\"chosen\":\"%s\",\"rejected\":\"b\"}";
        Files.writeString(
                file,
                String.join(
                        "\n",
                        good.formatted("1", "a"),
                        "{\"id\": \"2\", broken",
                        good.formatted("3", "b"), // equal answers
                        good.formatted("4", "c"),
                        ""));
        List<String> told = new ArrayList<>();

        CanonicalReader.Loaded data =
                DataSource.parse("trl:" + file).read(folder.resolve("data"), telling(told));

        assertThat(data.dataset().preferences()).extracting(Preference::id).contains("1", "4");
        assertThat(data.dataset().preferences()).hasSize(2);
        assertThat(data.quarantined())
                .extracting(Quarantined::file, Quarantined::line, Quarantined::reason)
                .contains(org.assertj.core.groups.Tuple.tuple("rows.jsonl", 2L, "bad_json"));
        assertThat(data.summary()).contains("set aside");
        assertThat(told)
                .anyMatch(line -> line.startsWith("import: ") && line.contains("1 bad_json"));
    }

    @Test
    void read_sameFilesAgain_importsNothing_otherFilesReplaceIt() throws IOException {
        Path work = folder.resolve("data");
        DataSource first =
                DataSource.parse("trl:" + FIXTURES.resolve("trl/explicit_standard.jsonl"));
        CanonicalReader.Loaded read = first.read(work, Progress.NONE);
        FileTime made = Files.getLastModifiedTime(work.resolve(DatasetImport.REPORT));
        List<String> told = new ArrayList<>();

        assertThat(first.read(work, telling(told)).dataset()).isEqualTo(read.dataset());
        assertThat(told).anyMatch(line -> line.startsWith("import: unchanged"));
        assertThat(Files.getLastModifiedTime(work.resolve(DatasetImport.REPORT))).isEqualTo(made);

        CanonicalReader.Loaded other =
                DataSource.parse("trl:" + FIXTURES.resolve("trl/unpaired.jsonl"))
                        .read(work, Progress.NONE);
        assertThat(other.tasks()).hasSize(16);
    }

    @Test
    void read_canonicalFile_needsNoWorkFolder() throws IOException {
        Path file = CanonicalSample.write(folder.resolve("rows.jsonl"));
        Path work = folder.resolve("work");

        assertThat(DataSource.parse(file.toString()).read(work, Progress.NONE).dataset())
                .isEqualTo(CanonicalReader.read(file).dataset());
        assertThat(work).doesNotExist();
    }

    private static Progress telling(List<String> told) {
        return new Progress() {
            @Override
            public void stage(String name, String note) {
                told.add(name + ": " + note);
            }

            @Override
            public void step(long done, long total, String note) {}
        };
    }
}
