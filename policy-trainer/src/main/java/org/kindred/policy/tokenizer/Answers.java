package org.kindred.policy.tokenizer;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.kindred.datasets.Reasoning;

/**
 * Completions as answers, and answers as completions: the one place where what a policy thought is
 * told from what it said. Judges, rewards, similarity, fluency, win rates and lengths in words see
 * the answer; the tokens that are learned from stay whole.
 *
 * @param keepReasoning whether the reasoning counts as a part of the answer
 */
public record Answers(Tokenizer tokenizer, boolean keepReasoning) {
    private static final int PROMPT_END = 16; // tokens that hold a tag and the blanks behind it

    /** Without the reasoning. */
    public static Answers of(Tokenizer tokenizer) {
        return new Answers(tokenizer, false);
    }

    /** What a completion answers to a prompt; empty where the reasoning never ended. */
    public String text(int[] prompt, int[] completion) {
        String text = tokenizer.text(completion);
        return keepReasoning ? text : Reasoning.split(text, opens(prompt)).answer();
    }

    /** Whether a prompt ends inside a block of reasoning, as some templates begin a turn. */
    public boolean opens(int[] prompt) {
        return Reasoning.isOpenAtEnd(end(prompt));
    }

    private String end(int[] prompt) {
        int from = Math.max(0, prompt.length - PROMPT_END);
        return tokenizer.decode(Arrays.copyOfRange(prompt, from, prompt.length), false);
    }

    /**
     * The completion that gives an answer, end token included. Where the prompt opened a block of
     * reasoning, it is closed first: with the answer's own reasoning, if it has any, or without.
     */
    public int[] tokens(int[] prompt, String answer) {
        if (!opens(prompt)) {
            return tokenizer.encodeEnded(answer);
        }
        String close = Reasoning.closingTag(end(prompt)) + "\n\n";
        Reasoning.Split own = Reasoning.splitReply(answer);
        if (!own.present() || !own.closed() || own.reasoning().isEmpty()) {
            boolean without = own.present() && own.closed();
            return join(
                    tokenizer.encode(close, false),
                    tokenizer.encodeEnded(without ? own.answer() : answer));
        }
        int[] reasoning = tokenizer.encodeContent(own.reasoning());
        int[] tag = tokenizer.encode("\n" + close, false);
        return join(join(reasoning, tag), tokenizer.encodeEnded(own.answer()));
    }

    private static int[] join(int[] first, int[] second) {
        return IntStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
    }
}
