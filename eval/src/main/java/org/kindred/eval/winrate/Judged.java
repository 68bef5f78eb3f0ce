package org.kindred.eval.winrate;

import org.jspecify.annotations.Nullable;
import org.kindred.eval.alignment.WinRate;
import org.kindred.eval.metric.PairOutcome;

/**
 * A pair as judged; a line of {@code verdicts.jsonl}, without texts.
 *
 * @param promptId id of the prompt
 * @param first what the judge says with the policy's completion shown first: {@code RIGHT} if it is
 *     preferred
 * @param second likewise with it shown second
 * @param failure why an order has no verdict, for example {@code TIMEOUT}; null if both have
 * @param tokens spent, as an endpoint counts them
 */
public record Judged(
        String policy,
        String baseline,
        String userId,
        String group,
        String promptId,
        int index,
        PairOutcome first,
        PairOutcome second,
        @Nullable String failure,
        long tokens) {

    /** Both orders together. */
    public WinRate.Verdict verdict() {
        return new WinRate.Verdict(userId, group, first, second);
    }
}
