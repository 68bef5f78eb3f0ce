package org.kindred.reward.chain;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One judgement of one or more responses in one user's name (P-GenRM, arXiv 2602.12116, Eq. 1-2): c
 * = [persona ; scores].
 *
 * @param persona what the user wants, in words; the text that is embedded for prototypes
 * @param criteria the weighted rubric, strongest first
 * @param scores total of each response that counts, 1 to 10; null where the judge declined
 * @param statedScores totals as the writer stated them, in the same order; empty if none were
 */
public record EvaluationChain(
        String persona,
        List<ChainCriterion> criteria,
        List<@Nullable Double> scores,
        List<@Nullable Double> statedScores) {

    public EvaluationChain {
        criteria = List.copyOf(criteria);
        scores = Collections.unmodifiableList(new ArrayList<>(scores));
        statedScores = Collections.unmodifiableList(new ArrayList<>(statedScores));
        if (!statedScores.isEmpty() && statedScores.size() != scores.size()) {
            throw new IllegalArgumentException(
                    "statedScores has "
                            + statedScores.size()
                            + " entries: must be empty or one for each of "
                            + scores.size()
                            + " responses");
        }
    }

    /** Redacted: a persona describes a person. */
    @Override
    public String toString() {
        return "EvaluationChain[" + criteria.size() + " criteria, scores " + scores + "]";
    }
}
