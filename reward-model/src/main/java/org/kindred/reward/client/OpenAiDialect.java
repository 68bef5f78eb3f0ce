package org.kindred.reward.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.List;
import java.util.Map;
import org.kindred.datasets.Json;

/**
 * OpenAI's protocol. The library gives the first choice only; the others are read from the reply as
 * it came over the wire.
 *
 * @param samplesPerRequest most choices in one request, 1 for servers that ignore {@code n}
 */
record OpenAiDialect(int samplesPerRequest) implements ChatDialect {

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

    @Override
    public List<String> texts(ChatResponse response) {
        SuccessfulHttpResponse raw =
                response.metadata() instanceof OpenAiChatResponseMetadata metadata
                        ? metadata.rawHttpResponse()
                        : null;
        if (raw == null || samplesPerRequest == 1) {
            return ChatDialect.super.texts(response);
        }
        try {
            List<String> texts = new ArrayList<>();
            for (JsonNode choice : Json.mapper().readTree(raw.body()).path("choices")) {
                JsonNode content = choice.path("message").path("content");
                if (!content.isTextual()) {
                    throw CallException.passing("BROKEN_REPLY");
                }
                texts.add(content.textValue());
            }
            return texts;
        } catch (JsonProcessingException e) {
            throw CallException.passing("BROKEN_REPLY");
        }
    }
}
