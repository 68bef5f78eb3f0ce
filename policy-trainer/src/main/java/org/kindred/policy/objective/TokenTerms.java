package org.kindred.policy.objective;

/**
 * Terms of one completion's tokens with their derivatives, in two parts: through the log-ratio,
 * which under {@link ImportanceLevel#SEQUENCE} belongs to the whole row, and directly in the
 * token's own log-probability.
 */
final class TokenTerms {
    final double[] value;
    final double[] viaLogRatio;
    final double[] direct;

    TokenTerms(int length) {
        value = new double[length];
        viaLogRatio = new double[length];
        direct = new double[length];
    }

    void drop(int token) {
        scale(token, 0);
    }

    /** Multiplies the term of a token by a constant. */
    void scale(int token, double factor) {
        value[token] *= factor;
        viaLogRatio[token] *= factor;
        direct[token] *= factor;
    }

    void dropAll() {
        for (int token = 0; token < value.length; token++) {
            drop(token);
        }
    }
}
