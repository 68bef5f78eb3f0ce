package org.kindred.policy.objective;

/** Policy term of every token of a completion; formulas as TRL 1.13 has them. */
sealed interface Surrogate {
    void fill(Row row, TokenTerms terms);

    /** {@code -min(min(r, delta) A, clip(r, low, high) A)}; arXiv 1707.06347, 2402.03300. */
    record Clipped(double low, double high, double delta) implements Surrogate {
        @Override
        public void fill(Row row, TokenTerms terms) {
            double advantage = row.advantage();
            for (int t = 0; t < row.mask().length; t++) {
                double ratio = row.ratios()[t];
                double unclipped = Math.min(ratio, delta) * advantage;
                double clipped = Math.max(low, Math.min(high, ratio)) * advantage;
                boolean flat = unclipped <= clipped ? ratio > delta : ratio < low || ratio > high;
                terms.value[t] = -Math.min(unclipped, clipped);
                terms.viaLogRatio[t] = flat ? 0 : -ratio * advantage;
            }
        }
    }

    /** {@code -stop(min(r, bound)) A lp}; arXiv 2506.13585. */
    record Cispo(double bound) implements Surrogate {
        @Override
        public void fill(Row row, TokenTerms terms) {
            for (int t = 0; t < row.mask().length; t++) {
                double slope = -Math.min(row.ratios()[t], bound) * row.advantage();
                terms.value[t] = slope * row.logProbs()[t];
                terms.direct[t] = slope;
            }
        }
    }

    /** {@code -sigmoid(tau (r - 1)) 4 / tau A}: a soft gate instead of a clip. */
    record Sapo() implements Surrogate {
        private static final double TAU_POSITIVE = 1.0;
        private static final double TAU_NEGATIVE = 1.05;

        @Override
        public void fill(Row row, TokenTerms terms) {
            double advantage = row.advantage();
            double tau = advantage > 0 ? TAU_POSITIVE : TAU_NEGATIVE;
            for (int t = 0; t < row.mask().length; t++) {
                double ratio = row.ratios()[t];
                double gate = 1 / (1 + Math.exp(-tau * (ratio - 1)));
                terms.value[t] = -gate * 4 / tau * advantage;
                terms.viaLogRatio[t] = -4 * gate * (1 - gate) * ratio * advantage;
            }
        }
    }

    /** {@code -stop(phi) A lp}, phi by {@link #weight}. */
    record Vespo() implements Surrogate {
        private static final double LARGEST_LOG = 20;
        private static final double SMALLEST_LOG = Math.log(1e-8);

        @Override
        public void fill(Row row, TokenTerms terms) {
            double slope = -weight(row) * row.advantage();
            for (int t = 0; t < row.mask().length; t++) {
                terms.value[t] = slope * row.logProbs()[t];
                terms.direct[t] = slope;
            }
        }

        /**
         * {@code phi = exp(l + k ln w - l w)} with w the ratio of the whole sequence, bounded; (k,
         * l) = (2, 3) for A at least 0, else (3, 2).
         */
        static double weight(Row row) {
            double sum = 0;
            for (int t = 0; t < row.mask().length; t++) {
                double logRatio = row.logRatios()[t];
                sum += row.mask()[t] ? Math.max(-LARGEST_LOG, Math.min(LARGEST_LOG, logRatio)) : 0;
            }
            double logWeight = Math.max(SMALLEST_LOG, Math.min(LARGEST_LOG, sum));
            double k = row.advantage() >= 0 ? 2 : 3;
            double l = row.advantage() >= 0 ? 3 : 2;
            return Math.exp(l + k * logWeight - l * Math.exp(logWeight));
        }
    }
}
