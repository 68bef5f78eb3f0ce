package org.kindred.reward.prototype;

import java.util.List;
import java.util.SplittableRandom;
import org.kindred.datasets.SeedTree;

/**
 * History-aware attentive refinement of prototypes (P-GenRM, arXiv 2602.12116, Eq. 4-7): loss and
 * gradient of one sample. For prototype a, query q, pair (y+, y-) and past triples tau, all of
 * dimension d:
 *
 * <pre>
 * o_tau = tanh(W [q_tau ; y+_tau - y-_tau] + b)
 * l_tau = (o_tau . q + rho o_tau . a) / sqrt(d)          PAPER; CODE has rho on the query's term
 * v     = sum_tau softmax(l)_tau o_tau                   0 without history
 * z     = a + lambda_q W_q q + lambda_s W_s v
 * L     = ln(1 + exp(-(z . y+ - z . y-))) + lambda_cent |a - mu|^2 + lambda_tr |a - p|^2
 * </pre>
 *
 * Parameters are one array: W {@code [d][2d]}, b {@code [d]}, W_q {@code [d][d]}, W_s {@code
 * [d][d]}.
 */
final class Refinement {
    private final RefinementOptions options;
    private final int d;
    private final int biasAt;
    private final int queryAt;
    private final int historyAt;

    Refinement(RefinementOptions options, int dimensions) {
        this.options = options;
        d = dimensions;
        biasAt = 2 * d * d;
        queryAt = biasAt + d;
        historyAt = queryAt + d * d;
    }

    /**
     * One choice in the space of embeddings.
     *
     * @param query of the prompt
     * @param difference of chosen and rejected response
     */
    record Choice(double[] query, double[] difference) {}

    /**
     * What came out of one sample.
     *
     * @param attention weight of each past choice
     * @param refined z
     * @param margin z . y+ - z . y-
     * @param pair loss of the pair alone
     * @param loss with both regularisers
     */
    record Result(double[] attention, double[] refined, double margin, double pair, double loss) {}

    int size() {
        return historyAt + d * d;
    }

    /** Uniform in +-1/sqrt(fan in), bias 0. */
    double[] initial(SeedTree seeds) {
        SplittableRandom random = seeds.random();
        double[] parameters = new double[size()];
        for (int i = 0; i < parameters.length; i++) {
            double bound = 1 / Math.sqrt(i < biasAt ? 2 * d : d);
            boolean bias = i >= biasAt && i < queryAt;
            parameters[i] = bias ? 0 : random.nextDouble(-bound, bound);
        }
        return parameters;
    }

    /**
     * Loss of one sample; adds its gradient.
     *
     * @param centre mu, mean of the cell
     * @param previous p, the prototype before the last step
     * @param gradient added to, of {@link #size()}; null for the loss alone
     * @param prototypeGradient added to, of d
     */
    Result sample(
            double[] parameters,
            double[] prototype,
            double[] centre,
            double[] previous,
            Choice target,
            List<Choice> history,
            double[] gradient,
            double[] prototypeGradient) {
        double queryWeight =
                options.attention() == RefinementOptions.Attention.PAPER ? 1 : options.rho();
        double ownWeight =
                options.attention() == RefinementOptions.Attention.PAPER ? options.rho() : 1;
        double[] direction = new double[d]; // what o_tau is attended by
        for (int i = 0; i < d; i++) {
            direction[i] =
                    (queryWeight * target.query[i] + ownWeight * prototype[i]) / Math.sqrt(d);
        }
        int past = history.size();
        double[][] o = new double[past][];
        double[] attention = new double[past];
        for (int tau = 0; tau < past; tau++) {
            o[tau] = hidden(parameters, history.get(tau));
            attention[tau] = dot(o[tau], direction);
        }
        softmax(attention);
        double[] v = new double[d];
        for (int tau = 0; tau < past; tau++) {
            add(v, attention[tau], o[tau]);
        }
        double[] z = prototype.clone();
        addProduct(z, options.lambdaQuery(), parameters, queryAt, target.query);
        addProduct(z, options.lambdaHistory(), parameters, historyAt, v);
        double margin = dot(z, target.difference);
        double pair = Math.max(-margin, 0) + Math.log1p(Math.exp(-Math.abs(margin)));
        double loss =
                pair
                        + options.lambdaCentre() * squaredDistance(prototype, centre)
                        + options.lambdaTrust() * squaredDistance(prototype, previous);
        if (gradient != null) {
            double slope = -1 / (1 + Math.exp(margin));
            double[] dz = new double[d];
            add(dz, slope, target.difference);
            add(prototypeGradient, 1, dz);
            for (int i = 0; i < d; i++) {
                prototypeGradient[i] +=
                        2 * options.lambdaCentre() * (prototype[i] - centre[i])
                                + 2 * options.lambdaTrust() * (prototype[i] - previous[i]);
            }
            addOuter(gradient, queryAt, options.lambdaQuery(), dz, target.query);
            addOuter(gradient, historyAt, options.lambdaHistory(), dz, v);
            double[] dv = new double[d];
            for (int i = 0; i < d; i++) {
                for (int j = 0; j < d; j++) {
                    dv[j] += options.lambdaHistory() * dz[i] * parameters[historyAt + i * d + j];
                }
            }
            double mean = dot(dv, v);
            for (int tau = 0; tau < past; tau++) {
                double dl = attention[tau] * (dot(dv, o[tau]) - mean);
                add(prototypeGradient, dl * ownWeight / Math.sqrt(d), o[tau]);
                for (int i = 0; i < d; i++) {
                    double dPre =
                            (attention[tau] * dv[i] + dl * direction[i])
                                    * (1 - o[tau][i] * o[tau][i]);
                    gradient[biasAt + i] += dPre;
                    addInput(gradient, i * 2 * d, dPre, history.get(tau));
                }
            }
        }
        return new Result(attention, z, margin, pair, loss);
    }

    private double[] hidden(double[] parameters, Choice choice) {
        double[] o = new double[d];
        for (int i = 0; i < d; i++) {
            double sum = parameters[biasAt + i];
            int row = i * 2 * d;
            for (int j = 0; j < d; j++) {
                sum += parameters[row + j] * choice.query[j];
                sum += parameters[row + d + j] * choice.difference[j];
            }
            o[i] = Math.tanh(sum);
        }
        return o;
    }

    private void addInput(double[] gradient, int row, double factor, Choice choice) {
        for (int j = 0; j < d; j++) {
            gradient[row + j] += factor * choice.query[j];
            gradient[row + d + j] += factor * choice.difference[j];
        }
    }

    private void addProduct(
            double[] sum, double factor, double[] parameters, int at, double[] vector) {
        for (int i = 0; i < d; i++) {
            double product = 0;
            for (int j = 0; j < d; j++) {
                product += parameters[at + i * d + j] * vector[j];
            }
            sum[i] += factor * product;
        }
    }

    private void addOuter(double[] sum, int at, double factor, double[] left, double[] right) {
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < d; j++) {
                sum[at + i * d + j] += factor * left[i] * right[j];
            }
        }
    }

    private static void softmax(double[] logits) {
        double highest = Double.NEGATIVE_INFINITY;
        for (double logit : logits) {
            highest = Math.max(highest, logit);
        }
        double total = 0;
        for (int i = 0; i < logits.length; i++) {
            logits[i] = Math.exp(logits[i] - highest);
            total += logits[i];
        }
        for (int i = 0; i < logits.length; i++) {
            logits[i] /= total;
        }
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void add(double[] sum, double factor, double[] vector) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += factor * vector[i];
        }
    }

    private static double squaredDistance(double[] a, double[] b) {
        return PrototypeSpace.squaredDistance(a, b);
    }
}
