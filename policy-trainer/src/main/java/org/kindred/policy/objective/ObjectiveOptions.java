package org.kindred.policy.objective;

import org.jspecify.annotations.Nullable;
import org.kindred.options.Meaning;
import org.kindred.options.Spelling;

/** Which loss, under TRL's names. */
public record ObjectiveOptions(
        @Meaning("term of a token and aggregation") LossType lossType,
        @Meaning("ratio per token, or per completion (GSPO)")
                ImportanceLevel importanceSamplingLevel,
        @Meaning("lower clip: a ratio below 1 - epsilon earns nothing more for A below 0")
                double epsilon,
        @Meaning(
                        "upper clip, epsilon if null; for cispo the absolute bound, which must "
                                + "be given")
                @Nullable Double epsilonHigh,
        @Meaning(
                        "bound on the unclipped ratio of the clipped losses (two-sided "
                                + "clipping), null for none")
                @Nullable Double delta,
        @Meaning("multiply the KL term by the ratio, gradient included; TRL's default")
                boolean useBiasCorrectionKl,
        @Meaning(
                        "share of tokens of highest entropy that keep their policy term; 1 "
                                + "keeps all. The quantile is that of the micro-batch")
                double topEntropyQuantile,
        @Meaning(
                        "a completion of negative advantage loses its policy term once its mean "
                                + "old - lp exceeds this; null for never")
                @Nullable Double offPolicyMaskThreshold,
        @Meaning(
                        "C of truncated importance sampling: where completions were sampled in "
                                + "another precision than the loss is computed in, each token's policy "
                                + "term is multiplied by min(exp(old - sampled), C), a constant")
                double samplingRatioCap) {

    public ObjectiveOptions {
        requirePositive("epsilon", epsilon);
        if (!lossType.equals(LossType.CISPO) && epsilon >= 1) {
            throw new IllegalArgumentException(
                    "epsilon = " + epsilon + ": must be below 1, for example 0.2");
        }
        if (epsilonHigh != null) {
            requirePositive("epsilon_high", epsilonHigh);
            requireRead("epsilon_high", lossType.clipped() || lossType == LossType.CISPO, lossType);
        } else if (lossType == LossType.CISPO) {
            throw new IllegalArgumentException(
                    "epsilon_high is missing: loss_type = cispo reads it as the absolute bound of"
                            + " the ratio, for example 5.0, and epsilon is no substitute");
        }
        if (delta != null) {
            requirePositive("delta", delta);
            requireRead("delta", lossType.clipped(), lossType);
        }
        if (!(topEntropyQuantile > 0 && topEntropyQuantile <= 1)) {
            throw new IllegalArgumentException(
                    "top_entropy_quantile = "
                            + topEntropyQuantile
                            + ": must lie in (0, 1]; 1 keeps all tokens");
        }
        if (offPolicyMaskThreshold != null) {
            requirePositive("off_policy_mask_threshold", offPolicyMaskThreshold);
        }
        requirePositive("sampling_ratio_cap", samplingRatioCap);
    }

    /** Ours: DAPO's token mean, ratio per token, clip 0.2, bias-corrected KL, no masks, as TRL. */
    public static ObjectiveOptions defaults() {
        return new ObjectiveOptions(
                LossType.DAPO, ImportanceLevel.TOKEN, 0.2, null, null, true, 1, null, 2);
    }

    /** Upper border of the clip range, or CISPO's absolute bound. */
    double upperBound() {
        if (lossType == LossType.CISPO && epsilonHigh != null) {
            return epsilonHigh;
        }
        return 1 + (epsilonHigh == null ? epsilon : epsilonHigh);
    }

    double lowerBound() {
        return 1 - epsilon;
    }

    private static void requirePositive(String key, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(
                    key + " = " + value + ": must be positive and finite");
        }
    }

    private static void requireRead(String key, boolean read, LossType lossType) {
        if (!read) {
            throw new IllegalArgumentException(
                    key
                            + " with loss_type = "
                            + Spelling.of(lossType)
                            + ": this loss does not read "
                            + key
                            + "; leave it out");
        }
    }
}
