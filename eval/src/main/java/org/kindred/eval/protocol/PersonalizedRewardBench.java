package org.kindred.eval.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.kindred.eval.metric.PairOutcome;
import org.kindred.eval.metric.PairTally;

/** Personalized RewardBench (arXiv 2604.07343): pairs scored one by one, or by a pairwise judge. */
public final class PersonalizedRewardBench {
    private static final Pattern RESULT =
            Pattern.compile("Result:\\s*([AB])\\b", Pattern.CASE_INSENSITIVE);

    private PersonalizedRewardBench() {}

    /**
     * Answers scored one by one.
     *
     * @param tally over all pairs
     * @param missing ids without a line
     * @param nonFinite ids with a score that is null, NaN or infinite
     * @param unknown ids of the file that are no pairs; ignored
     * @param meanGap chosen minus rejected score over scored pairs
     * @param rateOverScored right pairs by scored pairs, ties wrong
     */
    public record Pointwise(
            PairTally tally,
            @JsonProperty("missing_ids") List<String> missing,
            @JsonProperty("non_finite_ids") List<String> nonFinite,
            @JsonProperty("unknown_ids") List<String> unknown,
            @JsonProperty("mean_gap_over_scored") double meanGap,
            @JsonProperty("win_rate_over_scored") double rateOverScored) {}

    /**
     * Pairs read by a judge that says {@code Result: A} or {@code B}.
     *
     * @param parseFailures outputs without a result, and pairs without an output
     * @param accuracy a parse failure counts as A, as published
     * @param strict a parse failure is wrong
     * @param accuracyFirst accuracy on pairs with the chosen answer shown as A
     * @param accuracySecond likewise as B
     * @param positionBias absolute difference of the two
     */
    public record Pairwise(
            @JsonProperty("pairs_total") int pairs,
            int parseFailures,
            double accuracy,
            @JsonProperty("accuracy_strict") double strict,
            @JsonProperty("accuracy_when_chosen_is_A") double accuracyFirst,
            @JsonProperty("accuracy_when_chosen_is_B") double accuracySecond,
            double positionBias,
            @JsonProperty("n_chosen_A") int shownFirst,
            @JsonProperty("n_chosen_B") int shownSecond) {}

    /**
     * @param pairs ids of the data
     * @param scores by pair id
     */
    public static Pointwise pointwise(
            Collection<String> pairs, Map<String, ScoreFile.PairScore> scores) {
        List<PairOutcome> outcomes = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        List<String> nonFinite = new ArrayList<>();
        double gap = 0;
        for (String id : pairs) {
            ScoreFile.PairScore score = scores.get(id);
            PairOutcome outcome =
                    score == null
                            ? PairOutcome.UNSCORED
                            : PairOutcome.of(score.chosen(), score.rejected());
            outcomes.add(outcome);
            if (score == null) {
                missing.add(id);
            } else if (outcome == PairOutcome.UNSCORED) {
                nonFinite.add(id);
            } else {
                gap += score.chosen() - score.rejected();
            }
        }
        PairTally tally = PairTally.of(outcomes);
        int scored = tally.pairs() - tally.unscored();
        return new Pointwise(
                tally,
                missing,
                nonFinite,
                unknown(pairs, scores.keySet()),
                gap / scored,
                tally.right() / (double) scored);
    }

    /**
     * @param pairs ids of the data; those without a verdict are parse failures in no position
     * @param verdicts by pair id
     */
    public static Pairwise pairwise(
            Collection<String> pairs, Map<String, ScoreFile.Verdict> verdicts) {
        Set<String> known = Set.copyOf(pairs);
        int[] shown = new int[2];
        int[] right = new int[2];
        int failures = known.size();
        int strict = 0;
        for (Map.Entry<String, ScoreFile.Verdict> entry : verdicts.entrySet()) {
            if (known.contains(entry.getKey())) {
                int place = entry.getValue().chosenFirst() ? 0 : 1;
                char said = result(entry.getValue().output());
                boolean parsed = said != ' ';
                boolean correct = (said == 'B' ? 1 : 0) == place;
                shown[place]++;
                right[place] += correct ? 1 : 0;
                strict += correct && parsed ? 1 : 0;
                failures -= parsed ? 1 : 0;
            }
        }
        double first = right[0] / (double) shown[0];
        double second = right[1] / (double) shown[1];
        return new Pairwise(
                known.size(),
                failures,
                (right[0] + right[1]) / (double) known.size(),
                strict / (double) known.size(),
                first,
                second,
                Math.abs(first - second),
                shown[0],
                shown[1]);
    }

    /** The last result that the judge states: A or B; a blank if there is none. */
    static char result(String output) {
        return RESULT.matcher(output)
                .results()
                .map((MatchResult found) -> Character.toUpperCase(found.group(1).charAt(0)))
                .reduce((before, last) -> last)
                .orElse(' ');
    }

    private static List<String> unknown(Collection<String> pairs, Set<String> found) {
        Set<String> known = Set.copyOf(pairs);
        return found.stream().filter(id -> !known.contains(id)).toList();
    }
}
