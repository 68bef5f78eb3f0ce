package org.kindred.reward.client;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A chat model that answers many requests faster together than one after another. */
public interface BatchChatModel extends ChatModel {

    /** Requests that are best handed over together. */
    int batch();

    /**
     * Answers in the order of the requests, each what {@link #chat} answers (up to the rounding of
     * larger products); null for a request that has to be asked alone, for example because it is
     * too long, so that its failure is its own.
     */
    List<@Nullable ChatResponse> chatAll(List<ChatRequest> requests);
}
