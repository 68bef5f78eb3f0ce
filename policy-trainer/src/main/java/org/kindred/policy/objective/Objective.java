package org.kindred.policy.objective;

import java.util.Arrays;

/**
 * A policy-gradient loss of the GRPO family and its derivatives with respect to every token's
 * log-probability and entropy.
 *
 * <pre>
 * per token   t = policy term of {@link LossType}, then off-policy mask, then entropy mask, then
 *                 times min(exp(old - sampled), C) where the sampler's numbers differ
 *             k = exp(ref - lp) - (ref - lp) - 1, times the ratio if bias-corrected
 * loss        sum over tokens of weight * (t + beta k)  -  c * sum of entropies / tokens
 * </pre>
 *
 * The KL term is masked by neither mask. Formulas follow TRL 1.13.0; recorded cases of it agree
 * within 1e-5. Deviation: divisors are those of the whole optimizer step, so cutting it into
 * micro-batches changes nothing but rounding (except for the entropy quantile, which is the
 * micro-batch's).
 */
public final class Objective {
    private final ObjectiveOptions options;
    private final Surrogate surrogate;

    /**
     * Derivatives of the loss.
     *
     * @param dLogProb [rows][tokens], 0 where the mask is false
     * @param dEntropy [rows][tokens], 0 where the mask is false
     */
    @SuppressWarnings("ArrayRecordComponent") // numbers to compute with, never compared as a value
    public record Gradient(double[][] dLogProb, double[][] dEntropy) {}

    public Objective(ObjectiveOptions options) {
        this.options = options;
        this.surrogate =
                switch (options.lossType()) {
                    case GRPO, BNPO, DR_GRPO, DAPO, LUSPO -> clipped(options);
                    case CISPO -> new Surrogate.Cispo(options.upperBound());
                    case SAPO -> new Surrogate.Sapo();
                    case VESPO -> new Surrogate.Vespo();
                };
    }

    private static Surrogate clipped(ObjectiveOptions options) {
        double delta = options.delta() == null ? Double.POSITIVE_INFINITY : options.delta();
        return new Surrogate.Clipped(options.lowerBound(), options.upperBound(), delta);
    }

    public ObjectiveOptions options() {
        return options;
    }

    /**
     * Loss and derivatives of a micro-batch.
     *
     * @param beta weight of the KL term; needs reference log-probabilities unless 0
     * @param entropyCoefficient weight of the entropy bonus
     * @param statistics collects the loss and what the metrics need
     */
    public Gradient evaluate(
            TokenRows rows,
            Divisors divisors,
            double beta,
            double entropyCoefficient,
            LossStatistics statistics) {
        double[][] reference = rows.referenceLogProbs();
        if (beta != 0 && reference == null) {
            throw new IllegalArgumentException(
                    "beta = " + beta + ": needs referenceLogProbs, which are null");
        }
        double leastEntropy = entropyThreshold(rows);
        double[][] dLogProb = new double[rows.size()][];
        double[][] dEntropy = new double[rows.size()][];
        double loss = 0;
        double bonus = 0;
        for (int i = 0; i < rows.size(); i++) {
            double[][] old = rows.oldLogProbs();
            boolean[] mask = rows.mask()[i];
            double[] entropies = rows.entropies()[i];
            Row row =
                    Row.of(
                            rows.logProbs()[i],
                            old == null ? null : old[i],
                            mask,
                            rows.advantages()[i],
                            options.importanceSamplingLevel());
            TokenTerms terms = policyTerms(row, entropies, leastEntropy);
            correctSampling(rows, i, terms, statistics);
            double[] kl = new double[mask.length];
            if (beta != 0) {
                kl = addKl(row, reference[i], beta, terms);
            }
            double weight = tokenWeight(row, divisors);
            double entropySlope = -entropyCoefficient / divisors.tokens();
            dLogProb[i] = chainRule(row, terms, weight);
            dEntropy[i] = new double[mask.length];
            statistics.addRow(row);
            for (int t = 0; t < mask.length; t++) {
                if (mask[t]) {
                    loss += weight * terms.value[t];
                    bonus += entropySlope * entropies[t];
                    dEntropy[i][t] = entropySlope;
                    statistics.addToken(kl[t], entropies[t]);
                }
            }
        }
        statistics.addLoss(loss + bonus, loss);
        return new Gradient(dLogProb, dEntropy);
    }

    private TokenTerms policyTerms(Row row, double[] entropies, double leastEntropy) {
        TokenTerms terms = new TokenTerms(row.mask().length);
        surrogate.fill(row, terms);
        Double threshold = options.offPolicyMaskThreshold();
        double meanDrop = -row.logRatioSum() / Math.max(1, row.tokens());
        if (threshold != null && row.advantage() < 0 && meanDrop > threshold) {
            terms.dropAll();
        }
        for (int t = 0; t < entropies.length; t++) {
            if (entropies[t] < leastEntropy) {
                terms.drop(t);
            }
        }
        return terms;
    }

    /**
     * Truncated importance sampling: what was sampled from slightly another distribution counts by
     * how likely the policy would have sampled it, up to a cap.
     */
    private void correctSampling(
            TokenRows rows, int i, TokenTerms terms, LossStatistics statistics) {
        double[][] sampled = rows.sampledLogProbs();
        if (sampled == null) {
            return;
        }
        double[][] old = rows.oldLogProbs() == null ? rows.logProbs() : rows.oldLogProbs();
        for (int t = 0; t < sampled[i].length; t++) {
            if (rows.mask()[i][t]) {
                double difference = old[i][t] - sampled[i][t];
                double weight = Math.min(Math.exp(difference), options.samplingRatioCap());
                terms.scale(t, weight);
                statistics.addSampled(difference, weight);
            }
        }
    }

    /** Adds beta * k to the terms; returns k per token. */
    private double[] addKl(Row row, double[] reference, double beta, TokenTerms terms) {
        double[] kl = new double[reference.length];
        for (int t = 0; t < kl.length; t++) {
            if (!row.mask()[t]) {
                continue;
            }
            double gap = reference[t] - row.logProbs()[t];
            double divergence = Math.exp(gap) - gap - 1;
            double slope = 1 - Math.exp(gap);
            double ratio = options.useBiasCorrectionKl() ? row.ratios()[t] : 1;
            kl[t] = divergence * ratio;
            terms.value[t] += beta * kl[t];
            terms.direct[t] += beta * slope * ratio;
            terms.viaLogRatio[t] += options.useBiasCorrectionKl() ? beta * kl[t] : 0;
        }
        return kl;
    }

    /** What a counted token of the row weighs in the loss. */
    private double tokenWeight(Row row, Divisors divisors) {
        return switch (options.lossType()) {
            case GRPO, SAPO -> 1 / (divisors.rows() * Math.max(1, row.tokens()));
            case BNPO -> 1 / divisors.tokens();
            case DR_GRPO -> 1 / (divisors.rows() * divisors.maxCompletionLength());
            case DAPO, CISPO, VESPO -> 1 / divisors.items();
            case LUSPO -> 1 / divisors.rows();
        };
    }

    private double[] chainRule(Row row, TokenTerms terms, double weight) {
        double[] dLogProb = new double[row.mask().length];
        boolean perRow = options.importanceSamplingLevel() == ImportanceLevel.SEQUENCE;
        double shared = 0;
        for (int t = 0; t < dLogProb.length; t++) {
            shared += perRow && row.mask()[t] ? terms.viaLogRatio[t] / row.tokens() : 0;
        }
        for (int t = 0; t < dLogProb.length; t++) {
            if (row.mask()[t]) {
                double viaRatio = perRow ? shared : terms.viaLogRatio[t];
                dLogProb[t] = weight * (terms.direct[t] + viaRatio);
            }
        }
        return dLogProb;
    }

    /** The (1 - q) quantile of counted entropies, linear interpolation; -infinity if q is 1. */
    private double entropyThreshold(TokenRows rows) {
        int tokens = rows.tokens();
        if (options.topEntropyQuantile() == 1 || tokens == 0) {
            return Double.NEGATIVE_INFINITY;
        }
        double[] counted = new double[tokens];
        int next = 0;
        for (int i = 0; i < rows.size(); i++) {
            for (int t = 0; t < rows.mask()[i].length; t++) {
                if (rows.mask()[i][t]) {
                    counted[next++] = rows.entropies()[i][t];
                }
            }
        }
        Arrays.sort(counted);
        double place = (1 - options.topEntropyQuantile()) * (tokens - 1);
        double nearest = Math.rint(place);
        if (Math.abs(place - nearest) < 1e-9) {
            return counted[(int) nearest]; // rounding of 1 - q must not cut the border token
        }
        int below = (int) place;
        return counted[below] + (place - below) * (counted[below + 1] - counted[below]);
    }
}
