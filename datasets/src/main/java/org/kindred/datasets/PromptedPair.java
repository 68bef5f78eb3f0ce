package org.kindred.datasets;

import java.util.List;

/**
 * Prompt and answers of a pair, told apart where a source writes the prompt into the answers.
 *
 * <p>Two whole dialogues, and answers that begin with the prompt's messages, are read as TRL reads
 * an implicit prompt: what both begin with is the prompt, all that follows the answer, however many
 * turns it has. Ours: the prompt is cut behind its last user message, so that an answer may begin
 * with turns that both sides share and no turn is lost. Blanks around a message do not keep it from
 * being recognised as the prompt's.
 *
 * @param prompt ends with a user message
 */
public record PromptedPair(List<Message> prompt, List<Message> chosen, List<Message> rejected) {

    public PromptedPair {
        prompt = List.copyOf(prompt);
        chosen = List.copyOf(chosen);
        rejected = List.copyOf(rejected);
    }

    /**
     * A pair that names its prompt, which the answers may repeat.
     *
     * @throws RejectedRecordException {@code missing_field:F} for an answer that is nothing but the
     *     prompt, {@code other_prompt:F} for one that begins with the words of a user or a system
     *     who are not in the prompt
     */
    public static PromptedPair of(
            List<Message> prompt, List<Message> chosen, List<Message> rejected)
            throws RejectedRecordException {
        int common = common(chosen, rejected);
        if (holds(chosen.subList(0, common), prompt)) {
            return split(chosen, rejected, common);
        }
        return new PromptedPair(
                prompt,
                withoutPrompt(prompt, chosen, "chosen"),
                withoutPrompt(prompt, rejected, "rejected"));
    }

    /**
     * A pair of whole dialogues.
     *
     * @throws RejectedRecordException {@code no_common_prompt} without a common beginning, {@code
     *     unknown_value:role} if no user speaks in it, {@code missing_field:F} if a dialogue ends
     *     with it
     */
    public static PromptedPair implicit(List<Message> chosen, List<Message> rejected)
            throws RejectedRecordException {
        int common = common(chosen, rejected);
        if (common == 0) {
            throw new RejectedRecordException("no_common_prompt");
        }
        return split(chosen, rejected, common);
    }

    /** An answer without the prompt that it begins with, or without the prompt's last messages. */
    public static List<Message> withoutPrompt(
            List<Message> prompt, List<Message> answer, String field)
            throws RejectedRecordException {
        int repeated = 0;
        for (int from = 0; from < prompt.size() && repeated == 0; from++) {
            List<Message> tail = prompt.subList(from, prompt.size());
            repeated = begins(answer, tail) ? tail.size() : 0;
        }
        if (repeated == answer.size()) {
            throw new RejectedRecordException("missing_field:" + field);
        }
        List<Message> rest = answer.subList(repeated, answer.size());
        String first = rest.get(0).role();
        if (first.equals("user") || first.equals("system")) {
            throw new RejectedRecordException("other_prompt:" + field);
        }
        return rest;
    }

    private static PromptedPair split(List<Message> chosen, List<Message> rejected, int common)
            throws RejectedRecordException {
        if (common == chosen.size() || common == rejected.size()) {
            throw new RejectedRecordException(
                    "missing_field:" + (common == chosen.size() ? "chosen" : "rejected"));
        }
        int cut = common;
        while (cut > 0 && !chosen.get(cut - 1).role().equals("user")) {
            cut--;
        }
        if (cut == 0) {
            throw new RejectedRecordException("unknown_value:role");
        }
        return new PromptedPair(
                chosen.subList(0, cut),
                chosen.subList(cut, chosen.size()),
                rejected.subList(cut, rejected.size()));
    }

    private static int common(List<Message> a, List<Message> b) {
        int common = 0;
        while (common < Math.min(a.size(), b.size()) && a.get(common).equals(b.get(common))) {
            common++;
        }
        return common;
    }

    /** Whether the prompt stands in a row somewhere in these messages. */
    private static boolean holds(List<Message> messages, List<Message> prompt) {
        for (int from = 0; from + prompt.size() <= messages.size(); from++) {
            if (begins(messages.subList(from, messages.size()), prompt)) {
                return true;
            }
        }
        return false;
    }

    private static boolean begins(List<Message> messages, List<Message> with) {
        boolean same = messages.size() >= with.size();
        for (int i = 0; i < with.size() && same; i++) {
            same =
                    messages.get(i).role().equals(with.get(i).role())
                            && messages.get(i)
                                    .content()
                                    .strip()
                                    .equals(with.get(i).content().strip());
        }
        return same;
    }

    /** Redacted, since prompt and answers are user text and must not reach logs. */
    @Override
    public String toString() {
        return "PromptedPair[" + prompt.size() + " messages of the prompt]";
    }
}
