package org.kindred.reward.prototype;

import org.kindred.options.Meaning;

/** Options of {@link Refinement}, defaults as in the authors' code (P-GenRM, arXiv 2602.12116). */
public record RefinementOptions(
        @Meaning("weight of the second attention term") double rho,
        @Meaning("weight of the query in the refined preference") double lambdaQuery,
        @Meaning("weight of the history in it") double lambdaHistory,
        @Meaning("pull of a prototype to the mean of its cell; 0 switches it off")
                double lambdaCentre,
        @Meaning("pull of a prototype to its value before the last step; 0 switches it " + "off")
                double lambdaTrust,
        @Meaning("which term rho weighs") Attention attention,
        @Meaning("of AdamW") double learningRate,
        @Meaning("of AdamW, decoupled") double weightDecay,
        @Meaning("samples a step") int batch,
        @Meaning("passes over the samples; 0 leaves k-means as it is") int epochs) {

    /** Which attention term rho weighs. */
    public enum Attention {
        /** The prototype's, as printed in Eq. 4. */
        PAPER,
        /** The query's, as in the authors' code. */
        CODE
    }

    public RefinementOptions {
        require(rho >= 0, "rho", rho, "0 or more");
        require(lambdaQuery >= 0, "lambdaQuery", lambdaQuery, "0 or more");
        require(lambdaHistory >= 0, "lambdaHistory", lambdaHistory, "0 or more");
        require(lambdaCentre >= 0, "lambdaCentre", lambdaCentre, "0 or more");
        require(lambdaTrust >= 0, "lambdaTrust", lambdaTrust, "0 or more");
        require(learningRate > 0, "learningRate", learningRate, "above 0");
        require(weightDecay >= 0, "weightDecay", weightDecay, "0 or more");
        require(batch >= 1, "batch", batch, "1 or more");
        require(epochs >= 0, "epochs", epochs, "0 or more");
    }

    public static RefinementOptions defaults() {
        return new RefinementOptions(0.5, 1, 1, 1e-3, 1e-3, Attention.PAPER, 1e-3, 0.01, 16, 1);
    }

    /** The control without refinement. */
    public static RefinementOptions off() {
        return defaults().withEpochs(0);
    }

    public RefinementOptions withEpochs(int value) {
        return new RefinementOptions(
                rho,
                lambdaQuery,
                lambdaHistory,
                lambdaCentre,
                lambdaTrust,
                attention,
                learningRate,
                weightDecay,
                batch,
                value);
    }

    public RefinementOptions withAttention(Attention value) {
        return new RefinementOptions(
                rho,
                lambdaQuery,
                lambdaHistory,
                lambdaCentre,
                lambdaTrust,
                value,
                learningRate,
                weightDecay,
                batch,
                epochs);
    }

    private static void require(boolean holds, String name, double value, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(name + " = " + value + ": must be " + allowed);
        }
    }
}
