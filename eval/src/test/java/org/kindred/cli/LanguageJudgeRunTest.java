package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.Json;

/** {@code kindred run DATA} with an unreliable language model in the rubric judge's place. */
final class LanguageJudgeRunTest {
    private static final String RATIONALE =
            "A. Criteria: brevity (60%), warmth (40%) B. Scores: Response 1: brevity 7/10, warmth 5/10";

    @TempDir Path folder;

    private static String marked(String json) {
        return marked("brevity", json);
    }

    private static String marked(String wish, String json) {
        return "PART 1: Wants: " + wish + ".\nPART 2:\n<JSON_START>" + json + "<JSON_END>";
    }

    /** Answers each of the three questions in its form. */
    private static String reply(String question) {
        if (question.contains("You describe what one particular person")) {
            boolean briefFirst = question.indexOf("Just try") < question.indexOf("Well, there");
            return marked(
                    briefFirst ? "brevity" : "all there is to say",
                    "{\"criteria\": [{\"name\": \"brevity\", \"weight\": 60}, {\"name\": \"warmth\", \"weight\": 40}]}");
        }
        boolean alone = question.contains("You score one answer");
        return marked(
                alone
                        ? "{\"rationale\": \""
                                + RATIONALE
                                + "\", \"better_response\": {\"response_1\": 6.2}}"
                        : "{\"rationale\": \""
                                + RATIONALE
                                + " Response 2: brevity 4/10, warmth 5/10\", \"better_response\": {\"response_1\": 6.2, \"response_2\": 4.4}}");
    }

    /** Some questions get no answer at the first attempt. */
    private static HttpServer server(Set<String> asked) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
        server.createContext(
                "/v1/chat/completions",
                exchange -> {
                    String question =
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8);
                    boolean first = asked.add(question);
                    int fault = first ? Math.floorMod(question.hashCode(), 9) : -1;
                    if (fault == 0) {
                        exchange.sendResponseHeaders(500, -1);
                        exchange.close();
                        return;
                    }
                    String content = Json.mapper().writeValueAsString(reply(question));
                    byte[] answer =
                            ("{\"id\":\"x\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\",\"content\":"
                                            + content
                                            + "}}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15}}")
                                    .getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().add("Content-Type", "application/json");
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        server.start();
        return server;
    }

    @Test
    void run_servedJudge_writesPersonasFindsGroupsAndScoresWithNeighbours() throws Exception {
        PeopleFixture.people(folder.resolve("people"), 9, 12);
        PeopleFixture.model(folder.resolve("model"));
        Set<String> asked = ConcurrentHashMap.newKeySet();
        HttpServer server = server(asked);
        Kindred.Outcome run;
        try {
            String judge = "openai:http://localhost:" + server.getAddress().getPort() + "/v1#m";
            run =
                    Kindred.run(
                            folder,
                            "run",
                            "people",
                            "--model=model",
                            "--judge=" + judge,
                            "--out=run",
                            "--threads=1",
                            "--steps=2",
                            "--set=arms=[p_grpo]",
                            "--set=judge.scaling.individual=2",
                            "--set=judge.scaling.prototype=2",
                            "--set=start.sft.examples=8",
                            "--set=reinforcement.batch.prompts_per_step=2",
                            "--set=reinforcement.batch.completions_per_prompt=2",
                            "--set=reinforcement.sampling.max_new_tokens=6",
                            "--set=reinforcement.held_out_share=0",
                            "--set=evaluation.max_choices=6",
                            "--set=evaluation.prompts_per_user=1",
                            "--set=evaluation.bootstrap_draws=100");
        } finally {
            server.stop(0);
        }
        assertThat(run.status()).as(run.output()).isZero();
        JsonNode step =
                Json.mapper()
                        .readTree(
                                Files.readAllLines(
                                                folder.resolve("run/policy/p_grpo/metrics.jsonl"))
                                        .get(0));
        // brevity 7 of weight 60 and warmth 5 of weight 40
        assertThat(step.path("rewards/judge/mean").asDouble()).isCloseTo(6.2, within(1e-9));
        assertThat(step.path("judge/neighbour_share").asDouble()).isBetween(0.2, 0.8);
        assertThat(folder.resolve("run/reward/groups.json")).exists();
        assertThat(folder.resolve("run/eval/report.html")).exists();
        assertThat(asked)
                .anyMatch(question -> question.contains("You describe what one particular person"))
                .anyMatch(question -> question.contains("You score one answer"));
    }
}
