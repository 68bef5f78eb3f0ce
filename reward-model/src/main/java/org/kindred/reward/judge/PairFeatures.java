package org.kindred.reward.judge;

import java.util.Map;

/**
 * Feature differences {@code phi(chosen) - phi(rejected)} of all training rows, in three blocks of
 * columns: dense ones from the {@link TextKernel}; one for each text that is met in several rows,
 * {@code sqrt(known)} high (a random effect of the text); and the criteria once more for each
 * scenario, {@code sqrt(scenario)} times as high, where only the row's own scenario is not zero.
 */
final class PairFeatures {
    private final PairDesign design;
    private final float[][] difference; // [row][dense column]
    private final double effectHeight;
    private final double scenarioHeight;
    private final int[] scenarioOf; // by row
    private final int scenarios;

    /**
     * @param dense features of each text, {@code [text][column]}, criteria first
     * @param scenarioOfPrompt scenario of each prompt; all {@link Scenarios#NONE} if there are none
     */
    PairFeatures(
            PairDesign design,
            float[][] dense,
            KernelWeights weights,
            Map<String, Integer> scenarioOfPrompt,
            int scenarios) {
        this.design = design;
        this.effectHeight = Math.sqrt(weights.known());
        this.scenarioHeight = Math.sqrt(weights.scenario());
        this.scenarios = scenarios;
        int rows = design.rows().size();
        difference = new float[rows][];
        scenarioOf = new int[rows];
        for (int p = 0; p < rows; p++) {
            float[] c = dense[design.chosen()[p]];
            float[] r = dense[design.rejected()[p]];
            difference[p] = new float[c.length];
            for (int j = 0; j < c.length; j++) {
                difference[p][j] = c[j] - r[j];
            }
            scenarioOf[p] = scenarioOfPrompt.get(design.rows().get(p).promptText());
        }
    }

    int columns() {
        return scenarioColumn(scenarios);
    }

    /** First column of the block of a scenario. */
    int scenarioColumn(int scenario) {
        return effectColumn(design.effects()) + scenario * Criteria.BANK.size();
    }

    int effectColumn(int effect) {
        return difference[0].length + effect;
    }

    double effectHeight() {
        return effectHeight;
    }

    double scenarioHeight() {
        return scenarioHeight;
    }

    int denseColumns() {
        return difference[0].length;
    }

    /** {@code w . (phi(chosen) - phi(rejected))}. */
    double margin(int row, double[] w) {
        return denseMargin(row, w) + sparseMargin(row, w, 0);
    }

    /** Part of the margin from the dense columns, which are the first of {@code w}. */
    double denseMargin(int row, double[] w) {
        return Vectors.dot(difference[row], w);
    }

    /** The rest of the margin, for weights that start at an offset of {@code x}. */
    double sparseMargin(int row, double[] x, int offset) {
        int chosen = design.effectOf()[design.chosen()[row]];
        int rejected = design.effectOf()[design.rejected()[row]];
        double margin = chosen < 0 ? 0 : effectHeight * x[offset + effectColumn(chosen)];
        margin -= rejected < 0 ? 0 : effectHeight * x[offset + effectColumn(rejected)];
        if (scenarioOf[row] >= 0) {
            int from = offset + scenarioColumn(scenarioOf[row]);
            double sum = 0;
            for (int c = 0; c < Criteria.BANK.size(); c++) {
                sum += difference[row][c] * x[from + c];
            }
            margin += scenarioHeight * sum;
        }
        return margin;
    }

    /** {@code target += factor * (phi(chosen) - phi(rejected))} in the dense columns. */
    void addDense(double[] target, double factor, int row) {
        Vectors.add(target, factor, difference[row]);
    }

    /** The same in the other columns, of a target that starts at an offset of {@code x}. */
    void addSparse(double[] x, int offset, double factor, int row) {
        int chosen = design.effectOf()[design.chosen()[row]];
        int rejected = design.effectOf()[design.rejected()[row]];
        if (chosen >= 0) {
            x[offset + effectColumn(chosen)] += factor * effectHeight;
        }
        if (rejected >= 0) {
            x[offset + effectColumn(rejected)] -= factor * effectHeight;
        }
        if (scenarioOf[row] >= 0) {
            int from = offset + scenarioColumn(scenarioOf[row]);
            for (int c = 0; c < Criteria.BANK.size(); c++) {
                x[from + c] += factor * scenarioHeight * difference[row][c];
            }
        }
    }
}
