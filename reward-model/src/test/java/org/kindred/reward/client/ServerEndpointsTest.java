package org.kindred.reward.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.Message;
import org.kindred.reward.chain.ChainSchema;

final class ServerEndpointsTest {
    private static JudgeServer server;

    @BeforeAll
    static void start() throws IOException {
        server = new JudgeServer(question -> "An answer to " + question);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Nested
    final class OpenAi extends EndpointContract {
        @Override
        protected Endpoint endpoint() {
            return Endpoint.openAi(server.root() + "/v1", "m", "secret", 8, Duration.ofSeconds(10));
        }

        @Test
        void ask_eightSamples_areOneRequest() {
            JudgeClient client = client(null);
            assertThat(client.ask(question("Eight?"), 0, 8)).hasSize(8);
            assertThat(client.counts().calls()).isEqualTo(1);
            assertThat(client.counts().tokens()).isEqualTo(256); // 100 / 8 = 12 and 20, eight times
            assertThat(server.lastBody()).contains("\"n\" : 8", "\"seed\"", "\"max_");
        }

        @Test
        void ask_schema_isSentAlong() {
            Question question =
                    new Question(
                            List.of(Message.user("Schema?")),
                            "u",
                            "u",
                            0,
                            64,
                            ChainSchema.of(2),
                            0);
            client(null).ask(question, 0, 1);
            assertThat(server.lastBody()).contains("json_schema", "minItems");
        }
    }

    @Nested
    final class OpenAiWithoutSamples extends EndpointContract {
        @Override
        protected Endpoint endpoint() {
            return Endpoint.openAi(server.root() + "/v1", "m", null, 1, Duration.ofSeconds(10));
        }
    }
}
