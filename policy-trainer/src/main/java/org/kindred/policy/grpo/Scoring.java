package org.kindred.policy.grpo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.kindred.datasets.KindredException;
import org.kindred.policy.advantage.PromptScores;

/**
 * Outcomes of all reward functions over a rollout.
 *
 * @param prompts scores by function, NaN where there is none
 * @param scored judgements that count
 * @param abstained judgements that were declined
 * @param failed judgements that went wrong
 * @param metrics {@code judge/NAME}: what the functions tell of how they came to their scores
 */
record Scoring(
        List<PromptScores> prompts,
        int scored,
        int abstained,
        int failed,
        Map<String, Double> metrics) {
    private static final Pattern CODE =
            Pattern.compile("[A-Z][A-Z0-9_]{1,40}(?:\\([A-Za-z0-9_ %]{1,60}\\))?");

    /**
     * Puts the answers of all functions together.
     *
     * @param judgements [prompts][functions]
     * @param maxFailedShare of judgements; above it the run stops, since what is left may be a
     *     biased sample
     */
    static Scoring of(
            Rollout rollout,
            List<RewardSource> sources,
            List<List<Judgement>> judgements,
            double maxFailedShare) {
        List<PromptScores> prompts = new ArrayList<>();
        int[] counts = new int[3];
        Map<String, Integer> reasons = new TreeMap<>();
        for (int j = 0; j < rollout.prompts().size(); j++) {
            PolicyPrompt prompt = rollout.prompts().get(j);
            double[][] scores = new double[sources.size()][];
            for (int f = 0; f < scores.length; f++) {
                List<ScoreOutcome> answers = judgements.get(j).get(f).outcomes();
                requireOneEach(
                        sources.get(f), prompt, answers.size(), rollout.texts().get(j).size());
                scores[f] = scores(answers, counts, reasons);
            }
            prompts.add(new PromptScores(prompt.id(), prompt.group(), prompt.user(), scores));
        }
        Scoring scoring =
                new Scoring(prompts, counts[0], counts[1], counts[2], metrics(sources, judgements));
        scoring.requireFewFailures(maxFailedShare, reasons);
        return scoring;
    }

    /** A name that two functions have is told apart by the function's. */
    private static Map<String, Double> metrics(
            List<RewardSource> sources, List<List<Judgement>> judgements) {
        Map<String, Double> metrics = new TreeMap<>();
        for (int f = 0; f < sources.size(); f++) {
            Map<String, Double> sums = new TreeMap<>();
            for (List<Judgement> ofPrompt : judgements) {
                ofPrompt.get(f).counts().forEach((name, n) -> sums.merge(name, n, Double::sum));
            }
            RewardSource source = sources.get(f);
            source.function()
                    .metrics(sums)
                    .forEach(
                            (name, value) -> {
                                if (metrics.putIfAbsent("judge/" + name, value) != null) {
                                    metrics.put("judge/" + source.name() + "/" + name, value);
                                }
                            });
        }
        return metrics;
    }

    private static void requireOneEach(
            RewardSource source, PolicyPrompt prompt, int answers, int completions) {
        if (answers != completions) {
            throw new KindredException(
                    "Reward "
                            + source.name()
                            + " gave "
                            + answers
                            + " outcomes for the "
                            + completions
                            + " completions of prompt "
                            + prompt.id()
                            + "; it must give one each");
        }
    }

    private static double[] scores(
            List<ScoreOutcome> outcomes, int[] counts, Map<String, Integer> reasons) {
        double[] scores = new double[outcomes.size()];
        Arrays.fill(scores, Double.NaN);
        for (int i = 0; i < scores.length; i++) {
            ScoreOutcome outcome = outcomes.get(i);
            if (outcome instanceof ScoreOutcome.Scored scored) {
                scores[i] = scored.value();
                counts[0]++;
            } else {
                counts[outcome instanceof ScoreOutcome.Abstained ? 1 : 2]++;
                if (outcome instanceof ScoreOutcome.Failed failure) {
                    reasons.merge(code(failure.reason()), 1, Integer::sum);
                }
            }
        }
        return scores;
    }

    /** A reason in the form of codes, such as HTTP_400; other words may quote a text. */
    private static String code(String reason) {
        return CODE.matcher(reason).matches() ? reason : "other reasons";
    }

    private void requireFewFailures(double maxFailedShare, Map<String, Integer> reasons) {
        int all = scored + abstained + failed;
        if (failed > maxFailedShare * all) {
            throw new KindredException(
                    String.format(
                            Locale.ROOT,
                            "%d of %d judgements of this step failed (%.1f %%; %s), the limit"
                                    + " max_failed_share is %.1f %%; check the judge, or allow more, then resume",
                            failed,
                            all,
                            100.0 * failed / all,
                            reasons,
                            100 * maxFailedShare));
        }
    }
}
