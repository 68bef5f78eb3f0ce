package org.kindred.reward.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.openai.OpenAiChatRequestParameters;
import dev.langchain4j.model.openai.OpenAiChatResponseMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Json;
import org.kindred.datasets.Message;

/**
 * OpenAI's protocol, and how servers deviate from it. An argument that a server refuses by name
 * with status 400 or 422 is left out, or written in its other form, in all requests from then on.
 * Of a reply only what is asked for is read: texts by the index of their choices, the reason for
 * their end, and the tokens; the fields {@code reasoning_content} and {@code reasoning} are no part
 * of an answer.
 */
final class OpenAiDialect implements ChatDialect {
    private static final String TEXTS = "kindred-texts";
    private static final String CUT = "kindred-cut";

    /** What a server may refuse. */
    private enum Argument {
        MAX_TOKENS("max_tokens: max_completion_tokens is sent in its place"),
        SAMPLES("n: samples are asked for one by one"),
        SEED("seed: it is left out, so asking again may give other samples"),
        TEMPERATURE("temperature: it is left out, so the server's own applies"),
        SCHEMA("response_format: answers are asked for in words alone"),
        SYSTEM("system messages: their text stands before the question");

        private final String change;

        Argument(String change) {
            this.change = change;
        }
    }

    private final int most;
    private volatile Set<Argument> refused = EnumSet.noneOf(Argument.class);

    /**
     * @param samplesPerRequest most choices in one request, 1 for servers that ignore {@code n}
     */
    OpenAiDialect(int samplesPerRequest) {
        most = samplesPerRequest;
    }

    @Override
    public int samplesPerRequest() {
        return refused.contains(Argument.SAMPLES) ? 1 : most;
    }

    @Override
    public boolean schemas() {
        return true;
    }

    @Override
    public ChatRequest request(Question question, int samples, int seed) {
        Set<Argument> without = refused;
        OpenAiChatRequestParameters.Builder parameters = OpenAiChatRequestParameters.builder();
        if (without.contains(Argument.MAX_TOKENS)) {
            parameters.maxCompletionTokens(question.maxTokens());
        } else {
            parameters.maxOutputTokens(question.maxTokens());
        }
        if (!without.contains(Argument.SEED)) {
            parameters.seed(seed);
        }
        if (!without.contains(Argument.TEMPERATURE)) {
            parameters.temperature(question.temperature());
        }
        if (samples > 1) {
            parameters.customParameters(Map.of("n", samples));
        }
        String schema = question.schema();
        if (schema != null && !without.contains(Argument.SCHEMA)) {
            parameters.responseFormat(
                    ResponseFormat.builder()
                            .type(ResponseFormatType.JSON)
                            .jsonSchema(
                                    JsonSchema.builder()
                                            .name("evaluation_chain")
                                            .rootElement(JsonRawSchema.from(schema))
                                            .build())
                            .build());
        }
        return ChatRequest.builder()
                .messages(
                        without.contains(Argument.SYSTEM)
                                ? asOneMessage(question)
                                : ChatDialect.messages(question))
                .parameters(parameters.build())
                .build();
    }

    private static List<ChatMessage> asOneMessage(Question question) {
        return List.of(
                UserMessage.from(
                        question.messages().stream()
                                .map(Message::content)
                                .collect(Collectors.joining("\n\n"))));
    }

    @Override
    public Optional<String> adapt(CallException refusal) {
        if (!refusal.reason().equals("HTTP_400") && !refusal.reason().equals("HTTP_422")) {
            return Optional.empty();
        }
        Optional<Argument> named = named(refusal.words());
        named.ifPresent(
                argument -> {
                    Set<Argument> all = EnumSet.of(argument);
                    all.addAll(refused);
                    refused = all;
                });
        return named.map(argument -> "the server does not take " + argument.change);
    }

    /** The first argument of a message that is still sent. */
    private Optional<Argument> named(String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        Set<String> words = new HashSet<>(Arrays.asList(lower.split("[^a-z0-9_]+", -1)));
        return Arrays.stream(Argument.values())
                .filter(argument -> !refused.contains(argument))
                .filter(
                        argument ->
                                switch (argument) {
                                    case MAX_TOKENS ->
                                            words.contains("max_tokens")
                                                    || words.contains("max_completion_tokens");
                                    case SAMPLES -> most > 1 && words.contains("n");
                                    case SEED -> words.contains("seed");
                                    case TEMPERATURE -> words.contains("temperature");
                                    case SCHEMA ->
                                            words.contains("response_format")
                                                    || words.contains("json_schema");
                                    case SYSTEM ->
                                            words.contains("system")
                                                    && (words.contains("role")
                                                            || words.contains("roles")
                                                            || words.contains("message")
                                                            || words.contains("messages"));
                                })
                .findFirst();
    }

    /** One choice: a text, or why there is none. */
    private record Choice(String text, boolean cut, @Nullable CallException failure) {}

    /**
     * The library reads replies of one choice and of one form only: leaves the first text in a
     * reply of that form and keeps the texts of all in headers of our own.
     *
     * @throws CallException if no choice has a text
     */
    SuccessfulHttpResponse plain(SuccessfulHttpResponse reply) {
        JsonNode root;
        try {
            root = Json.mapper().readTree(reply.body());
        } catch (JsonProcessingException e) {
            throw CallException.passing("BROKEN_REPLY", "no JSON but " + type(reply));
        }
        if (root == null || !root.path("choices").isArray() || root.path("choices").isEmpty()) {
            throw refusal(root);
        }
        List<JsonNode> nodes = new ArrayList<>();
        root.path("choices").forEach(nodes::add);
        nodes.sort(Comparator.comparingInt(choice -> choice.path("index").asInt(0)));
        List<String> texts = new ArrayList<>();
        List<String> cut = new ArrayList<>();
        CallException failure = CallException.empty("EMPTY_REPLY");
        for (JsonNode node : nodes) {
            Choice choice = choice(node);
            if (choice.failure() == null) {
                texts.add(choice.text());
                cut.add(String.valueOf(choice.cut()));
            } else if (texts.isEmpty()) {
                failure = choice.failure();
            }
        }
        if (texts.isEmpty()) {
            throw failure;
        }
        Map<String, List<String>> headers = new LinkedHashMap<>(reply.headers());
        headers.put(TEXTS, texts);
        headers.put(CUT, cut);
        return SuccessfulHttpResponse.builder()
                .statusCode(reply.statusCode())
                .headers(headers)
                .body(body(texts.get(0), root.path("usage")))
                .build();
    }

    private static String type(SuccessfulHttpResponse reply) {
        return reply.headers().entrySet().stream()
                .filter(header -> "content-type".equalsIgnoreCase(header.getKey()))
                .flatMap(header -> header.getValue().stream())
                .findFirst()
                .orElse("something else");
    }

    /** Some servers tell a refusal with status 200. */
    private static CallException refusal(@Nullable JsonNode root) {
        if (root == null || !root.has("error")) {
            return CallException.passing("BROKEN_REPLY", "no choices in the reply");
        }
        int code = root.path("error").path("code").asInt(0);
        return code >= 400 && code < 600
                ? CallException.status(code, 0, ServerWords.of(root))
                : CallException.passing("ERROR_REPLY", ServerWords.of(root));
    }

    private static Choice choice(JsonNode choice) {
        JsonNode message = choice.path("message");
        String text = content(message.path("content"));
        String end = choice.path("finish_reason").asText("");
        boolean cut = end.equals("length") || end.equals("max_tokens");
        CallException failure = null;
        if (end.equals("content_filter")) {
            failure = CallException.lasting("CONTENT_FILTER");
        } else if (text.isBlank()) {
            boolean refused = !message.path("refusal").asText("").isBlank();
            boolean thought =
                    !message.path("reasoning_content").asText("").isBlank()
                            || !message.path("reasoning").asText("").isBlank();
            failure =
                    refused
                            ? CallException.lasting("REFUSED")
                            : cut
                                    ? CallException.lasting("TRUNCATED")
                                    : CallException.empty(
                                            thought ? "ONLY_REASONING" : "EMPTY_REPLY");
        }
        return new Choice(text, cut, failure);
    }

    /** A text, or the texts of its parts. */
    private static String content(JsonNode content) {
        if (!content.isArray()) {
            return content.isTextual() ? content.textValue() : "";
        }
        StringBuilder text = new StringBuilder();
        content.forEach(part -> text.append(part.path("text").asText("")));
        return text.toString();
    }

    private static String body(String text, JsonNode usage) {
        ObjectNode root = Json.mapper().createObjectNode();
        root.put("id", "reply")
                .put("object", "chat.completion")
                .put("created", 0)
                .put("model", "m");
        root.putArray("choices")
                .addObject()
                .put("index", 0)
                .put("finish_reason", "stop")
                .putObject("message")
                .put("role", "assistant")
                .put("content", text);
        int input = Math.max(0, usage.path("prompt_tokens").asInt(0));
        int output = Math.max(0, usage.path("completion_tokens").asInt(0));
        root.putObject("usage")
                .put("prompt_tokens", input)
                .put("completion_tokens", output)
                .put("total_tokens", input + output);
        return root.toString();
    }

    @Override
    public List<Reply> replies(ChatResponse response) {
        SuccessfulHttpResponse raw =
                response.metadata() instanceof OpenAiChatResponseMetadata metadata
                        ? metadata.rawHttpResponse()
                        : null;
        List<String> texts = raw == null ? null : raw.headers().get(TEXTS);
        List<String> cut = raw == null ? null : raw.headers().get(CUT);
        if (texts == null || cut == null) {
            return ChatDialect.super.replies(response);
        }
        List<Reply> replies = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            replies.add(new Reply(texts.get(i), Boolean.parseBoolean(cut.get(i))));
        }
        return replies;
    }
}
