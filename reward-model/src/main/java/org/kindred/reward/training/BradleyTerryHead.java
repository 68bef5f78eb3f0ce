package org.kindred.reward.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.TokenBatch;
import org.kindred.policy.run.Watch;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * A scalar reward read from a causal model: {@code r(x, y) = log p("+" | x, y) - log p("-" | x,
 * y)}. Since the normaliser cancels, this is a linear head {@code (w_+ - w_-) . h} on the last
 * hidden state, with rows of the output matrix as its weights.
 *
 * @param plus token id of "+"
 * @param minus token id of "-"
 */
public record BradleyTerryHead(int plus, int minus) {
    private static final int ROWS = 16;

    static BradleyTerryHead of(Tokenizer tokenizer) {
        int[] plus = tokenizer.encode("+", false);
        int[] minus = tokenizer.encode("-", false);
        return new BradleyTerryHead(plus[plus.length - 1], minus[minus.length - 1]);
    }

    /** Four rows a pair: chosen +, chosen -, rejected +, rejected -. */
    TokenBatch batch(List<BradleyTerryPair> pairs) {
        int[][] prompts = new int[4 * pairs.size()][];
        int[][] completions = new int[4 * pairs.size()][];
        for (int i = 0; i < pairs.size(); i++) {
            for (int j = 0; j < 4; j++) {
                prompts[4 * i + j] = j < 2 ? pairs.get(i).chosen() : pairs.get(i).rejected();
                completions[4 * i + j] = new int[] {j % 2 == 0 ? plus : minus};
            }
        }
        return new TokenBatch(prompts, completions);
    }

    /** {@code r(chosen) - r(rejected)} of each pair of a batch. */
    static double[] margins(float[][] logProbs) {
        double[] margins = new double[logProbs.length / 4];
        for (int i = 0; i < margins.length; i++) {
            margins[i] =
                    logProbs[4 * i][0]
                            - logProbs[4 * i + 1][0]
                            - logProbs[4 * i + 2][0]
                            + logProbs[4 * i + 3][0];
        }
        return margins;
    }

    /** Measures by {@code accuracy}: higher reward for the chosen response, ties one half. */
    public static Watch.Measure measure(List<BradleyTerryPair> pairs, Tokenizer tokenizer) {
        return policy -> {
            double right = 0;
            for (ChainVerdict verdict : verdicts(policy, pairs, tokenizer)) {
                right += verdict.right();
            }
            return Map.of("accuracy", right / Math.max(1, pairs.size()));
        };
    }

    /** The head's verdict on each pair; the rejected response has the score 0. */
    public static List<ChainVerdict> verdicts(
            CausalLm policy, List<BradleyTerryPair> pairs, Tokenizer tokenizer) {
        BradleyTerryHead head = of(tokenizer);
        List<ChainVerdict> verdicts = new ArrayList<>();
        for (int from = 0; from < pairs.size(); from += ROWS) {
            List<BradleyTerryPair> part = pairs.subList(from, Math.min(pairs.size(), from + ROWS));
            double[] margins = margins(policy.score(head.batch(part), 1).logProbs());
            for (int i = 0; i < margins.length; i++) {
                verdicts.add(
                        new ChainVerdict(
                                part.get(i).id(), part.get(i).userId(), margins[i], 0, false));
            }
        }
        return verdicts;
    }
}
