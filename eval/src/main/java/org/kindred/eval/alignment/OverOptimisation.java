package org.kindred.eval.alignment;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Contrast;
import org.kindred.eval.stats.Effect;
import org.kindred.eval.stats.Interval;

/**
 * How much of a policy's gain in reward a second judge sees, which was fitted on other choices.
 * What only the rewarding judge sees was bought by pleasing that judge: over-optimisation (Gao et
 * al., arXiv 2210.10760).
 *
 * <p>Both judges' scores are standardised, {@code (score - mean) / standard deviation} over the
 * start policy's completions, so that their scales compare. Completions that one of them left
 * unscored are left out of both.
 *
 * @param users with completions that both judges scored, of the policy and of the start
 * @param rewardGain mean gain over the start's completion of the same prompt, by the rewarding
 *     judge
 * @param evaluationGain likewise by the evaluating judge
 * @param gap first minus second; positive if the policy pleases its own judge more than the other
 * @param p of a paired permutation test over users that the gap is zero
 * @param holm p adjusted over the groups; of all groups together as it is
 */
public record OverOptimisation(
        String policy,
        String group,
        int users,
        int completions,
        Interval rewardGain,
        Interval evaluationGain,
        Interval gap,
        double p,
        @JsonProperty("p_holm") double holm,
        Effect effect,
        String sentence) {

    /**
     * @param policies the first is the start of the others
     * @param draws bootstrap resamples of users, and sign patterns of tests
     * @return all groups, then each, of every policy but the start; empty if the start has no two
     *     completions with different scores by each judge
     */
    public static List<OverOptimisation> of(
            List<Sample> samples, List<String> policies, int draws, SeedTree seeds) {
        Bootstrap bootstrap = new Bootstrap(draws, seeds.child("bootstrap"));
        Contrast.Maker maker = new Contrast.Maker(draws, seeds);
        List<Sample> scored =
                samples.stream()
                        .filter(s -> Double.isFinite(s.reward()) && Double.isFinite(s.evaluation()))
                        .toList();
        String start = policies.get(0);
        double reward = deviation(scored, start, Sample::reward);
        double evaluation = deviation(scored, start, Sample::evaluation);
        List<OverOptimisation> rows = new ArrayList<>();
        if (!(reward > 0 && evaluation > 0)) {
            return rows; // without a spread there is no scale
        }
        for (String policy : policies.subList(1, policies.size())) {
            List<Sample> gains =
                    SamplePair.of(scored, policy, start).stream()
                            .map(SamplePair::difference)
                            .toList();
            ToDoubleFunction<Sample> rewarded = gain -> gain.reward() / reward;
            ToDoubleFunction<Sample> evaluated = gain -> gain.evaluation() / evaluation;
            if (gains.isEmpty()) {
                continue;
            }
            Slice.contrasts(
                    Slice.of(gains, gain -> Alignment.ALL, Sample::group),
                    Sample::userId,
                    gain -> rewarded.applyAsDouble(gain) - evaluated.applyAsDouble(gain),
                    maker,
                    (slice, contrast) ->
                            rows.add(
                                    row(
                                            policy,
                                            start,
                                            slice,
                                            mean(slice, rewarded, bootstrap),
                                            mean(slice, evaluated, bootstrap),
                                            contrast)));
        }
        return rows;
    }

    private static OverOptimisation row(
            String policy,
            String start,
            Slice<Sample> slice,
            Interval rewarded,
            Interval evaluated,
            Contrast contrast) {
        String where = Slice.words(Alignment.ALL, slice.group());
        String sentence =
                String.format(
                        Locale.ROOT,
                        "%s%s gained %+.2f over %s by the judge that rewarded it and %+.2f by the evaluating judge, in standard deviations of %s's scores: the gap of %+.2f (95 %% interval %+.2f to %+.2f) %s.",
                        where.isEmpty() ? "" : "On " + where + ", ",
                        policy,
                        rewarded.mean(),
                        start,
                        evaluated.mean(),
                        start,
                        contrast.difference().mean(),
                        contrast.difference().low(),
                        contrast.difference().high(),
                        switch (contrast.verdict()) {
                            case Contrast.BETTER -> "is over-optimisation";
                            case Contrast.WORSE -> "says that the evaluating judge sees more gain";
                            default -> "is not distinguishable from none";
                        });
        return new OverOptimisation(
                policy,
                slice.group(),
                (int) slice.rows().stream().map(Sample::userId).distinct().count(),
                slice.rows().size(),
                rewarded,
                evaluated,
                contrast.difference(),
                contrast.p(),
                contrast.holm(),
                contrast.effect(),
                sentence);
    }

    private static Interval mean(
            Slice<Sample> slice, ToDoubleFunction<Sample> value, Bootstrap bootstrap) {
        return bootstrap.mean(Bootstrap.clusters(slice.rows(), Sample::userId, value));
    }

    /** Of the start's scores; NaN if they are all alike, since then there is no scale. */
    private static double deviation(
            List<Sample> samples, String policy, ToDoubleFunction<Sample> score) {
        double[] scores =
                samples.stream()
                        .filter(s -> s.policy().equals(policy))
                        .mapToDouble(score)
                        .toArray();
        double mean = Arrays.stream(scores).average().orElse(Double.NaN);
        double squares = Arrays.stream(scores).map(s -> (s - mean) * (s - mean)).sum();
        return squares == 0 ? Double.NaN : Math.sqrt(squares / (scores.length - 1));
    }
}
