package org.kindred.reward.client;

import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.ollama.OllamaChatRequestParameters;

/** Ollama's protocol: one sample a request. */
record OllamaDialect() implements ChatDialect {

    @Override
    public int samplesPerRequest() {
        return 1;
    }

    @Override
    public boolean schemas() {
        return true;
    }

    @Override
    public ChatRequest request(Question question, int samples, int seed) {
        OllamaChatRequestParameters.Builder parameters =
                OllamaChatRequestParameters.builder()
                        .temperature(question.temperature())
                        .maxOutputTokens(question.maxTokens())
                        .seed(seed);
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
}
