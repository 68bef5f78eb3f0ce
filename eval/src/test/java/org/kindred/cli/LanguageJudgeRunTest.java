package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.Json;

/** {@code kindred run} with a language model in the rubric judge's place: a minute. */
@Tag("slow")
final class LanguageJudgeRunTest {
    private static final String RATIONALE =
            "A. Criteria: brevity (60%), warmth (40%) B. Scores: Response 1: brevity 7/10, warmth 5/10";

    @TempDir Path folder;

    private static String marked(String json) {
        return "PART 1: Wants: brevity.\nPART 2:\n<JSON_START>" + json + "<JSON_END>";
    }

    /** Answers each of the three questions in its form. */
    private static String reply(String question) {
        if (question.contains("You describe what one particular person")) {
            return marked(
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

    private static HttpServer server() throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
        server.createContext(
                "/v1/chat/completions",
                exchange -> {
                    String question =
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8);
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
    void run_servedJudge_rewardsAndGroupsComeFromIt() throws IOException {
        HttpServer server = server();
        try {
            StringWriter text = new StringWriter();
            PrintWriter out = new PrintWriter(text);
            int status =
                    Main.commandLine()
                            .setOut(out)
                            .setErr(out)
                            .execute(
                                    "run",
                                    "--preset=tiny",
                                    "--set=reward_judge=openai:http://localhost:"
                                            + server.getAddress().getPort()
                                            + "/v1#m",
                                    "--out=" + folder.resolve("run"));
            assertThat(status).as(text.toString()).isZero();
        } finally {
            server.stop(0);
        }
        JsonNode step =
                Json.mapper()
                        .readTree(
                                Files.readAllLines(
                                                folder.resolve("run/policy/p-grpo/metrics.jsonl"))
                                        .get(0));
        // brevity 7 of weight 60 and warmth 5 of weight 40
        assertThat(step.path("rewards/language_judge/mean").asDouble()).isEqualTo(6.2);
        assertThat(folder.resolve("run/reward/judge-cache.sqlite")).exists();
        assertThat(folder.resolve("run/eval/report.html")).exists();
    }
}
