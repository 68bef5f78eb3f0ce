package org.kindred.reward.prototype;

/**
 * AdamW (Loshchilov and Hutter, arXiv 1711.05101) with beta 0.9 and 0.999, epsilon 1e-8, decoupled
 * weight decay, bias correction; state of one array of parameters.
 */
final class AdamW {
    private static final double BETA_1 = 0.9;
    private static final double BETA_2 = 0.999;
    private static final double EPSILON = 1e-8;

    private final double learningRate;
    private final double weightDecay;
    private final double[] mean;
    private final double[] square;
    private int steps;

    AdamW(int size, double learningRate, double weightDecay) {
        this.learningRate = learningRate;
        this.weightDecay = weightDecay;
        mean = new double[size];
        square = new double[size];
    }

    void step(double[] parameters, double[] gradient) {
        steps++;
        double first = 1 - Math.pow(BETA_1, steps);
        double second = 1 - Math.pow(BETA_2, steps);
        for (int i = 0; i < parameters.length; i++) {
            mean[i] = BETA_1 * mean[i] + (1 - BETA_1) * gradient[i];
            square[i] = BETA_2 * square[i] + (1 - BETA_2) * gradient[i] * gradient[i];
            parameters[i] -=
                    learningRate
                            * (weightDecay * parameters[i]
                                    + mean[i] / first / (Math.sqrt(square[i] / second) + EPSILON));
        }
    }
}
