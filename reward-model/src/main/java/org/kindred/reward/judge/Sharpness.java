package org.kindred.reward.judge;

/**
 * The factor on margins that makes them the best probabilities: the maximum over s >= 0 of the mean
 * of {@code ln sigma(s * margin)}, which is concave. Priors are compared by it, since a prior that
 * ranks well must not lose because the fit's shrinkage, which is the same for all, makes its
 * margins too small or too large.
 *
 * @param factor s
 * @param logLikelihood mean ln sigma(s margin)
 */
record Sharpness(double factor, double logLikelihood) {
    private static final double HIGHEST = 100;
    private static final int HALVINGS = 60;

    static Sharpness of(double[] margins) {
        double low = 0;
        double high = HIGHEST;
        for (int step = 0; step < HALVINGS; step++) {
            double middle = (low + high) / 2;
            if (slope(margins, middle) > 0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        double factor = (low + high) / 2;
        double sum = 0;
        for (double margin : margins) {
            sum -= Vectors.softplus(-factor * margin);
        }
        return new Sharpness(factor, sum / margins.length);
    }

    /** Derivative of the sum by s: falls with s. */
    private static double slope(double[] margins, double s) {
        double slope = 0;
        for (double margin : margins) {
            slope += margin * Vectors.sigmoid(-s * margin);
        }
        return slope;
    }
}
