package org.kindred.eval.alignment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Message;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.TokenBatch;
import org.kindred.policy.sft.PromptForm;
import org.kindred.policy.sft.SftExample;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * How likely a policy finds given texts. The caller owns model and tokenizer.
 *
 * @param raw prompts are plain text, without the tokenizer's chat template
 */
public record TextLikelihood(CausalLm model, Tokenizer tokenizer, boolean raw) {

    /**
     * A prompt and a text that follows it.
     *
     * @param persona stands in the system message; null for none
     * @param ended whether the text's end is counted as well: yes for whole answers, no for
     *     completions that may have been cut off
     */
    public record Text(
            @Nullable String persona, List<Message> prompt, String answer, boolean ended) {

        /** Redacted: people's texts must not reach logs. */
        @Override
        public String toString() {
            return "Text[redacted]";
        }
    }

    /**
     * @param sum log-probabilities of the tokens, in nats
     * @param tokens how many
     */
    public record LogProb(double sum, long tokens) {

        /** A token; NaN without any. */
        public double mean() {
            return sum / tokens;
        }

        /** Over all texts that could be read. */
        static LogProb total(List<@Nullable LogProb> all) {
            double sum = 0;
            long tokens = 0;
            for (LogProb one : all) {
                if (one != null) {
                    sum += one.sum();
                    tokens += one.tokens();
                }
            }
            return new LogProb(sum, tokens);
        }
    }

    /**
     * In the order of the texts.
     *
     * @return null for a text that is longer than the model's context with its prompt: a cut text
     *     would be another one
     */
    public List<@Nullable LogProb> of(List<Text> texts) {
        return of(model, texts.stream().map(this::tokens).toList());
    }

    /** Likewise of texts that are tokens already. */
    public static List<@Nullable LogProb> of(CausalLm model, List<SftExample> texts) {
        int context = model.config().maxPositionEmbeddings();
        List<Integer> fitting = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            if (texts.get(i).length() <= context) {
                fitting.add(i);
            }
        }
        // Rows of like length share a chunk, which is padded to its longest.
        fitting.sort(Comparator.comparingInt(i -> texts.get(i).length()));
        @Nullable LogProb[] found = new LogProb[texts.size()];
        if (!fitting.isEmpty()) {
            TokenBatch batch =
                    new TokenBatch(
                            fitting.stream().map(i -> texts.get(i).prompt()).toArray(int[][]::new),
                            fitting.stream()
                                    .map(i -> texts.get(i).completion())
                                    .toArray(int[][]::new));
            float[][] scores = model.score(batch, 1).logProbs();
            for (int row = 0; row < scores.length; row++) {
                double sum = 0;
                for (float logProb : scores[row]) {
                    sum += logProb;
                }
                found[fitting.get(row)] = new LogProb(sum, scores[row].length);
            }
        }
        return Arrays.asList(found);
    }

    private SftExample tokens(Text text) {
        SftExample whole =
                new PromptForm(raw)
                        .example(
                                tokenizer,
                                text.persona() == null ? "" : text.persona(),
                                text.prompt(),
                                List.of(Message.assistant(text.answer())));
        int[] unended = text.ended() ? null : tokenizer.encode(text.answer(), false);
        return unended == null || unended.length == 0
                ? whole
                : new SftExample(whole.prompt(), unended);
    }
}
