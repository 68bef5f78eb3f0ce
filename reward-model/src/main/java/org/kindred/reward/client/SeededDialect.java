package org.kindred.reward.client;

import dev.langchain4j.model.chat.request.ChatRequest;

/** Chat models in this process: one sample a request, with a seed. */
record SeededDialect() implements ChatDialect {

    @Override
    public int samplesPerRequest() {
        return 1;
    }

    @Override
    public boolean schemas() {
        return false;
    }

    @Override
    public ChatRequest request(Question question, int samples, int seed) {
        return ChatRequest.builder()
                .messages(ChatDialect.messages(question))
                .parameters(SeededParameters.of(seed, question.temperature(), question.maxTokens()))
                .build();
    }
}
