package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.Json;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.simulation.SimulatedPopulation;
import org.kindred.datasets.simulation.SimulationOptions;
import org.kindred.eval.alignment.Sample;
import org.kindred.eval.alignment.WinRate;
import org.kindred.eval.results.Results;
import org.kindred.eval.results.SomeResults;
import picocli.CommandLine;

/** {@code eval win-rate} in this process, against a server that judges by a word. */
final class WinRateCommandTest {
    @TempDir Path folder;

    private final AtomicInteger calls = new AtomicInteger();
    private HttpServer server;
    private String judge;

    private record Outcome(int status, String output) {}

    private static Outcome run(String... arguments) {
        StringWriter text = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(text));
        line.setErr(new PrintWriter(text));
        return new Outcome(line.execute(arguments), text.toString());
    }

    /**
     * Prefers the response with the word helpful; where the prompt says fickle, the first one;
     * where it says broken, writes no scores.
     */
    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.createContext(
                "/v1/chat/completions",
                exchange -> {
                    calls.incrementAndGet();
                    String asked =
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8);
                    boolean first =
                            asked.contains("fickle")
                                    || asked.lastIndexOf("helpful") < asked.lastIndexOf("curt");
                    byte[] reply = reply(asked.contains("broken") ? null : first);
                    exchange.getResponseHeaders().add("Content-Type", "application/json");
                    exchange.sendResponseHeaders(200, reply.length);
                    exchange.getResponseBody().write(reply);
                    exchange.close();
                });
        server.start();
        judge = "openai:http://127.0.0.1:" + server.getAddress().getPort() + "/v1#m";
    }

    private static byte[] reply(Boolean first) {
        String scores =
                first == null
                        ? "no scores"
                        : "PART 1: a\\nShort answers.\\nPART 2: b\\n<JSON_START>{\\\"rationale\\\":\\\"x\\\",\\\"better_response\\\":{\\\"response_1\\\":%d,\\\"response_2\\\":%d}}<JSON_END>"
                                .formatted(first ? 8 : 3, first ? 3 : 8);
        return ("{\"id\":\"x\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\",\"content\":\""
                        + scores
                        + "\"}}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    @AfterEach
    void stopServer() {
        server.stop(0);
    }

    private Path answers(String name, String text) throws IOException {
        return answers(name, text, false);
    }

    /**
     * Eight users with two prompts each; u6 and u7 are few.
     *
     * @param trouble the prompts of u0 are fickle ground, one of u1 is broken
     */
    private Path answers(String name, String text, boolean trouble) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int user = 0; user < 8; user++) {
            for (int prompt = 0; prompt < 2; prompt++) {
                boolean broken = user == 1 && prompt == 0;
                String kind =
                        !trouble ? "plain" : user == 0 ? "fickle" : broken ? "broken" : "plain";
                lines.append(
                        "{\"id\":\"%d-%d\",\"user\":\"u%d\",\"group\":\"%s\",\"prompt\":\"A %s question %d\",\"completion\":\"%s %d\"}\n"
                                .formatted(
                                        user,
                                        prompt,
                                        user,
                                        user < 6 ? "many" : "few",
                                        kind,
                                        prompt,
                                        text,
                                        user));
            }
        }
        return Files.writeString(folder.resolve(name), lines.toString());
    }

    @Test
    void servedJudge_bothOrders_perGroup_failuresAreNoLosses() throws IOException {
        Path base = answers("base.jsonl", "curt", true);
        Path tuned = answers("tuned.jsonl", "helpful", true);
        Outcome outcome =
                run(
                        "eval",
                        "win-rate",
                        base.toString(),
                        tuned.toString(),
                        "--judge=" + judge,
                        "--out=" + folder.resolve("out"),
                        "--set=least_group_users=1",
                        "--set=report_texts=always",
                        "--set=bootstrap_draws=200");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        Results results = Results.read(folder.resolve("out/results.json"));
        assertThat(results.policies()).containsExactly("base", "tuned");
        assertThat(results.kind()).isEqualTo(Results.Kind.WIN_RATE);
        assertThat(results.command()).startsWith("kindred", "eval", "win-rate");
        List<WinRate> rates = results.alignment().winRates();
        assertThat(rates).extracting(WinRate::group).containsExactly("all", "few", "many");
        WinRate all = rates.get(0);
        assertThat(all.by()).isEqualTo("m");
        assertThat(List.of(all.wins(), all.ties(), all.losses(), all.unscored()))
                .containsExactly(13, 2, 0, 1); // 16 pairs, 2 fickle, 1 broken
        assertThat(all.rate().mean()).isCloseTo(14 / 15.0, within(1e-12));
        assertThat(all.rate().clusters()).isEqualTo(8);
        assertThat(all.consistency()).isCloseTo(13 / 15.0, within(1e-12));
        assertThat(all.p()).isEqualTo(2 / 128.0); // 7 users all above one half, one at it
        assertThat(all.holm()).isEqualTo(all.p());
        assertThat(rates.get(1).rate().mean()).isEqualTo(1);
        assertThat(outcome.output())
                .contains("tuned is better than base in win rate above one half, by m", "1 {");
        assertThat(folder.resolve("out/win-rates.csv")).exists();
        assertThat(Files.readString(folder.resolve("out/report.html")))
                .contains("Win rates of policies", "A plain question 1")
                .doesNotContain("id=\"chart-groups\"", "id=\"chart-shots\"");
        assertThat(Files.readAllLines(folder.resolve("out/verdicts.jsonl")))
                .hasSize(16)
                .first()
                .asString()
                .contains("\"first\":\"right\",\"second\":\"wrong\"")
                .doesNotContain("curt");
    }

    /**
     * A report is passed on: neither texts nor a group of two stand in it without being asked for.
     */
    @Test
    void realPeople_textsAndSmallGroups_areLeftOut_andTheNotesSaySo() throws IOException {
        Outcome outcome =
                run(
                        "eval",
                        "win-rate",
                        answers("base.jsonl", "curt").toString(),
                        answers("tuned.jsonl", "helpful").toString(),
                        "--judge=" + judge,
                        "--out=" + folder.resolve("out"),
                        "--set=bootstrap_draws=200");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        Results results = Results.read(folder.resolve("out/results.json"));
        assertThat(results.alignment().winRates())
                .extracting(WinRate::group)
                .containsExactly("all", "many");
        assertThat(results.alignment().winRates().get(0).wins()).isEqualTo(16);
        assertThat(results.alignment().diversity())
                .extracting(row -> row.group())
                .containsOnly("all", "many");
        assertThat(results.notes())
                .anyMatch(note -> note.contains("1 group has fewer than 5 users"));
        assertThat(outcome.output()).doesNotContain("few ");
        String page = Files.readString(folder.resolve("out/report.html"));
        assertThat(page)
                .doesNotContain("A plain question", "helpful")
                .contains("report_texts = always");
    }

    /** Groups and policies come from a file of somebody else. */
    @Test
    void namesMadeToHarm_steerNeitherTerminalNorSpreadsheetNorPage() throws IOException {
        String hostile = "=" + SomeResults.HOSTILE + "\nrate 100.0 %";
        StringBuilder lines = new StringBuilder();
        for (String policy : List.of("a" + hostile, "b" + hostile)) {
            for (int user = 0; user < 6; user++) {
                lines.append(
                                Json.line(
                                        Map.of(
                                                "id",
                                                "" + user,
                                                "user",
                                                "u" + user,
                                                "group",
                                                hostile,
                                                "policy",
                                                policy,
                                                "prompt",
                                                "A plain question",
                                                "completion",
                                                policy.startsWith("a") ? "curt" : "helpful")))
                        .append('\n');
            }
        }
        Path file = Files.writeString(folder.resolve("answers.jsonl"), lines.toString());
        Outcome outcome =
                run(
                        "eval",
                        "win-rate",
                        file.toString(),
                        "--judge=" + judge,
                        "--out=" + folder.resolve("out"),
                        "--set=report_texts=always",
                        "--set=bootstrap_draws=200");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output())
                .contains("\\u001b]0;x\\u0007\\u202e")
                .doesNotContain("\u001b", "\u0007", "\u202e", "\r", "\nrate");
        assertThat(Files.readString(folder.resolve("out/win-rates.csv")))
                .contains("\"'=</script>")
                .doesNotContain("\n=", ",=", "\u001b");
        String page = Files.readString(folder.resolve("out/report.html"));
        assertThat(page.substring(0, page.indexOf("<script type=\"application/json\"")))
                .contains("&lt;img")
                .doesNotContain("<img", "<!--", "\u001b");
        assertThat(Files.readString(folder.resolve("out/tables.md"))).doesNotContain("<", "\u001b");
    }

    @Test
    void limit_drawsPrompts_policiesChoosesOrder_cacheAnswersTheSecondTime() throws IOException {
        Path base = answers("base.jsonl", "curt");
        Path tuned = answers("tuned.jsonl", "helpful");
        String[] arguments = {
            "eval",
            "win-rate",
            "b=" + base,
            "t=" + tuned,
            "--judge=" + judge,
            "--out=" + folder.resolve("out"),
            "--set=bootstrap_draws=200",
            "--policies=t,b",
            "--limit=5",
            "--seed=3",
            "--force"
        };
        assertThat(run(arguments).status()).isZero();
        assertThat(Files.readAllLines(folder.resolve("out/verdicts.jsonl")))
                .hasSize(5)
                .allMatch(line -> line.startsWith("{\"policy\":\"b\",\"baseline\":\"t\""));
        int asked = calls.get();
        Outcome again = run(arguments);
        assertThat(again.status()).as(again.output()).isZero();
        assertThat(calls.get() - asked).isZero();
    }

    @Test
    void run_rubricJudge_readsPromptsGroupsAndPastFromItsData() throws IOException {
        SimulatedPopulation population =
                SimulatedPopulation.generate(
                        SimulationOptions.defaults().withUsers(30), SeedTree.root(1));
        population.write(folder.resolve("run/data"));
        StringBuilder lines = new StringBuilder();
        for (Preference row : population.dataset().preferences()) {
            if ("eval".equals(row.part()) && "test".equals(row.itemSplit())) {
                lines.append(sample("rejected", row, row.rejectedText()));
                lines.append(sample("chosen", row, row.chosenText()));
            }
        }
        Files.createDirectories(folder.resolve("run/eval"));
        Files.writeString(folder.resolve("run/eval/samples.jsonl"), lines.toString());
        Outcome outcome =
                run(
                        "eval",
                        "win-rate",
                        folder.resolve("run").toString(),
                        "--out=" + folder.resolve("out"),
                        "--set=bootstrap_draws=200",
                        "--limit=60");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        WinRate all =
                Results.read(folder.resolve("out/results.json")).alignment().winRates().get(0);
        assertThat(all.policy()).isEqualTo("chosen");
        assertThat(all.by()).isEqualTo("rubric");
        assertThat(all.rate().mean()).isBetween(0.55, 1.0);
        assertThat(all.consistency()).isEqualTo(1); // reads completions one by one
    }

    private static String sample(String policy, Preference row, String text) {
        return Json.line(
                        new Sample(
                                policy,
                                row.userId(),
                                true,
                                true,
                                "g",
                                "p",
                                row.userId() + "/" + row.id(),
                                0,
                                5,
                                .5,
                                Double.NaN,
                                3,
                                text))
                + "\n";
    }

    @Test
    void wrongInput_saysFileLineAndWhatToDo() throws IOException {
        Path base = answers("base.jsonl", "curt");
        assertThat(run("eval", "win-rate", base.toString(), "--judge=oracle").output())
                .contains("openai:URL#MODEL");
        assertRefused("only one policy was read, [base]", base.toString());
        assertRefused("does not exist", base.toString(), folder.resolve("none").toString());
        assertRefused("two files are named base", base.toString(), base.toString());
        assertRefused("name a canonical folder with --data", base.toString(), "b=" + base);
        Path other =
                Files.writeString(
                        folder.resolve("other.jsonl"),
                        "{\"id\":\"0-0\",\"user\":\"u5\",\"prompt\":\"x\",\"completion\":\"y\"}\n");
        assertRefused("other.jsonl line 1: its id was met before", base + "", other + "");
        Path elsewhere =
                Files.writeString(
                        folder.resolve("elsewhere.jsonl"),
                        "{\"id\":\"a\"}\n{\"id\":\"b\",\"user\":\"u\",\"prompt\":\"x\",\"completion\":\"y\"}\n");
        assertRefused("answered no prompt in common", base + "", elsewhere + "");
        Path unknown =
                Files.writeString(
                        folder.resolve("samples.jsonl"),
                        "{\"policy\":\"sft\",\"user_id\":\"u\",\"prompt\":\"u/1\",\"completion\":\"y\"}\n");
        assertRefused("line 1: has no id", base + "", unknown + "");
    }

    private void assertRefused(String message, String... samples) {
        Outcome outcome =
                run(
                        java.util.stream.Stream.concat(
                                        java.util.stream.Stream.of(
                                                "eval", "win-rate", "--out=" + folder + "/refused"),
                                        java.util.stream.Stream.of(samples))
                                .toArray(String[]::new));
        assertThat(outcome.output()).contains(message).doesNotContain("\tat ");
        assertThat(outcome.status()).isEqualTo(1);
    }

    @Test
    void deadServer_isRefusedBeforeAnyPair_status1() throws IOException {
        Path base = answers("base.jsonl", "curt");
        Path tuned = answers("tuned.jsonl", "helpful");
        Outcome outcome =
                run(
                        "eval",
                        "win-rate",
                        base.toString(),
                        tuned.toString(),
                        "--judge=openai:http://127.0.0.1:1/v1#m",
                        "--out=" + folder.resolve("out"),
                        "--set=bootstrap_draws=200",
                        "--set=judge.client.attempts=1",
                        "--limit=2");
        assertThat(outcome.status()).as(outcome.output()).isEqualTo(1);
        assertThat(outcome.output())
                .contains("no answer (CONNECTION)", "Start the server")
                .doesNotContain("win rate", "losses");
    }
}
