package org.kindred.policy.advantage;

/**
 * What a group's history knows of the spread inside and between its prompts; the state of the
 * shrinkage estimator.
 *
 * <pre>
 * per prompt visit with rewards r_1..r_G of mean m
 *   K += 1; d = m - mu; mu += d / K; M2b += d * (m - mu); M2w += sum (r_i - m)^2; df += G - 1; h += 1 / G
 * sigma2_w = M2w / df
 * tau2     = max(0, M2b / (K - 1) - sigma2_w * h / K)
 * w(G)     = tau2 / (tau2 + sigma2_w / (G - 1)); 0 if both are 0; 1 while K &lt; 2
 * </pre>
 *
 * @param means moments of the prompt means: K, mu, M2b
 * @param withinSquares M2w
 * @param freedom df, the degrees of freedom behind {@code withinSquares}
 * @param inverseSizes h
 * @param spreads how the spreads of prompts differ
 */
public record PromptMoments(
        Moments means,
        double withinSquares,
        double freedom,
        double inverseSizes,
        LogSpreads spreads) {

    /** No prompt seen. */
    public static final PromptMoments EMPTY =
            new PromptMoments(Moments.EMPTY, 0, 0, 0, LogSpreads.EMPTY);

    public PromptMoments {
        double sum = withinSquares + freedom + inverseSizes;
        if (!(withinSquares >= 0)
                || !(freedom >= 0)
                || !(inverseSizes >= 0)
                || !Double.isFinite(sum)) {
            throw new IllegalArgumentException(
                    "withinSquares = "
                            + withinSquares
                            + ", freedom = "
                            + freedom
                            + ", inverseSizes = "
                            + inverseSizes
                            + ": must be finite and at least 0");
        }
    }

    /** With one more visit of a prompt. */
    public PromptMoments plus(double... rewards) {
        Moments prompt = Moments.of(rewards);
        return new PromptMoments(
                means.plus(prompt.mean()),
                withinSquares + prompt.squares(),
                freedom + rewards.length - 1,
                inverseSizes + 1.0 / rewards.length,
                spreads.plus(prompt.squares(), rewards.length));
    }

    /** Of both sets of visits together. */
    public PromptMoments merge(PromptMoments other) {
        return new PromptMoments(
                means.merge(other.means),
                withinSquares + other.withinSquares,
                freedom + other.freedom,
                inverseSizes + other.inverseSizes,
                spreads.merge(other.spreads));
    }

    /** Every visit with {@code factor} of its weight. */
    public PromptMoments times(double factor) {
        return new PromptMoments(
                means.times(factor),
                withinSquares * factor,
                freedom * factor,
                inverseSizes * factor,
                spreads.times(factor));
    }

    /** Harmonic mean of the number of completions per visit; 0 if there was none. */
    public double typicalSize() {
        return inverseSizes > 0 ? means.count() / inverseSizes : 0;
    }

    /** Fewer than two visits: nothing is known of the spread between prompts. */
    public boolean coldStart() {
        return means.count() < 2;
    }

    /** Variance of rewards inside one prompt; 0 while nothing was seen. */
    public double withinVariance() {
        return freedom > 0 ? withinSquares / freedom : 0;
    }

    /** Variance of the true means of prompts, freed of the noise of their estimates. */
    public double betweenVariance() {
        if (coldStart()) {
            return 0;
        }
        double visits = means.count();
        double noise = withinVariance() * inverseSizes / visits;
        return Math.max(0, means.squares() / (visits - 1) - noise);
    }

    /**
     * How far the baseline of a completion follows its own prompt (1) rather than the group (0).
     *
     * @param size scored completions of the prompt, above 1
     */
    public double ownWeight(double size) {
        if (coldStart()) {
            return 1;
        }
        double between = betweenVariance();
        return between == 0 ? 0 : between / (between + withinVariance() / (size - 1));
    }
}
