package org.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Progress;
import org.kindred.options.OptionLayer;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;
import org.kindred.reward.RewardUnit;

final class RewardServerTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final ServiceOptions OPTIONS = options("");

    @TempDir Path folder;
    private final HttpClient client = HttpClient.newHttpClient();
    private RewardServer server;
    private RewardService service;

    /** Defaults on a free port, but for some. */
    private static ServiceOptions options(String yaml) {
        return OptionTree.resolve(
                        ServiceOptions.defaults(),
                        List.of(OptionLayer.preset("test", "port: 0\nwindow: 2\n" + yaml)))
                .options();
    }

    @BeforeEach
    void start() {
        start(OPTIONS, "");
    }

    private void start(ServiceOptions options, String token) {
        server = RewardServer.start(options, token);
        service =
                new RewardService(
                        People.served(options.coldStart() > 0),
                        RewardUnit.LOGIT,
                        options,
                        folder,
                        Progress.NONE);
        server.serve(service);
    }

    private void restart(ServiceOptions options, String token) {
        stop();
        start(options, token);
    }

    @AfterEach
    void stop() {
        server.close();
        service.close();
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    }

    private HttpRequest.Builder post(String path, String body) {
        return to(path).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode ok(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response = send(request);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return Json.mapper().readTree(response.body());
    }

    private void refused(int status, String message, HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response = send(request);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        JsonNode body = Json.mapper().readTree(response.body());
        assertThat(body.path("error").asText()).contains(message);
        assertThat(body.size()).isEqualTo(1);
        assertThat(response.body()).doesNotContain(folder.toString());
        if (Set.of(429, 503, 504).contains(status)) {
            assertThat(response.headers().firstValue("Retry-After")).isPresent();
        }
    }

    private static String item(String id, String user, String response) {
        return "{\"id\":\"%s\",\"user\":\"%s\",\"prompt_id\":\"p\",\"prompt\":\"p\",\"response\":\"%s\"}"
                .formatted(id, user, response);
    }

    private static String rewards(String how, String... items) {
        return "{" + how + ",\"items\":[" + String.join(",", items) + "]}";
    }

    @Test
    void rewards_raw_haveAStatusEach_andNoNumberWhereThereIsNone() throws Exception {
        JsonNode results =
                ok(post(
                                "/v1/rewards",
                                rewards(
                                        "\"normalise\":\"none\"",
                                        item("x", "a1", "worth 6.5"),
                                        item("y", "a1", "..."),
                                        item("z", "nobody", "worth 1"),
                                        item("v", "a2", "without"),
                                        item("w", "b1", "throw"))))
                        .path("results");
        assertThat(results.toString())
                .isEqualTo(
                        "[{\"id\":\"x\",\"status\":\"scored\",\"raw\":6.5,\"reward\":6.5,\"group\":\"a\",\"cold\":false},"
                                + "{\"id\":\"y\",\"status\":\"abstained\",\"raw\":null,\"reward\":null,\"group\":\"a\",\"reason\":\"blank\"},"
                                + "{\"id\":\"z\",\"status\":\"failed\",\"raw\":null,\"reward\":null,\"group\":null,\"reason\":\"UNKNOWN_USER\"},"
                                + "{\"id\":\"v\",\"status\":\"failed\",\"raw\":null,\"reward\":null,\"group\":\"a\",\"reason\":\"TIMEOUT\"},"
                                + "{\"id\":\"w\",\"status\":\"failed\",\"raw\":null,\"reward\":null,\"group\":\"b\",\"reason\":\"JUDGE_FAILED\"}]");
        assertThat(ok(to("/v1/history")).path("runs")).isEmpty();
    }

    @Test
    void rewards_frozen_normaliseAndRetryAndEvaluate() throws Exception {
        String first =
                rewards(
                        "\"run\":\"r\",\"step\":0,\"normalise\":\"frozen\",\"resume\":true",
                        item("0", "a1", "worth 1"),
                        item("1", "a2", "worth 3"));
        assertThat(ok(post("/v1/rewards", first)).at("/results/0/cold").asBoolean()).isTrue();
        String second =
                rewards(
                        "\"run\":\"r\",\"step\":[1,0],\"normalise\":\"frozen\"",
                        item("0", "a1", "worth 5"));
        JsonNode answer = ok(post("/v1/rewards", second));
        assertThat(answer.at("/results/0/reward").asDouble()).isCloseTo(3, within(1e-5));
        assertThat(ok(post("/v1/rewards", second))).isEqualTo(answer);
        String eval =
                rewards(
                        "\"run\":\"r\",\"step\":2,\"normalise\":\"frozen\"",
                        item("0", "a1", "worth 3").replace("}", ",\"split\":\"eval\"}"));
        assertThat(ok(post("/v1/rewards", eval)).at("/results/0/reward").asDouble())
                .isCloseTo(0, within(1e-9));
        JsonNode history = ok(to("/v1/history?run=r"));
        assertThat(history.at("/groups/a/n").asInt()).isEqualTo(3);
        assertThat(history.at("/groups/a/mean").asDouble()).isEqualTo(3);
        assertThat(history.path("step").toString()).isEqualTo("[1,0]");
        refused(
                409,
                "the run has come to [1,0]",
                post("/v1/rewards", first.replace("true", "false").replace("worth 1", "worth 9")));
        refused(409, "normalised as frozen", post("/v1/rewards", first.replace("frozen", "batch")));
        refused(400, "step: missing", post("/v1/rewards", second.replace("\"step\":[1,0],", "")));
        refused(400, "run: must be", post("/v1/rewards", second.replace("\"r\"", "\"../x\"")));
    }

    @Test
    void rewards_batch_waitsForTheOtherProcess() throws Exception {
        String how = "\"run\":\"b\",\"step\":0,\"normalise\":\"batch\",\"batch_size\":2";
        CompletableFuture<HttpResponse<String>> rank1 =
                client.sendAsync(
                        post("/v1/rewards", rewards(how, item("1/0", "a1", "worth 4"))).build(),
                        HttpResponse.BodyHandlers.ofString());
        JsonNode rank0 = ok(post("/v1/rewards", rewards(how, item("0/0", "a1", "worth 2"))));
        assertThat(rank0.at("/results/0/reward").asDouble()).isCloseTo(-1, within(1e-5));
        assertThat(Json.mapper().readTree(rank1.join().body()).at("/results/0/reward").asDouble())
                .isCloseTo(1, within(1e-5));
    }

    @Test
    void rewards_batchThatStaysIncomplete_endsAtTheDeadline() throws Exception {
        restart(options("deadline_seconds: 1"), "");
        refused(
                504,
                "is batch_size the number of items of all of them?",
                post(
                        "/v1/rewards",
                        rewards(
                                "\"step\":0,\"normalise\":\"batch\",\"batch_size\":2",
                                item("0", "a1", "worth 2"))));
    }

    @Test
    void getReward_speaksOpenRlhf() throws Exception {
        String label = "\"{\\\"user\\\":\\\"a1\\\",\\\"prompt\\\":\\\"Hi\\\"}\"";
        String body =
                "{\"query\":[\"<|user|>Hi<|bot|>worth 2<|im_end|>\",\"<|user|>Hi<|bot|>worth 4</s>\",\"<|user|>Hi<|bot|>\"],"
                        + "\"prompts\":[\"<|user|>Hi<|bot|>\",\"<|user|>Hi<|bot|>\",\"<|user|>Hi<|bot|>\"],"
                        + "\"labels\":["
                        + String.join(",", label, label, label)
                        + "]}";
        JsonNode answer = ok(post("/get_reward?run=o", body));
        assertThat(answer.toString())
                .isEqualTo(
                        "{\"rewards\":[0.0,0.0,0.0],\"scores\":[2.0,4.0,0.0],\"extra_logs\":{\"kindred_unscored\":[0.0,0.0,1.0]}}");
        JsonNode next = ok(post("/get_reward?run=o", body));
        assertThat(next.at("/rewards/1").asDouble()).isCloseTo(1, within(1e-5));
        refused(
                422,
                "completion 3 of 3 has no score",
                post("/get_reward?run=raw&normalise=none", body));
        assertThat(ok(to("/v1/history?run=o")).path("normalise").asText()).isEqualTo("stream");
        refused(
                400,
                "labels: must be a list as long as query, 3",
                post("/get_reward", body.replace("\"labels\":[" + label + ",", "\"labels\":[")));
    }

    @Test
    void rm_speaksSlime_andAnswersABareNumber() throws Exception {
        String body =
                "{\"prompt\":\"Hi\",\"response\":\"worth 7\",\"label\":{\"user\":\"b1\",\"id\":\"1\"}}";
        assertThat(ok(post("/rm?normalise=none", body)).doubleValue()).isEqualTo(7);
        refused(404, "user: not known", post("/rm", body.replace("b1", "b2")));
        refused(400, "this route passes no step", post("/rm?normalise=frozen", body));
    }

    @Test
    void rerankAndScore_answerAsTheUserWould() throws Exception {
        JsonNode ranked =
                ok(
                        post(
                                "/v1/rerank",
                                "{\"user\":\"a1\",\"query\":\"Hi\",\"top_n\":3,\"return_documents\":true,"
                                        + "\"documents\":[\"worth 3\",\"...\",{\"text\":\"worth 8\"},\"worth 1\"]}"));
        assertThat(ranked.path("results").findValuesAsText("index")).containsExactly("2", "0", "3");
        assertThat(ranked.at("/results/0/document/text").asText()).isEqualTo("worth 8");
        assertThat(ranked.at("/results/0/relevance_score").asDouble()).isEqualTo(8);
        JsonNode scored =
                ok(
                        post(
                                "/v1/score",
                                "{\"user\":\"a1\",\"text_1\":\"Hi\",\"text_2\":[\"worth 3\",\"...\"]}"));
        assertThat(scored.at("/data/0/score").asDouble()).isEqualTo(3);
        assertThat(scored.at("/data/1/score").isNull()).isTrue();
        assertThat(scored.at("/data/1/reason").asText()).isEqualTo("blank");
        refused(
                404,
                "user: not known",
                post("/v1/score", "{\"user\":\"x\",\"text_1\":\"\",\"text_2\":\"y\"}"));
    }

    @Test
    void history_isReplaced_byWhatItTold() throws Exception {
        String put =
                "{\"run\":\"h\",\"normalise\":\"frozen\",\"groups\":{\"a\":{\"n\":4,\"mean\":2.5,\"m2\":16}}}";
        JsonNode told =
                ok(
                        to("/v1/history")
                                .header("Content-Type", "application/json")
                                .PUT(HttpRequest.BodyPublishers.ofString(put)));
        assertThat(told.at("/groups/a/std").asDouble()).isEqualTo(2);
        JsonNode answer =
                ok(
                        post(
                                "/v1/rewards",
                                rewards(
                                        "\"run\":\"h\",\"step\":9,\"normalise\":\"frozen\"",
                                        item("0", "a2", "worth 4.5"))));
        assertThat(answer.at("/results/0/reward").asDouble()).isCloseTo(1, within(1e-5));
        refused(
                400,
                "is no preference group of the served run, which has [a, b]",
                to("/v1/history")
                        .header("Content-Type", "application/json")
                        .PUT(HttpRequest.BodyPublishers.ofString(put.replace("\"a\"", "\"c\""))));
        refused(404, "no reward was normalised", to("/v1/history?run=nothing"));
    }

    @Test
    void token_isAskedForBothWays() throws Exception {
        restart(OPTIONS, TOKEN);
        String body = rewards("\"normalise\":\"none\"", item("0", "a1", "worth 1"));
        refused(401, "the token is missing or wrong", post("/v1/rewards", body));
        refused(
                401,
                "the token is missing or wrong",
                post("/v1/rewards", body).header("Authorization", "Bearer " + TOKEN + "0"));
        refused(401, "token", to("/metrics"));
        ok(post("/v1/rewards", body).header("Authorization", "Bearer " + TOKEN));
        String basic =
                Base64.getEncoder()
                        .encodeToString(("kindred:" + TOKEN).getBytes(StandardCharsets.UTF_8));
        ok(post("/v1/rewards", body).header("Authorization", "Basic " + basic));
        ok(to("/health"));
    }

    @Test
    void foreignPagesAndMalformedRequests_areRefused() throws Exception {
        refused(
                415,
                "content-type: must be application/json",
                to("/v1/rewards")
                        .header("Content-Type", "text/plain")
                        .POST(HttpRequest.BodyPublishers.ofString("{}")));
        refused(400, "items: must be a list", post("/v1/rewards", "{}"));
        refused(404, "no such route", to("/nothing"));
        refused(405, "another method", to("/v1/rewards"));
        String host =
                raw("GET /v1/history HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
        assertThat(host).contains("403").contains("answers to localhost alone");
        HttpResponse<String> response = send(to("/ready"));
        assertThat(response.headers().map().keySet())
                .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("access-control"))
                .noneMatch(name -> name.equalsIgnoreCase("server"));
    }

    private String raw(String request) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.UTF_8));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void tooMuch_isRefused() throws Exception {
        restart(options("max_body_bytes: 2000\nbody_seconds: 1"), "");
        String big = rewards("\"normalise\":\"none\"", item("0", "a1", "x".repeat(3000)));
        refused(413, "longer than 2000 bytes", post("/v1/rewards", big));
        refused(
                413,
                "longer than 2000 bytes",
                to("/v1/rewards")
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofInputStream( // chunked
                                        () ->
                                                new ByteArrayInputStream(
                                                        big.getBytes(StandardCharsets.UTF_8)))));
        String slow =
                raw(
                        "POST /v1/rewards HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{\"items\"");
        assertThat(slow).contains("408");
    }

    @Test
    void tooOften_isRefused() throws Exception {
        restart(options("requests_per_second: 0.001"), "");
        ok(to("/v1/history"));
        refused(429, "more than 0.001 requests a second", to("/v1/history"));
    }

    @Test
    void tooManyAtOnce_areAskedToComeAgain() throws Exception {
        restart(options("max_requests: 1"), "");
        CompletableFuture<HttpResponse<String>> held =
                client.sendAsync(
                        post(
                                        "/v1/rewards",
                                        rewards(
                                                "\"step\":0,\"normalise\":\"batch\",\"batch_size\":2",
                                                item("0", "a1", "worth 2")))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        while (!send(to("/metrics")).body().contains("kindred_requests_in_flight 1")) {
            Thread.onSpinWait();
        }
        refused(503, "more than 1 requests at once", to("/v1/history"));
        server.close(); // whoever waits, or is about to, is told to come again
        assertThat(held.join().statusCode()).isEqualTo(503);
        assertThat(held.join().headers().firstValue("Retry-After")).isPresent();
    }

    @Test
    void metrics_countRequestsAndItems() throws Exception {
        ok(post("/v1/rewards", rewards("\"normalise\":\"none\"", item("0", "a1", "worth 1"))));
        send(post("/v1/rewards", "{}"));
        String text = send(to("/metrics")).body();
        assertThat(text)
                .contains("kindred_requests_total{route=\"/v1/rewards\",status=\"200\"} 1\n")
                .contains("kindred_requests_total{route=\"/v1/rewards\",status=\"400\"} 1\n")
                .contains("kindred_items_total{status=\"scored\"} 1\n")
                .contains("kindred_request_seconds_bucket{route=\"/v1/rewards\",le=\"+Inf\"} 2\n");
    }

    @Test
    void openApi_namesTheRoutesThatThereAre() throws Exception {
        JsonNode page = ok(to("/openapi.json"));
        Set<String> named = new TreeSet<>();
        page.path("paths")
                .properties()
                .forEach(
                        path ->
                                path.getValue()
                                        .fieldNames()
                                        .forEachRemaining(
                                                method ->
                                                        named.add(
                                                                method.toUpperCase(Locale.ROOT)
                                                                        + " "
                                                                        + path.getKey())));
        assertThat(server.routes()).isEqualTo(named);
    }

    @Test
    void restarted_goesOnWhereItWas() throws Exception {
        String one =
                rewards(
                        "\"run\":\"r\",\"step\":0,\"normalise\":\"frozen\"",
                        item("0", "a1", "worth 1"),
                        item("1", "a2", "worth 3"));
        ok(post("/v1/rewards", one));
        restart(OPTIONS, "");
        ok(post("/v1/rewards", one));
        assertThat(ok(to("/v1/history?run=r")).at("/groups/a/n").asInt()).isEqualTo(2);
    }

    @Test
    void coldStart_isTheDataSetsAnswers() throws Exception {
        restart(options("cold_start: 5"), "");
        ok(
                post(
                        "/v1/rewards",
                        rewards(
                                "\"run\":\"warm\",\"step\":0,\"normalise\":\"frozen\"",
                                item("0", "a1", "worth 1"))));
        assertThat(ok(to("/v1/history?run=warm")).at("/groups/a/n").asInt()).isEqualTo(2);
    }

    @Test
    void busyPort_andOpenAddressWithoutToken_areRefusedWithWhatToDo() {
        ServiceOptions busy = options("").withPort(server.port());
        assertThatThrownBy(() -> RewardServer.start(busy, ""))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("is taken by another process")
                .hasMessageContaining("--port");
        assertThatThrownBy(() -> options("bind: 0.0.0.0").requireToken())
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("--token-file");
    }

    @Test
    void manyConnections_areAnsweredAll() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            all.add(
                    client.sendAsync(
                            post(
                                            "/v1/rewards",
                                            rewards(
                                                    "\"run\":\"s\",\"normalise\":\"stream\"",
                                                    item("i" + i, "a1", "worth " + i)))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString()));
        }
        for (CompletableFuture<HttpResponse<String>> one : all) {
            assertThat(one.join().statusCode()).as(one.join().body()).isEqualTo(200);
        }
        assertThat(ok(to("/v1/history?run=s")).at("/groups/a/n").asInt()).isEqualTo(300);
    }
}
