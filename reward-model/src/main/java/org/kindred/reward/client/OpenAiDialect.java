package org.kindred.reward.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.Json;

/**
 * OpenAI's protocol.
 *
 * @param samplesPerRequest most choices in one request, 1 for servers that ignore {@code n}
 */
record OpenAiDialect(int samplesPerRequest) implements ChatDialect {
    private static final String TEXTS = "kindred-texts";

    @Override
    public boolean schemas() {
        return true;
    }

    @Override
    public ChatRequest request(Question question, int samples, int seed) {
        OpenAiChatRequestParameters.Builder parameters =
                OpenAiChatRequestParameters.builder()
                        .temperature(question.temperature())
                        .maxOutputTokens(question.maxTokens())
                        .seed(seed);
        if (samples > 1) {
            parameters.customParameters(Map.of("n", samples));
        }
        String schema = question.schema();
        if (schema != null) {
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
                .messages(ChatDialect.messages(question))
                .parameters(parameters.build())
                .build();
    }

    /**
     * The library reads replies of one choice only: leaves the first one in the reply and keeps the
     * texts of all in a header of our own.
     */
    SuccessfulHttpResponse oneChoice(SuccessfulHttpResponse reply) {
        if (samplesPerRequest == 1) {
            return reply;
        }
        try {
            if (!(Json.mapper().readTree(reply.body()) instanceof ObjectNode root)
                    || root.path("choices").size() < 2) {
                return reply;
            }
            List<String> texts = new ArrayList<>();
            for (JsonNode choice : root.path("choices")) {
                JsonNode content = choice.path("message").path("content");
                if (!content.isTextual()) {
                    throw CallException.passing("BROKEN_REPLY");
                }
                texts.add(content.textValue());
            }
            JsonNode first = root.path("choices").get(0);
            root.putArray("choices").add(first);
            Map<String, List<String>> headers = new LinkedHashMap<>(reply.headers());
            headers.put(TEXTS, texts);
            return SuccessfulHttpResponse.builder()
                    .statusCode(reply.statusCode())
                    .headers(headers)
                    .body(root.toString())
                    .build();
        } catch (JsonProcessingException e) {
            throw CallException.passing("BROKEN_REPLY");
        }
    }

    @Override
    public List<String> texts(ChatResponse response) {
        SuccessfulHttpResponse raw =
                response.metadata() instanceof OpenAiChatResponseMetadata metadata
                        ? metadata.rawHttpResponse()
                        : null;
        List<String> texts = raw == null ? null : raw.headers().get(TEXTS);
        return texts == null ? ChatDialect.super.texts(response) : texts;
    }
}
