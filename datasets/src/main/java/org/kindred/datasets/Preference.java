package org.kindred.datasets;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One choice of one user: {@code chosen} was preferred to {@code rejected} as the answer to {@code
 * prompt}.
 *
 * @param prompt the conversation so far, ends with a user message
 * @param chosen the preferred answer
 * @param rejected the other answer, its text differs from {@code chosen}
 * @param domain the scenario, for example {@code travel}
 * @param itemIds ids of what is compared; two rows that share an id are not independent
 * @param split the split of the source file, if it has one ({@code train}, {@code val}, {@code
 *     test})
 * @param userSplit {@code seen} if the user may be trained on, {@code unseen} if not
 * @param itemSplit {@code train} if the items are known in training, {@code test} if they are new
 * @param part {@code fit} for rows that show a user's taste (training and context), {@code eval}
 *     for targets
 * @param slot order among a user's fit rows, from 1; the context of K shots is the first K
 * @param chosenScore the user's own rating of the chosen answer, on the user's own scale
 * @param rejectedScore likewise for the rejected answer
 * @param source name of the data set
 * @param meta further fields of the source, kept as they are
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Preference(
        String id,
        String userId,
        List<Message> prompt,
        List<Message> chosen,
        List<Message> rejected,
        @Nullable String domain,
        @Nullable List<String> itemIds,
        @Nullable String split,
        @Nullable String userSplit,
        @Nullable String itemSplit,
        @Nullable String part,
        @Nullable Integer slot,
        @Nullable Double chosenScore,
        @Nullable Double rejectedScore,
        @Nullable String source,
        @Nullable Map<String, Object> meta) {

    public Preference {
        prompt = List.copyOf(prompt);
        chosen = List.copyOf(chosen);
        rejected = List.copyOf(rejected);
        itemIds = itemIds == null ? null : List.copyOf(itemIds);
    }

    @JsonIgnore
    public String promptText() {
        return Message.text(prompt);
    }

    @JsonIgnore
    public String chosenText() {
        return Message.text(chosen);
    }

    @JsonIgnore
    public String rejectedText() {
        return Message.text(rejected);
    }

    /** Whether the row is to be predicted: nothing may be learnt from it. */
    @JsonIgnore
    public boolean isTarget() {
        return "eval".equals(part);
    }

    /** Whether the row shows its user's taste, be the user held back from training or not. */
    @JsonIgnore
    public boolean isFit() {
        return "fit".equals(part);
    }

    /** Whether training never meets the user. */
    @JsonIgnore
    public boolean isOfUnseenUser() {
        return "unseen".equals(userSplit);
    }

    /** Whether training never meets the items. */
    @JsonIgnore
    public boolean isOfNewItem() {
        return "test".equals(itemSplit);
    }

    /** Whether training may read the row: no target, and neither user nor items are held back. */
    @JsonIgnore
    public boolean isTraining() {
        return !isTarget() && !isOfUnseenUser() && !isOfNewItem();
    }

    /** Redacted, since prompt and answers are user text and must not reach logs. */
    @Override
    public String toString() {
        return "Preference[" + id + "]";
    }
}
