package org.kindred.reward.client;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A chat model and how to ask it.
 *
 * @param identity names model and server; part of the key under which answers are cached, so two
 *     endpoints with one identity must give the same answers
 * @param model the text port
 * @param dialect how it is asked
 */
public record Endpoint(String identity, ChatModel model, ChatDialect dialect) {

    /**
     * A server that speaks OpenAI's protocol: vLLM, SGLang, llama.cpp, Ollama, hosted ones.
     *
     * @param baseUrl for example {@code http://localhost:8000/v1}
     * @param apiKey from the environment; null for servers without keys
     * @param samplesPerRequest 1 for servers that ignore {@code n}
     * @param timeout of a whole call
     */
    public static Endpoint openAi(
            String baseUrl,
            String model,
            @Nullable String apiKey,
            int samplesPerRequest,
            Duration timeout) {
        OpenAiDialect dialect = new OpenAiDialect(samplesPerRequest);
        return new Endpoint(
                "openai:" + baseUrl + "#" + model,
                OpenAiChatModel.builder()
                        .httpClientBuilder(new WireClient.Builder(timeout, dialect::plain))
                        .timeout(timeout)
                        .baseUrl(baseUrl)
                        .apiKey(apiKey == null || apiKey.isBlank() ? "none" : apiKey)
                        .modelName(model)
                        .maxRetries(0) // retries are JudgeClient's: seeded, by typed error
                        .build(),
                dialect);
    }

    /** Any other chat model: one sample a request, {@link SeededParameters} carry the seed. */
    public static Endpoint of(String identity, ChatModel model) {
        return new Endpoint(identity, model, new SeededDialect());
    }
}
