package org.kindred.policy.objective;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Sums behind the metrics of a loss, over any number of micro-batches; {@link #metrics} gives TRL's
 * names.
 */
public final class LossStatistics {
    private final ObjectiveOptions options;
    private double loss;
    private double policyLoss;
    private double klSum;
    private double entropySum;
    private double lowSum;
    private double highSum;
    private double weightSum;
    private double ratioCount;
    private double lowMin = Double.POSITIVE_INFINITY;
    private double highMax = Double.NEGATIVE_INFINITY;
    private long tokens;
    private long rows;
    private long sampledTokens;
    private double sampledWeightSum;
    private double sampledWeightMin = Double.POSITIVE_INFINITY;
    private double sampledWeightMax;
    private double sampledGapSum;
    private double sampledGapMax;

    public LossStatistics(ObjectiveOptions options) {
        this.options = options;
    }

    void addLoss(double lossPart, double policyLossPart) {
        loss += lossPart;
        policyLoss += policyLossPart;
    }

    void addToken(double kl, double entropy) {
        tokens++;
        klSum += kl;
        entropySum += entropy;
    }

    /**
     * Counts a token that was sampled with other numbers: log old - log sampled, and its weight.
     */
    void addSampled(double difference, double weight) {
        sampledTokens++;
        sampledWeightSum += weight;
        sampledWeightMin = Math.min(sampledWeightMin, weight);
        sampledWeightMax = Math.max(sampledWeightMax, weight);
        sampledGapSum += Math.abs(difference);
        sampledGapMax = Math.max(sampledGapMax, Math.abs(difference));
    }

    /** Counts ratios beyond the bounds: per token, or once for a row that has one ratio. */
    void addRow(Row row) {
        rows++;
        weightSum += options.lossType() == LossType.VESPO ? Surrogate.Vespo.weight(row) : 0;
        boolean perRow = options.importanceSamplingLevel() == ImportanceLevel.SEQUENCE;
        int low = 0;
        int high = 0;
        int counted = 0;
        for (int t = 0; t < row.mask().length && !(perRow && counted == 1); t++) {
            if (row.mask()[t] || perRow) {
                counted++;
                low += row.ratios()[t] < options.lowerBound() && row.advantage() < 0 ? 1 : 0;
                high += row.ratios()[t] > options.upperBound() && row.advantage() > 0 ? 1 : 0;
            }
        }
        lowSum += low;
        highSum += high;
        ratioCount += counted;
        if (row.tokens() > 0) {
            lowMin = Math.min(lowMin, (double) low / counted);
            highMax = Math.max(highMax, (double) high / counted);
        }
    }

    /** Loss so far, entropy bonus included. */
    public double loss() {
        return loss;
    }

    /** Tokens counted so far. */
    public long tokens() {
        return tokens;
    }

    /**
     * TRL's names. {@code kl} only with a KL term; clip ratios by loss type; means over tokens.
     *
     * @param beta weight of the KL term
     * @param entropyCoefficient weight of the entropy bonus
     */
    public Map<String, Double> metrics(double beta, double entropyCoefficient) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("loss", loss);
        metrics.put("policy_loss", policyLoss);
        if (entropyCoefficient != 0) {
            metrics.put("entropy_coef", entropyCoefficient);
        }
        double counted = Math.max(1, tokens);
        if (beta != 0) {
            metrics.put("kl", klSum / counted);
        }
        metrics.put("entropy", entropySum / counted);
        double ratios = Math.max(1, ratioCount);
        if (options.lossType().clipped()) {
            metrics.put("clip_ratio/low_mean", lowSum / ratios);
            metrics.put("clip_ratio/high_mean", highSum / ratios);
            metrics.put("clip_ratio/region_mean", (lowSum + highSum) / ratios);
            metrics.put("clip_ratio/low_min", Double.isInfinite(lowMin) ? 0 : lowMin);
            metrics.put("clip_ratio/high_max", Double.isInfinite(highMax) ? 0 : highMax);
        } else if (options.lossType() == LossType.CISPO) {
            metrics.put("cispo_clip_ratio", highSum / ratios);
        } else if (options.lossType() == LossType.VESPO) {
            metrics.put("vespo/phi_seq_mean", weightSum / Math.max(1, rows));
        }
        if (sampledTokens > 0) {
            metrics.put("sampling/sampling_logp_difference/mean", sampledGapSum / sampledTokens);
            metrics.put("sampling/sampling_logp_difference/max", sampledGapMax);
            metrics.put("sampling/importance_sampling_ratio/min", sampledWeightMin);
            metrics.put(
                    "sampling/importance_sampling_ratio/mean", sampledWeightSum / sampledTokens);
            metrics.put("sampling/importance_sampling_ratio/max", sampledWeightMax);
        }
        return metrics;
    }
}
