package org.kindred.eval.winrate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.alignment.Sample;
import org.kindred.eval.alignment.SamplePair;
import org.kindred.eval.alignment.WinRate;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Contrast;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.OpenJudge;
import org.kindred.reward.judges.RewardData;
import org.kindred.reward.judges.RewardOptions;

/**
 * Completions of policies compared pair by pair by a judge that reads two of them in both orders.
 *
 * @param by name of the judge
 * @param rates of every pair of policies, of all users and then of each group
 * @param judged every pair, without texts
 * @param lonely completions left out since another policy did not answer the prompt
 * @param notes what happened to the judge's calls, in sentences
 */
public record WinRates(
        String by, List<WinRate> rates, List<Judged> judged, int lonely, List<String> notes) {

    /**
     * Asks a judge; each policy is compared with all before it.
     *
     * @param prompts texts of the prompts by the ids that samples name them by
     * @param data the users' past choices
     * @param cacheFile answers of a language model, so that a second run does not ask again
     * @param draws bootstrap resamples of users, and sign patterns of tests
     * @throws KindredException if two policies answered no prompt in common, or the rubric judge
     *     has no choices to be fitted to
     */
    public static WinRates of(
            List<Sample> samples,
            List<String> policies,
            Map<String, String> prompts,
            JudgeSpec spec,
            RewardData data,
            RewardOptions options,
            Path cacheFile,
            int draws,
            SeedTree seeds,
            Progress progress) {
        Map<List<String>, List<SamplePair>> comparisons = comparisons(samples, policies);
        if (spec instanceof JudgeSpec.Embedded && data.training().isEmpty()) {
            throw new KindredException(
                    "judge = rubric: it is fitted to choices, and none are known; name a canonical"
                            + " folder with --data, or a language model with --judge");
        }
        long total = comparisons.values().stream().mapToInt(List::size).sum();
        progress.stage("judge", total + " pairs, each in both orders, by " + spec.label());
        SeedTree own = seeds.child("win-rates");
        Bootstrap bootstrap = new Bootstrap(draws, own.child("bootstrap"));
        Contrast.Maker contrasts = new Contrast.Maker(draws, own);
        List<Judged> judged = new ArrayList<>();
        List<WinRate> rates = new ArrayList<>();
        int lonely = 0;
        List<String> notes;
        try (OpenJudge at = new OpenJudge(spec, data, options, cacheFile, seeds.child("judge"))) {
            at.telling(progress).probe(OpenJudge.Form.PAIRS);
            ChainWriter writer = at.oneOrder();
            PairJudge judge =
                    new PairJudge(
                            writer,
                            data.contextsOf(options.mostShots()),
                            prompts,
                            writer.threads());
            for (Map.Entry<List<String>, List<SamplePair>> entry : comparisons.entrySet()) {
                List<String> names = entry.getKey();
                int from = judged.size();
                judge.judge(
                        entry.getValue(),
                        one -> {
                            judged.add(one);
                            progress.step(judged.size(), total, "pairs");
                        });
                rates.addAll(
                        new WinRate.Counting(names.get(0), names.get(1), spec.label())
                                .rates(
                                        judged.subList(from, judged.size()).stream()
                                                .map(Judged::verdict)
                                                .toList(),
                                        contrasts,
                                        bootstrap));
                lonely +=
                        (int) samples.stream().filter(s -> names.contains(s.policy())).count()
                                - 2 * entry.getValue().size();
            }
            notes = at.notes();
        }
        return new WinRates(spec.label(), rates, judged, lonely, notes);
    }

    /** Each policy with all before it. */
    private static Map<List<String>, List<SamplePair>> comparisons(
            List<Sample> samples, List<String> policies) {
        Map<List<String>, List<SamplePair>> comparisons = new LinkedHashMap<>();
        for (int i = 0; i < policies.size(); i++) {
            for (int j = 0; j < i; j++) {
                List<String> names = List.of(policies.get(i), policies.get(j));
                List<SamplePair> pairs = SamplePair.of(samples, names.get(0), names.get(1));
                if (pairs.isEmpty()) {
                    throw new KindredException(
                            names.get(0)
                                    + " and "
                                    + names.get(1)
                                    + " answered no prompt in common: pairs are lines with the same"
                                    + " id, or completions of runs on the same data");
                }
                comparisons.put(names, pairs);
            }
        }
        return comparisons;
    }

    /** False if the judge gave no verdict at all. */
    public boolean anyVerdict() {
        return judged.stream().anyMatch(one -> one.failure() == null);
    }

    /** What was judged and what was not, for people. */
    public String summary() {
        Map<String, Integer> failures = new TreeMap<>();
        judged.stream()
                .filter(one -> one.failure() != null)
                .forEach(one -> failures.merge(one.failure(), 1, Integer::sum));
        int failed = failures.values().stream().mapToInt(Integer::intValue).sum();
        return judged.size()
                + " pairs of "
                + judged.stream().map(Judged::userId).distinct().count()
                + " users by "
                + by
                + ", "
                + judged.stream().mapToLong(Judged::tokens).sum()
                + " tokens; "
                + (failed == 0 ? "none" : failed + " " + failures)
                + " without a verdict"
                + (lonely == 0 ? "" : "; " + lonely + " completions without a partner left out");
    }
}
