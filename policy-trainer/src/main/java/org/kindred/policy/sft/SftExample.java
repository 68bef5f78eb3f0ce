package org.kindred.policy.sft;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.kindred.datasets.Message;
import org.kindred.datasets.Reasoning;
import org.kindred.policy.tokenizer.Answers;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * A completion to imitate. Only its tokens are learned; the prompt is context.
 *
 * @param prompt at least one token
 * @param completion at least one token, the end token included if the model should learn to stop
 * @param mended what was done to the completion that the chat template would have made
 */
@SuppressWarnings("ArrayRecordComponent") // token ids, never compared as a value
public record SftExample(int[] prompt, int[] completion, Mended mended) {

    /** What a template got wrong, and what was done about it. */
    public enum Mended {
        NOTHING("right as the chat template writes them"),
        END(
                "end a turn, by the chat template, with no token that ends a completion; the end token"
                        + " was put behind it, or the model would never learn to stop"),
        NO_END(
                "have no token that ends a completion: neither the tokenizer nor"
                        + " generation_config.json nor config.json names one, and the model cannot learn"
                        + " to stop"),
        REASONING(
                "would stand inside the reasoning that the chat template's generation prompt opens; it"
                        + " was closed before the answer");

        private final String description;

        Mended(String description) {
            this.description = description;
        }
    }

    public SftExample {
        if (prompt.length == 0 || completion.length == 0) {
            throw new IllegalArgumentException(
                    "prompt has "
                            + prompt.length
                            + " tokens, completion "
                            + completion.length
                            + ": each needs at least one");
        }
    }

    /** As it is. */
    public SftExample(int[] prompt, int[] completion) {
        this(prompt, completion, Mended.NOTHING);
    }

    /**
     * An answer to a conversation as tokens: by the tokenizer's chat template, the answer up to its
     * end token.
     */
    public static SftExample of(Tokenizer tokenizer, List<Message> prompt, List<Message> answer) {
        int[] start = tokenizer.chat(prompt, true);
        List<Message> whole = new ArrayList<>(prompt);
        whole.addAll(answer);
        int[] tokens = tokenizer.chat(whole, false);
        boolean continues =
                tokens.length > start.length && Arrays.mismatch(start, tokens) == start.length;
        Answers answers = Answers.of(tokenizer);
        boolean open = answers.opens(start);
        if (continues) {
            int[] rest = Arrays.copyOfRange(tokens, start.length, tokens.length);
            if (!open || Reasoning.split(tokenizer.decode(rest, false), true).closed()) {
                return ended(tokenizer, start, rest, answer);
            }
        }
        // Some templates render the last answer otherwise than its beginning: then by hand.
        String text = Message.text(answer);
        return new SftExample(
                start,
                answers.tokens(start, text),
                open && !Reasoning.splitReply(text).present() ? Mended.REASONING : Mended.NOTHING);
    }

    /** Without what a template writes after the last end token, usually a line break. */
    private static SftExample ended(
            Tokenizer tokenizer, int[] start, int[] rest, List<Message> answer) {
        int last = rest.length - 1;
        while (last >= 0 && !tokenizer.eosIds().contains(rest[last])) {
            last--;
        }
        if (last >= 0) {
            return new SftExample(start, Arrays.copyOf(rest, last + 1));
        }
        if (tokenizer.eosIds().isEmpty()) {
            return new SftExample(start, rest, Mended.NO_END);
        }
        int mark = rest.length - 1;
        while (mark >= 0 && !tokenizer.isSpecial(rest[mark])) {
            mark--;
        }
        if (mark < 0) { // the turn ends by text alone, if at all
            return new SftExample(start, tokenizer.encodeEnded(Message.text(answer)), Mended.END);
        }
        int[] completion = Arrays.copyOf(rest, mark + 2);
        completion[mark + 1] = tokenizer.eosIds().get(0);
        return new SftExample(start, completion, Mended.END);
    }

    /** A sentence for each kind of mending, with how many examples had it. */
    public static List<String> mendings(List<SftExample> examples) {
        List<String> sentences = new ArrayList<>();
        for (Mended kind : Mended.values()) {
            long count = examples.stream().filter(e -> e.mended() == kind).count();
            if (kind != Mended.NOTHING && count > 0) {
                sentences.add(count + " of " + examples.size() + " examples " + kind.description);
            }
        }
        return sentences;
    }

    /** Tokens of prompt and completion. */
    public int length() {
        return prompt.length + completion.length;
    }

    /** Redacted: tokens are user text. */
    @Override
    public String toString() {
        return "SftExample[" + prompt.length + " + " + completion.length + " tokens]";
    }
}
