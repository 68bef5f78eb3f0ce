package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.cli.Kindred.Outcome;
import org.kindred.datasets.Json;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.simulation.SimulatedPopulation;
import org.kindred.datasets.simulation.SimulationOptions;

/** The commands of {@code kindred reward} as processes. */
final class RewardCommandsTest {
    private static final String REPLY =
            "PART 1: a\\nShort answers.\\nPART 2: b\\n<JSON_START>{\\\"rationale\\\":\\\"x\\\",\\\"better_response\\\":{\\\"response_1\\\":6,\\\"response_2\\\":5}}<JSON_END>";

    @TempDir private Path folder;

    private Path data() {
        SimulationOptions small = SimulationOptions.defaults().withUsers(24);
        Path data = folder.resolve("data");
        SimulatedPopulation.generate(small, SeedTree.root(1)).write(data);
        return data;
    }

    private String options(String... more) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("reward", "score", "data", "--print-config"));
        command.addAll(List.of(more));
        Outcome printed = Kindred.run(folder, command.toArray(String[]::new));
        assertThat(printed.status()).as(printed.output()).isZero();
        return printed.output();
    }

    @Test
    void derivePrototypesScore_embeddedJudge_leaveTheirFiles() throws Exception {
        Path data = data();
        Outcome derived =
                Kindred.run(
                        folder,
                        "reward",
                        "derive",
                        data.toString(),
                        "--out",
                        "run",
                        "--set",
                        "judge.rows_per_user=2");
        assertThat(derived.status()).as(derived.output()).isZero();
        assertThat(folder.resolve("run/reward/chains.jsonl")).exists();
        assertThat(folder.resolve("run/reward/personas.jsonl")).exists();
        Outcome prototypes =
                Kindred.run(folder, "reward", "prototypes", "run", "--set", "judge.prototypes.k=2");
        assertThat(prototypes.status()).as(prototypes.output()).isZero();
        assertThat(prototypes.output().lines().filter(line -> line.matches(".+: \\d+ users.*")))
                .hasSize(2);
        assertThat(folder.resolve("run/reward/prototypes.json")).exists();
        assertThat(folder.resolve("run/reward/groups.json")).exists();
        Outcome unread =
                Kindred.run(folder, "reward", "prototypes", "run", "--set", "judge.scenarios.k=3");
        assertThat(unread.status()).as(unread.output()).isEqualTo(2);
        assertThat(unread.output()).contains("command line: judge.scenarios.k is not read");
        Outcome saved =
                Kindred.run(
                        folder,
                        "reward",
                        "score",
                        data.toString(),
                        "--judge=run:run",
                        "--set=judge.rubric.tau=3");
        assertThat(saved.status()).as(saved.output()).isEqualTo(2);
        assertThat(saved.output()).contains("judge.rubric.tau is not read", "has its fit");
        assertThat(options("--judge=run:run")).containsPattern("k: 2 +# \\(run:run\\)");
        assertThat(options("--judge=run:run", "--set=judge.prototypes.k=0"))
                .containsPattern("k: 0 +# \\(command line\\)");
        Outcome scored =
                Kindred.run(
                        folder,
                        "reward",
                        "score",
                        data.toString(),
                        "--individual",
                        "2",
                        "--prototype",
                        "2",
                        "--out",
                        "scored",
                        "--set",
                        "judge.prototypes.k=2",
                        "--set",
                        "diagnose=20");
        assertThat(scored.status()).as(scored.output()).isZero();
        JsonNode results =
                Json.mapper().readTree(Files.readAllBytes(folder.resolve("scored/results.json")));
        assertThat(results.at("/details/scaling").asText()).isEqualTo("IND_2_PRO_2");
        assertThat(results.at("/details/accuracy").asDouble()).isBetween(.5, 1.0);
        assertThat(results.at("/details/diagnosis").path("position_consistency").asDouble())
                .isEqualTo(1);
    }

    @Test
    void optionsOfAnotherJudge_areRefused_byName() throws Exception {
        for (String command : List.of("derive", "score")) {
            for (String unread :
                    List.of(
                            "judge.llm.history=5",
                            "judge.llm.history=3",
                            "judge.both_orders=true")) {
                Outcome outcome = Kindred.run(folder, "reward", command, "data", "--set", unread);
                assertThat(outcome.status()).as(outcome.output()).isEqualTo(2);
                assertThat(outcome.output())
                        .contains("command line: " + unread.split("=", -1)[0] + " is not read")
                        .contains("the judge is rubric, which asks no language model");
            }
        }
        Outcome outcome =
                Kindred.run(
                        folder,
                        "reward",
                        "score",
                        "data",
                        "--judge=openai:http://localhost:1/v1#m",
                        "--set=judge.rubric.tau=3");
        assertThat(outcome.status()).as(outcome.output()).isEqualTo(2);
        assertThat(outcome.output())
                .contains("judge.rubric.tau is not read", "--judge rubric reads it");
    }

    @Test
    void compare_smallData_hasBaselinesChainsAndControls() throws Exception {
        Path options = folder.resolve("compare.yaml");
        Files.writeString(
                options,
                """
                seeds: [1]
                shots: [3]
                targets: 10
                bootstrap_draws: 100
                judge:
                  rubric:
                    kernels: [{criteria: 1, terms: 0.67, embedding: 0.33, known: 1, scenario: 0}]
                    axes: [1]
                    penalties: [3]
                    axis_factors: [1]
                    rating_weights: [2]
                    modes: [discrete]
                    prototypes: [2]
                  prototypes: {k: 2}
                  scenarios: {k: 3}
                """);
        Outcome outcome =
                Kindred.run(
                        folder,
                        "reward",
                        "compare",
                        data().toString(),
                        "--config",
                        options.toString(),
                        "--out",
                        "compared");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(Files.readString(folder.resolve("compared/table.md")))
                .contains("| plain judge | 0 | – |")
                .contains("| GPO-style in-context preference | 3 | – |")
                .contains("| chains IND_8_PRO_4 | 3 | 12.0 |")
                .contains("| control shuffled IND_8_PRO_4 | 3 |")
                .contains("| published prototypes, not refined IND_8_PRO_4 | 3 |");
        assertThat(folder.resolve("compared/cost.svg")).exists();
    }

    @Test
    void score_servedJudge_asksBothOrdersAndCaches() throws Exception {
        Path data = data();
        AtomicInteger calls = new AtomicInteger();
        HttpServer server = server(calls);
        try {
            String judge = "openai:http://127.0.0.1:" + server.getAddress().getPort() + "/v1#m";
            Outcome once =
                    Kindred.run(
                            folder,
                            "reward",
                            "score",
                            data.toString(),
                            "--judge",
                            judge,
                            "--out",
                            "scored");
            assertThat(once.status()).as(once.output()).isZero();
            // the same scores in both orders: every pair is a tie
            JsonNode scored =
                    Json.mapper()
                            .readTree(Files.readAllBytes(folder.resolve("scored/results.json")))
                            .at("/details/scored");
            assertThat(scored.path("ties").asInt()).isEqualTo(scored.path("pairs").asInt());
            assertThat(calls.get()) // and one to find out whether it answers
                    .isEqualTo(2 * scored.path("pairs").asInt() + 1);
            assertThat(folder.resolve("scored/reward/judge-cache.sqlite")).exists();
        } finally {
            server.stop(0);
        }
    }

    @Test
    void score_unknownJudge_isBadUsage() throws Exception {
        Outcome outcome = Kindred.run(folder, "reward", "score", "nowhere", "--judge", "oracle");
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.output()).contains("openai:URL#MODEL");
    }

    private static HttpServer server(AtomicInteger calls) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
        byte[] reply =
                ("{\"id\":\"x\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\",\"content\":\""
                                + REPLY
                                + "\"}}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15}}")
                        .getBytes(StandardCharsets.UTF_8);
        server.createContext(
                "/v1/chat/completions",
                exchange -> {
                    calls.incrementAndGet();
                    exchange.getRequestBody().readAllBytes();
                    exchange.getResponseHeaders().add("Content-Type", "application/json");
                    exchange.sendResponseHeaders(200, reply.length);
                    exchange.getResponseBody().write(reply);
                    exchange.close();
                });
        server.start();
        return server;
    }
}
