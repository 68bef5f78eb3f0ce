package org.kindred.datasets;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Work that is not a pair: a question with a user's history, a list to choose from, a prompt alone.
 *
 * @param prompt the conversation so far, ends with a user message
 * @param history earlier texts of the user, oldest first
 * @param candidates what may be chosen; a label, where known, says how good each is
 * @param reference a text that is known to be good
 * @param aspects what a good answer speaks about; evaluation only
 * @param group label of the data set, if it has one
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Task(
        String id,
        @Nullable String userId,
        List<Message> prompt,
        @Nullable List<String> history,
        @Nullable List<Candidate> candidates,
        @Nullable String reference,
        @Nullable List<String> aspects,
        @Nullable String group,
        @Nullable String domain,
        @Nullable String source,
        @Nullable Map<String, Object> meta) {

    /**
     * One thing to choose.
     *
     * @param label higher is better, as the source states it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Candidate(String id, String content, @Nullable Double label) {
        /** Redacted. */
        @Override
        public String toString() {
            return "Candidate[" + id + "]";
        }
    }

    public Task {
        prompt = List.copyOf(prompt);
        history = history == null ? null : List.copyOf(history);
        candidates = candidates == null ? null : List.copyOf(candidates);
        aspects = aspects == null ? null : List.copyOf(aspects);
    }

    /** Redacted, since prompt and history are user text and must not reach logs. */
    @Override
    public String toString() {
        return "Task[" + id + "]";
    }
}
