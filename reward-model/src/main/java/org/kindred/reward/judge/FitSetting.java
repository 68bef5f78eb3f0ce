package org.kindred.reward.judge;

/**
 * One value of each option of a fit.
 *
 * @param kernel parts of a text
 * @param axes number of shared axes
 * @param penalty ridge penalty on the mean taste
 * @param axisFactor penalty on the axes, in multiples of {@code penalty}
 * @param ratingWeight precision of a standardised rating difference; 0 reads choices alone
 */
public record FitSetting(
        KernelWeights kernel, int axes, double penalty, double axisFactor, double ratingWeight) {

    double axisPenalty() {
        return axisFactor * penalty;
    }

    FitSetting withKernel(KernelWeights other) {
        return new FitSetting(other, axes, penalty, axisFactor, ratingWeight);
    }

    FitSetting withAxes(int other) {
        return new FitSetting(kernel, other, penalty, axisFactor, ratingWeight);
    }

    FitSetting withPenalty(double other) {
        return new FitSetting(kernel, axes, other, axisFactor, ratingWeight);
    }

    FitSetting withAxisFactor(double other) {
        return new FitSetting(kernel, axes, penalty, other, ratingWeight);
    }

    FitSetting withRatingWeight(double other) {
        return new FitSetting(kernel, axes, penalty, axisFactor, other);
    }
}
