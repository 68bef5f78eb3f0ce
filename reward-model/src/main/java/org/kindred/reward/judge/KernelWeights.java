package org.kindred.reward.judge;

/**
 * How much each description of a text may contribute to a utility: prior variances of the parts,
 * before division by the ridge penalty.
 *
 * @param criteria interpretable criteria
 * @param terms words and word pairs (TF-IDF)
 * @param embedding nearness of sentence embeddings
 * @param known effect of a text's own that is known from training, where texts recur in several
 *     pairs; 0 if responses are never met again
 * @param scenario criteria once more for each kind of prompt, relative to {@code criteria}; 0 if
 *     tastes do not depend on what is asked
 */
public record KernelWeights(
        double criteria, double terms, double embedding, double known, double scenario) {

    public KernelWeights {
        check("criteria", criteria);
        check("terms", terms);
        check("embedding", embedding);
        check("known", known);
        check("scenario", scenario);
        if (criteria + terms + embedding + known == 0) {
            throw new IllegalArgumentException("all weights are 0: give at least one part weight");
        }
    }

    private static void check(String name, double weight) {
        if (!(weight >= 0) || Double.isInfinite(weight)) {
            throw new IllegalArgumentException(
                    name + " = " + weight + ": must be 0 or more and finite, for example 1");
        }
    }
}
