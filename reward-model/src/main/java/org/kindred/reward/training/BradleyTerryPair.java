package org.kindred.reward.training;

import java.util.ArrayList;
import java.util.List;
import org.kindred.datasets.Message;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * Both responses of a choice, each behind what it answers, as tokens.
 *
 * @param id of the row
 * @param userId whose choice it was
 */
@SuppressWarnings("ArrayRecordComponent") // token ids, never compared as a value
public record BradleyTerryPair(String id, String userId, int[] chosen, int[] rejected) {

    /**
     * @param persona of the user, which stands in the system message; empty for none
     */
    public static BradleyTerryPair of(TrainingPair pair, String persona, Tokenizer tokenizer) {
        return new BradleyTerryPair(
                pair.id(),
                pair.user().userId(),
                tokens(pair.prompt(), pair.chosen(), persona, tokenizer),
                tokens(pair.prompt(), pair.rejected(), persona, tokenizer));
    }

    private static int[] tokens(
            String prompt, String response, String persona, Tokenizer tokenizer) {
        List<Message> messages = new ArrayList<>();
        if (!persona.isEmpty()) {
            messages.add(Message.system(persona));
        }
        messages.add(Message.user(prompt));
        messages.add(Message.assistant(response));
        return tokenizer.chat(messages, false);
    }

    int length() {
        return Math.max(chosen.length, rejected.length);
    }

    /** Redacted. */
    @Override
    public String toString() {
        return "BradleyTerryPair[" + id + "]";
    }
}
