package org.kindred.eval.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.KindredException;
import org.kindred.eval.report.Report;
import org.kindred.eval.report.ResultTables;

/** Golden files: written by released programs, never to be changed, always to be read. */
final class ResultsTest {
    @TempDir Path folder;

    private Path golden(String name) throws Exception {
        Path file = folder.resolve("results.json");
        try (InputStream stream = ResultsTest.class.getResourceAsStream(name)) {
            Files.write(file, stream.readAllBytes());
        }
        return file;
    }

    @Test
    void read_versionOne_ofARun_stillLoads_andMakesAReport() throws Exception {
        Results results = Results.read(golden("results-1.json"));
        assertThat(results.version()).isEqualTo(1);
        assertThat(results.policies()).containsExactly("sft", "grpo", "p_grpo");
        assertThat(results.alignment().winRates()).isEmpty();
        assertThat(results.alignment().comparisons().get(0).p()).isNaN(); // there was none
        assertThat(results.rewardModel().rows().get(0).coverage()).isNaN();
        assertThat(results.provenance()).isEmpty();
        new Report(results, List.of()).write(folder.resolve("report.html"));
        assertThat(Files.readString(folder.resolve("report.html"))).contains("chart-groups");
    }

    @Test
    void read_versionOne_ofABenchmark_stillLoads() throws Exception {
        Results results = Results.read(golden("benchmark-results-1.json"));
        assertThat(results.policies()).isEmpty();
        assertThat(results.alignment()).isNull();
        assertThat(results.rewardModel().rows()).isNotEmpty();
        assertThat(results.provenance()).containsKey("data");
    }

    @Test
    void write_presentVersion_givesBackTheGoldenBytes() throws Exception {
        for (String name : List.of("results-2.json", "results-2-benchmark.json")) {
            Path file = golden(name);
            String before = Files.readString(file);
            Results.read(file).write(folder.resolve("again.json"));
            assertThat(Files.readString(folder.resolve("again.json"))).isEqualTo(before);
        }
    }

    @Test
    void read_winRatesFromBeforeTheyWereTested_haveNoP() throws Exception {
        String text = Files.readString(golden("results-2.json"));
        Path file = folder.resolve("untested.json");
        Files.writeString(
                file,
                text.replace(
                        ",\n      \"p\" : null,\n      \"p_holm\" : null,\n      \"effect\" : null,\n      \"sentence\" : null",
                        ""));
        assertThat(Files.size(file)).isLessThan(text.length());
        assertThat(Results.read(file).alignment().winRates())
                .isNotEmpty()
                .allMatch(rate -> Double.isNaN(rate.p()) && rate.effect() == null);
    }

    @Test
    void read_whatTheSchemaRefuses_namesThePlace() throws Exception {
        String text = Files.readString(golden("results-2.json"));
        Path file = folder.resolve("bad.json");
        Files.writeString(file, text.replace("\"seed\" : 1", "\"seed\" : \"one\""));
        assertThatThrownBy(() -> Results.read(file))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("/seed is not as the schema says (type)");
        Files.writeString(file, text.replace("\"version\" : 2", "\"version\" : 3"));
        assertThatThrownBy(() -> Results.read(file))
                .hasMessageContaining("version 3, expected kindred-results 1 to 2");
        Files.write(file, "[".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> Results.read(file)).isInstanceOf(KindredException.class);
    }

    @Test
    void tables_areWrittenInThreeForms_andEscape() throws Exception {
        ResultTables.write(folder, Results.read(golden("results-2.json")));
        assertThat(Files.readString(folder.resolve("per-group.csv")))
                .startsWith(
                        "policy,cell,grouping,group,users,completions,utility,utility low,utility high,");
        assertThat(Files.readString(folder.resolve("tables.md")))
                .contains("| policy | baseline | by | group | rate |");
        assertThat(Files.readString(folder.resolve("tables.tex")))
                .contains("\\begin{tabular}", "p\\_grpo")
                .doesNotContain("p_grpo");
    }
}
