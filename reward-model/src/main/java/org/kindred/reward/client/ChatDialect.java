package org.kindred.reward.client;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.List;
import org.kindred.datasets.Message;

/** How one kind of chat model is asked for seeds, schemas and several samples. */
public interface ChatDialect {

    /** Most samples that one request can ask for. */
    int samplesPerRequest();

    /** Whether the model can be held to a JSON schema. */
    boolean schemas();

    /**
     * @param samples 1 to {@link #samplesPerRequest()}
     * @param seed of sampling, not negative
     */
    ChatRequest request(Question question, int samples, int seed);

    /**
     * The texts of a reply, one a sample.
     *
     * @throws CallException if the reply has another form than was asked for
     */
    default List<String> texts(ChatResponse response) {
        String text = response.aiMessage() == null ? null : response.aiMessage().text();
        if (text == null) {
            throw CallException.passing("EMPTY_REPLY");
        }
        return List.of(text);
    }

    /** Our messages as the library's. */
    static List<ChatMessage> messages(Question question) {
        return question.messages().stream().map(ChatDialect::message).toList();
    }

    private static ChatMessage message(Message message) {
        return switch (message.role()) {
            case "system" -> SystemMessage.from(message.content());
            case "assistant" -> AiMessage.from(message.content());
            default -> UserMessage.from(message.content());
        };
    }
}
