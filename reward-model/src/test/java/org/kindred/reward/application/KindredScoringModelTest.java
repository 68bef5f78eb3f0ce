package org.kindred.reward.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.langchain4j.data.segment.TextSegment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RewardModel;
import org.kindred.reward.RubricOutcome;
import org.kindred.reward.UserContext;

final class KindredScoringModelTest {
    private static final UserContext ANN = new UserContext("ann", List.of());
    private static final List<TextSegment> ANSWERS =
            List.of(TextSegment.from("secret a"), TextSegment.from("bb"), TextSegment.from("ccc"));

    /** Status, Retry-After (blank for none) and body. */
    private record Reply(int status, String retryAfter, String body) {}

    private final Deque<Reply> replies = new ArrayDeque<>();
    private final List<JsonNode> requests = new ArrayList<>();
    private final List<String> tokens = new ArrayList<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/v1/score",
                exchange -> {
                    requests.add(Json.mapper().readTree(exchange.getRequestBody().readAllBytes()));
                    tokens.add(exchange.getRequestHeaders().getFirst("Authorization"));
                    Reply reply = replies.remove();
                    if (!reply.retryAfter().isEmpty()) {
                        exchange.getResponseHeaders().set("Retry-After", reply.retryAfter());
                    }
                    byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(reply.status(), body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private KindredScoringModel served(Duration timeout) {
        URI service = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        return KindredScoringModel.of(service, "ann", "t", timeout);
    }

    private static RewardModel model(ScoreOutcome... outcomes) {
        return new RewardModel() {
            @Override
            public String name() {
                return "test";
            }

            @Override
            public RubricOutcome rubric(UserContext user, String prompt) {
                throw new UnsupportedOperationException("not asked");
            }

            @Override
            public List<ScoreOutcome> score(
                    UserContext user, String prompt, List<String> responses) {
                assertThat(user).isEqualTo(ANN);
                assertThat(prompt).isEqualTo("Why?");
                return List.of(outcomes).subList(0, responses.size());
            }
        };
    }

    @Test
    void inProcess_scoresAndRanks() {
        KindredScoringModel model =
                KindredScoringModel.of(
                        model(
                                new ScoreOutcome.Scored(2),
                                new ScoreOutcome.Scored(9),
                                new ScoreOutcome.Scored(9)),
                        ANN);
        assertThat(model.scoreAll(ANSWERS, "Why?").content()).containsExactly(2.0, 9.0, 9.0);
        assertThat(model.score("secret a", "Why?").content()).isEqualTo(2.0);
        assertThat(model.ranking(ANSWERS, "Why?")).containsExactly(1, 2, 0);
        assertThat(model.scoreAll(List.of(), "Why?").content()).isEmpty();
    }

    @Test
    void anAnswerWithoutScore_isNoNumberUnlessTheApplicationSaysWhich() {
        KindredScoringModel model =
                KindredScoringModel.of(
                        model(
                                new ScoreOutcome.Scored(2),
                                new ScoreOutcome.Failed("TIMEOUT", 3),
                                new ScoreOutcome.Abstained("blank")),
                        ANN);
        assertThatThrownBy(() -> model.scoreAll(ANSWERS, "Why?"))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("{TIMEOUT=1, blank=1}")
                .hasMessageNotContaining("secret");
        assertThat(model.withStandIn(0).scoreAll(ANSWERS, "Why?").content())
                .containsExactly(2.0, 0.0, 0.0);
    }

    @Test
    void served_asksInTheUsersNameAndAgainWhileBusy() {
        replies.add(new Reply(503, "0", "{\"error\":\"busy\"}"));
        replies.add(
                new Reply(
                        200,
                        "",
                        "{\"data\":[{\"index\":2,\"score\":7.5},{\"index\":0,\"score\":3},{\"index\":1,\"score\":4}]}"));
        assertThat(served(Duration.ofSeconds(20)).scoreAll(ANSWERS, "Why?").content())
                .containsExactly(3.0, 4.0, 7.5);
        assertThat(requests).hasSize(2);
        assertThat(requests.get(1).toString())
                .isEqualTo(
                        "{\"text_1\":\"Why?\",\"text_2\":[\"secret a\",\"bb\",\"ccc\"],\"user\":\"ann\"}");
        assertThat(tokens).containsOnly("Bearer t");
    }

    @Test
    void served_whatIsNoScoreIsAFailure() {
        replies.add(
                new Reply(
                        200,
                        "",
                        "{\"data\":[{\"index\":0,\"score\":null,\"reason\":\"blank\"},{\"index\":1,\"score\":4}]}"));
        assertThatThrownBy(() -> served(Duration.ofSeconds(20)).scoreAll(ANSWERS, "Why?"))
                .hasMessageContaining("{NOT_IN_THE_REPLY=1, blank=1}");
    }

    @Test
    void served_refusalsNameAddressAndReasonAndNoText() {
        replies.add(new Reply(401, "", "{\"error\":\"the token is wrong\"}"));
        assertThatThrownBy(() -> served(Duration.ofSeconds(20)).scoreAll(ANSWERS, "Why?"))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("/v1/score refused with 401: the token is wrong")
                .hasMessageNotContaining("secret");
        replies.add(new Reply(302, "", ""));
        assertThatThrownBy(() -> served(Duration.ofSeconds(20)).scoreAll(ANSWERS, "Why?"))
                .hasMessageContaining("302");
        replies.add(new Reply(200, "", "<html>secret"));
        assertThatThrownBy(() -> served(Duration.ofSeconds(20)).scoreAll(ANSWERS, "Why?"))
                .hasMessageContaining("no JSON")
                .hasNoCause();
        replies.add(new Reply(503, "3600", ""));
        assertThatThrownBy(() -> served(Duration.ofSeconds(5)).scoreAll(ANSWERS, "Why?"))
                .hasMessageContaining("within 5 s, last status 503");
    }

    @Test
    void aPasswordInTheAddress_isRefused() {
        URI service = URI.create("http://kindred:t@localhost:8400");
        assertThatThrownBy(
                        () -> KindredScoringModel.of(service, "ann", null, Duration.ofSeconds(1)))
                .hasMessageContaining("token")
                .hasMessageNotContaining(":t@");
    }
}
