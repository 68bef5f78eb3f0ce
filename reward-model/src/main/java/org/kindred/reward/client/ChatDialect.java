package org.kindred.reward.client;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import java.util.List;
import java.util.Optional;
import org.kindred.datasets.Message;

/** How one kind of chat model is asked for seeds, schemas and several samples. */
public interface ChatDialect {

    /**
     * A text that came back.
     *
     * @param cut whether it ended at the longest answer
     */
    record Reply(String text, boolean cut) {
        /** Redacted: the text may repeat users' texts. */
        @Override
        public String toString() {
            return "Reply[redacted, " + text.length() + " characters]";
        }
    }

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
     * The texts of a reply, at most one a sample, in order; samples without a text are left out.
     *
     * @throws CallException if the reply has another form than was asked for, or no text at all
     */
    default List<Reply> replies(ChatResponse response) {
        String text = response.aiMessage() == null ? null : response.aiMessage().text();
        boolean cut = response.metadata() != null && response.finishReason() == FinishReason.LENGTH;
        if (text == null || text.isBlank()) {
            throw CallException.lasting(cut ? "TRUNCATED" : "EMPTY_REPLY");
        }
        return List.of(new Reply(text, cut));
    }

    /**
     * Learns from a refusal, for all requests to come.
     *
     * @return what is done otherwise from now on, in words; empty if it would be refused again
     */
    default Optional<String> adapt(CallException refusal) {
        return Optional.empty();
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
