package org.kindred.eval.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kindred.datasets.KindredException;
import org.kindred.eval.alignment.Measure;
import org.kindred.eval.report.Report;
import org.kindred.eval.stats.Interval;
import org.kindred.eval.table.Table;

final class ResultsTest {
    private static final List<String> POLICIES = List.of("sft", "p_grpo");

    @TempDir Path folder;

    static Stream<Results> kinds() {
        return Stream.of(
                SomeResults.run(1, true, POLICIES),
                SomeResults.run(1, false, POLICIES),
                SomeResults.run(1, false, List.of("sft", "grpo", "rloo", "p_grpo")),
                SomeResults.benchmark(1),
                SomeResults.scores());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void write_thenRead_givesTheSameBytes_andAReadablePage(Results results) throws Exception {
        results.write(folder);
        Results read = Results.read(folder);
        read.write(folder.resolve("again"));
        assertThat(folder.resolve("again/results.json"))
                .hasSameBinaryContentAs(folder.resolve("results.json"));
        new Report(read, List.of()).write(folder.resolve("report.html"));
        assertThat(Files.readString(folder.resolve("report.html")))
                .contains("<h1>" + results.kind().title(), "<code>kindred ", "table-");
    }

    /** Written by this version of the format; never to be changed, always to be read. */
    @Test
    void read_golden_isWhatTheProgramWritesToday() throws Exception {
        try (InputStream golden = ResultsTest.class.getResourceAsStream("results-1.json")) {
            Files.write(folder.resolve("results.json"), golden.readAllBytes());
        }
        Results read = Results.read(folder);
        assertThat(read.alignment().measure()).isEqualTo(Measure.EVALUATING_JUDGE);
        read.write(folder.resolve("again"));
        assertThat(folder.resolve("again/results.json"))
                .hasSameBinaryContentAs(folder.resolve("results.json"));
    }

    @Test
    void tables_holdEveryNumber_withWhatIsNotDefinedAsNaN() {
        Results results = SomeResults.scores();
        results.write(folder);
        Table table = Results.read(folder).table("sections");
        assertThat(table.rows().get(0).get(1)).isEqualTo(new Interval(0.5, 0.4, 0.6, 8));
        assertThat((Double) table.rows().get(1).get(1)).isNaN();
        assertThat(SomeResults.run(1, true, POLICIES).tables())
                .extracting(Table::name)
                .containsExactly(
                        "per-group",
                        "comparisons",
                        "fairness",
                        "exchanges",
                        "win-rates",
                        "diversity",
                        "held-out-choices",
                        "held-out-differences",
                        "over-optimisation",
                        "reward-reliability",
                        "likeness",
                        "drift",
                        "reward-model",
                        "reward-model-differences");
    }

    @Test
    void read_whatTheSchemaRefuses_namesThePlace() throws Exception {
        SomeResults.scores().write(folder);
        Path file = folder.resolve("results.json");
        String text = Files.readString(file);
        Files.writeString(file, text.replace("\"seed\" : 1", "\"seed\" : \"one\""));
        assertThatThrownBy(() -> Results.read(file))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("/seed is not as the schema says (type)");
        Files.writeString(file, text.replace("\"version\" : 1", "\"version\" : 3"));
        assertThatThrownBy(() -> Results.read(file))
                .hasMessageContaining("version 3, expected kindred-results version 1");
        Files.write(file, "[".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> Results.read(file)).isInstanceOf(KindredException.class);
        assertThatThrownBy(() -> Results.read(folder.resolve("none")))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("does not exist");
    }

    @Test
    void rewardThatIsNoiseToAGroup_isAFlag_aTableAndASentenceOfTheReport() throws Exception {
        Results results = SomeResults.run(1, false, POLICIES);
        results.write(folder);
        assertThat(Files.readString(folder.resolve("reward-reliability.csv")))
                .startsWith(
                        "group,users,choices,unscored,accuracy,accuracy low,accuracy high,completions,"
                                + "correlation with the truth,correlation with the truth low,correlation with the truth high,noise\nall,16,16,1,")
                .contains("brisk,10,10,1,1.0,1.0,1.0,0,,,,no", "formal,6,6,0,0.5,0.5,0.5,0,,,,yes");
        assertThat(Files.readString(folder.resolve("results.json")))
                .contains("\"TIMEOUT\" : 1", "\"noise\" : true");
        new Report(Results.read(folder), List.of()).write(folder.resolve("report.html"));
        assertThat(Files.readString(folder.resolve("report.html")))
                .contains(
                        "<h2 id=\"reliability\">",
                        "<li>In group formal, the reward predicts 0.500 (95 % interval 0.500 to 0.500) of 6 held-out choices: not distinguishable from noise on 6 choices.</li>")
                .doesNotContain("<li>In group brisk");
    }

    @Test
    void tables_areWrittenInThreeForms_andEscape() throws Exception {
        SomeResults.run(1, true, POLICIES).write(folder);
        assertThat(Files.readString(folder.resolve("per-group.csv")))
                .startsWith(
                        "policy,cell,grouping,group,users,completions,true utility,true utility low,true utility high,");
        assertThat(Files.readString(folder.resolve("tables.md")))
                .contains("| policy | baseline | by | group | rate |");
        assertThat(Files.readString(folder.resolve("tables.tex")))
                .contains("\\begin{tabular}", "p\\_grpo")
                .doesNotContain("p_grpo");
    }

    /** One corpus through every form in which results are written. */
    @Test
    void namesMadeToHarm_areTexts_inEveryForm() throws Exception {
        Results hostile =
                SomeResults.hostile(SomeResults.run(1, true, POLICIES), folder.resolve("work"));
        hostile.write(folder.resolve("out"));
        new Report(hostile, List.of()).write(folder.resolve("out/report.html"));

        String page = Files.readString(folder.resolve("out/report.html"));
        String body = page.substring(0, page.indexOf("<script type=\"application/json\""));
        assertThat(body).contains("&lt;img src=x onerror=window.XSS=1&gt;");
        assertThat(body).doesNotContain("<img", "<!--", "\u001b", "\u202e", "\u0007");
        String data = page.substring(body.length(), page.indexOf("</script>", body.length()));
        assertThat(data.substring(data.indexOf('>') + 1)).doesNotContain("<", "\u001b");

        List<Path> tables;
        try (Stream<Path> files = Files.list(folder.resolve("out"))) {
            tables = files.filter(f -> f.toString().endsWith(".csv")).toList();
        }
        assertThat(tables).hasSizeGreaterThan(10);
        for (Path table : tables) {
            String text = Files.readString(table);
            assertThat(text).as("%s", table).doesNotContain("\u001b", "\u202e", "\r");
            assertThat(text.lines().flatMap(line -> Stream.of(line.split("[,;\t]"))))
                    .as("%s", table)
                    .noneMatch(cell -> cell.strip().matches("\"?[=+@-](?!\\d).*"));
        }
        String markdown = Files.readString(folder.resolve("out/tables.md"));
        assertThat(markdown).doesNotContain("<", "\u001b", "\u202e").contains("&lt;img");
        for (String row : markdown.lines().filter(line -> line.startsWith("| ")).toList()) {
            long borders =
                    row.replace("\\\\", "")
                            .replace("\\|", "")
                            .chars()
                            .filter(c -> c == '|')
                            .count();
            assertThat(row).endsWith("|");
            assertThat(borders).as(row).isGreaterThan(3);
        }
        String latex = Files.readString(folder.resolve("out/tables.tex"));
        assertThat(latex)
                .doesNotContain("\u001b", "\u202e", "{a|b}")
                .contains("\\{a\\textbar{}b\\}");
    }

    @Test
    void command_isQuotedForAShell_andHoldsNoPassword() {
        Results results =
                Results.builder(Results.Kind.BENCHMARK)
                        .command(
                                List.of(
                                        "kindred",
                                        "eval",
                                        "benchmark",
                                        "my data",
                                        "--judge",
                                        "openai:http://me:secret@host:1/v1#m",
                                        "--set",
                                        "note=it's"))
                        .build();
        assertThat(results.commandLine())
                .isEqualTo(
                        "kindred eval benchmark 'my data' --judge openai:http://host:1/v1#m --set 'note=it'\\''s'");
    }
}
