package org.kindred.reward.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kindred.datasets.Message;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.chain.ChainSchema;

/** Servers that deviate from the protocol: what they refuse, and forms of their replies. */
final class DialectTest {
    private final List<String> told = new ArrayList<>();
    private JudgeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new JudgeServer(question -> "An answer to " + question);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private JudgeClient client() {
        ClientOptions options =
                new ClientOptions(4, 0, 4, 1, 5, 0, 100, .8, 1000, 0, .05, false, 300);
        JudgeClient client =
                new JudgeClient(
                        Endpoint.openAi(
                                server.root() + "/v1", "m", null, 8, Duration.ofSeconds(10)),
                        null,
                        options,
                        SeedTree.root(1));
        client.telling(told::add);
        return client;
    }

    private static Question question(double temperature, @Nullable String schema) {
        return new Question(
                List.of(Message.system("Be brief."), Message.user("What is tea?")),
                "u",
                "u",
                temperature,
                64,
                schema,
                0);
    }

    private List<Answer> asked(double temperature, int samples) {
        return client().ask(question(temperature, null), 0, samples);
    }

    private static @Nullable String ifSent(JsonNode request, String argument, String message) {
        return request.has(argument) ? message : null;
    }

    private void assertAdapts(Function<JsonNode, @Nullable String> refusal, String said) {
        server.refusing(refusal);
        assertThat(client().ask(question(1, ChainSchema.of(2)), 0, 3))
                .hasSize(3)
                .allSatisfy(answer -> assertThat(answer).isInstanceOf(Answer.Text.class));
        assertThat(told).singleElement().asString().contains(said, "(HTTP_400: ");
    }

    @Test
    void refused_maxTokens_isAskedForByTheOtherName() {
        assertAdapts(
                request ->
                        ifSent(
                                request,
                                "max_tokens",
                                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."),
                "max_completion_tokens");
        assertThat(server.lastBody()).contains("\"max_completion_tokens\" : 64");
    }

    @Test
    void refused_seed_isLeftOut() {
        assertAdapts(
                request -> ifSent(request, "seed", "Unrecognized request argument supplied: seed"),
                "seed");
    }

    @Test
    void refused_severalSamples_areAskedForOneByOne() {
        assertAdapts(
                request -> request.path("n").asInt(1) > 1 ? "n > 1 is not supported" : null, "n:");
        assertThat(server.served()).isEqualTo(3);
    }

    @Test
    void refused_temperature_isLeftOut() {
        assertAdapts(
                request ->
                        ifSent(
                                request,
                                "temperature",
                                "Unsupported value: 'temperature' does not support 0.9 with this model."),
                "temperature");
    }

    @Test
    void refused_schema_isLeftOut() {
        assertAdapts(
                request ->
                        ifSent(
                                request,
                                "response_format",
                                "response_format type json_schema is not supported"),
                "response_format");
    }

    @Test
    void refused_systemRole_standsBeforeTheQuestion() {
        assertAdapts(
                request ->
                        request.path("messages").get(0).path("role").asText().equals("system")
                                ? "System role not supported"
                                : null,
                "system");
        assertThat(server.lastBody()).contains("Be brief.\\n\\nWhat is tea?");
    }

    @Test
    void refused_severalOneAfterAnother_areAllLearned() {
        server.refusing(
                request ->
                        request.has("seed")
                                ? "Unknown parameter: seed"
                                : ifSent(request, "max_tokens", "Unknown parameter: max_tokens"));
        JudgeClient client = client();
        client.ask(question(1, null), 0, 1);
        client.ask(question(.5, null), 0, 1);
        assertThat(client.counts().answered()).isEqualTo(2);
        assertThat(client.counts().calls()).as("nothing is tried twice").isEqualTo(4);
    }

    @Test
    void refused_somethingElse_failsWithTheServersWords() {
        server.refusing(request -> "no such adapter");
        JudgeClient client = client();
        assertThat(client.ask(question(1, null), 0, 2))
                .containsOnly(new Answer.Failed("HTTP_400", 1));
        assertThat(client.counts().failures())
                .containsExactly(new JudgeClient.Failure("HTTP_400", 2, "no such adapter"));
    }

    @Test
    void refused_wordsThatRepeatThePrompt_areNotShown() {
        server.refusing(request -> "bad input 'Be brief. What is tea?' in body");
        JudgeClient client = client();
        client.ask(
                new Question(
                        List.of(Message.user("Be brief. What is tea?")), "u", "u", 1, 64, null, 0),
                0,
                1);
        assertThat(client.counts().failures().get(0).words())
                .doesNotContain("tea")
                .contains("not shown");
    }

    @Test
    void temperatureZero_oneSampleIsAskedForAndIsAll() {
        server.refusing(
                request ->
                        request.path("n").asInt(1) > 1
                                        && request.path("temperature").asDouble() == 0
                                ? "n must be 1 when using greedy sampling, got 2."
                                : null);
        JudgeClient client = client();
        List<Answer> answers = client.ask(question(0, null), 0, 8);
        assertThat(answers)
                .extracting(a -> ((Answer.Text) a).text())
                .containsOnly("An answer to What is tea?")
                .hasSize(8);
        assertThat(client.counts().calls()).isEqualTo(1);
        assertThat(client.counts().tokens()).isEqualTo(120);
        assertThat(told).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "This model's maximum context length is 4096 tokens. However you requested 5000 tokens",
        "the request exceeds the available context size. try increasing the context size"
    })
    void contextOverflow_hasItsName(String message) {
        server.refusing(request -> message);
        assertThat(asked(1, 1)).containsExactly(new Answer.Failed("CONTEXT_LENGTH", 1));
    }

    private void assertBecomes(UnaryOperator<ObjectNode> reply, String reason, int requests) {
        server.replying(reply);
        assertThat(asked(1, 1)).containsExactly(new Answer.Failed(reason, requests));
    }

    private static ObjectNode choice(ObjectNode reply) {
        return (ObjectNode) reply.path("choices").get(0);
    }

    private static ObjectNode message(ObjectNode reply) {
        return (ObjectNode) choice(reply).path("message");
    }

    private static ObjectNode finished(ObjectNode reply, String reason) {
        choice(reply).put("finish_reason", reason);
        return reply;
    }

    private static ObjectNode with(ObjectNode reply, String field, @Nullable String text) {
        message(reply).put(field, text);
        return reply;
    }

    @Test
    void repliesWithoutText_haveTheirNames() {
        assertBecomes(reply -> with(reply, "content", ""), "EMPTY_REPLY", 3);
        assertBecomes(
                reply -> with(with(reply, "content", null), "reasoning_content", "hm"),
                "ONLY_REASONING",
                3);
        assertBecomes(
                reply -> with(with(reply, "content", null), "refusal", "I cannot"), "REFUSED", 1);
        assertBecomes(
                reply -> finished(with(reply, "content", ""), "content_filter"),
                "CONTENT_FILTER",
                1);
        assertBecomes(reply -> finished(with(reply, "content", ""), "length"), "TRUNCATED", 1);
    }

    @Test
    void errorsInGoodReplies_areWhatTheySay() {
        assertBecomes(
                reply -> {
                    reply.removeAll();
                    reply.putObject("error").put("message", "provider is down").put("code", 502);
                    return reply;
                },
                "HTTP_502",
                4);
        server.replying(
                reply -> {
                    throw new JudgeServer.Refusal(200, "<html>log in</html>");
                });
        JudgeClient client = client();
        assertThat(client.ask(question(1, null), 0, 1))
                .containsExactly(new Answer.Failed("BROKEN_REPLY", 4));
        assertThat(client.counts().failures().get(0).words()).startsWith("no JSON but");
    }

    private void assertReads(UnaryOperator<ObjectNode> reply, String text) {
        server.replying(reply);
        assertThat(asked(1, 1)).extracting(a -> ((Answer.Text) a).text()).containsExactly(text);
    }

    @Test
    void formsOfReplies_areRead() {
        String text = "An answer to What is tea?";
        assertReads(reply -> with(reply, "reasoning", "hm"), text);
        assertReads(
                reply -> {
                    reply.retain("choices");
                    choice(reply).remove("finish_reason");
                    return reply;
                },
                text);
        assertReads(
                reply -> {
                    reply.put("created", 1.7e9).put("service_tier", "odd");
                    reply.putObject("usage")
                            .put("prompt_tokens", "100")
                            .put("completion_tokens", 5.0);
                    return finished(reply, "eos");
                },
                text);
        assertReads(
                reply -> {
                    message(reply)
                            .putArray("content")
                            .addObject()
                            .put("type", "text")
                            .put("text", "in parts");
                    return reply;
                },
                "in parts");
        server.replying(reply -> finished(reply, "length"));
        assertThat(((Answer.Text) asked(1, 1).get(0)).cut()).isTrue();
    }

    @Test
    void choices_areReadByTheirIndexAndNoMoreThanWereAskedFor() {
        server.replying(
                reply -> {
                    var choices = reply.putArray("choices");
                    for (int i = 3; i >= 0; i--) {
                        choices.addObject()
                                .put("index", i)
                                .putObject("message")
                                .put("content", i == 1 ? "" : "text " + i);
                    }
                    return reply;
                });
        assertThat(asked(1, 2))
                .extracting(a -> ((Answer.Text) a).text())
                .containsExactly("text 0", "text 2");
    }

    @Test
    void retryAfter_elevenDays_isNotWaitedFor() throws IOException {
        JudgeClient client =
                new JudgeClient(
                        Endpoint.of(
                                "m",
                                new dev.langchain4j.model.chat.ChatModel() {
                                    @Override
                                    public dev.langchain4j.model.chat.response.ChatResponse doChat(
                                            dev.langchain4j.model.chat.request.ChatRequest
                                                    request) {
                                        throw CallException.status(429, 950_400_000);
                                    }
                                }),
                        null,
                        ClientOptions.defaults(),
                        SeedTree.root(1));
        client.telling(told::add);
        assertThat(client.ask(question(1, null), 0, 1))
                .containsExactly(new Answer.Failed("HTTP_429", 1));
        assertThat(client.ask(question(.5, null), 0, 1))
                .containsExactly(new Answer.Failed("STOPPED(HTTP_429)", 0));
        assertThat(told.get(0)).contains("950400 s");
    }
}
