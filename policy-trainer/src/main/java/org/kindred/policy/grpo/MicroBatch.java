package org.kindred.policy.grpo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.policy.model.TokenBatch;
import org.kindred.policy.model.TokenScores;
import org.kindred.policy.objective.TokenRows;

/** Rows that go through the model together, and what is known of their tokens. */
final class MicroBatch {
    private final List<TrainingRow> rows;
    private final TokenBatch tokens;
    private double @Nullable [][] oldLogProbs;
    private double @Nullable [][] referenceLogProbs;
    private double @Nullable [] meanEntropies;

    private MicroBatch(List<TrainingRow> rows) {
        this.rows = rows;
        tokens =
                new TokenBatch(
                        rows.stream().map(r -> r.prompt().tokens()).toArray(int[][]::new),
                        rows.stream().map(r -> r.completion().tokens()).toArray(int[][]::new));
    }

    /** Rows of like length together, which saves padding; rows outside the loss left out. */
    static List<MicroBatch> of(List<TrainingRow> rows, int size) {
        List<TrainingRow> sorted = new ArrayList<>(rows);
        sorted.removeIf(row -> !row.inLoss());
        sorted.sort(Comparator.comparingInt(TrainingRow::length));
        List<MicroBatch> batches = new ArrayList<>();
        for (int from = 0; from < sorted.size(); from += size) {
            int to = Math.min(sorted.size(), from + size);
            batches.add(new MicroBatch(List.copyOf(sorted.subList(from, to))));
        }
        return batches;
    }

    List<TrainingRow> rows() {
        return rows;
    }

    TokenBatch tokens() {
        return tokens;
    }

    /** Mean token entropy of each row under the policy before its update. */
    double[] meanEntropies() {
        return meanEntropies == null ? new double[0] : meanEntropies;
    }

    void setReference(TokenScores scores) {
        referenceLogProbs = doubles(scores.logProbs());
    }

    /**
     * Input of the loss. The first scores of a fresh rollout are those of the policy that sampled,
     * whose ratio to itself is 1; later ones are compared with them. A stale rollout is compared
     * with the log-probabilities that were recorded when it was sampled.
     *
     * @param samplerDiffers whether completions were sampled in another precision than this
     */
    TokenRows objectiveInput(TokenScores scores, boolean samplerDiffers) {
        double[][] logProbs = doubles(scores.logProbs());
        double[][] entropies = doubles(scores.entropies());
        boolean[][] mask = new boolean[logProbs.length][];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = new boolean[logProbs[i].length];
            Arrays.fill(mask[i], true);
        }
        boolean stale = rows.get(0).stale();
        if (stale && oldLogProbs == null) {
            oldLogProbs = sampledLogProbs();
        }
        TokenRows input =
                new TokenRows(
                        logProbs,
                        oldLogProbs,
                        referenceLogProbs,
                        samplerDiffers && !stale ? sampledLogProbs() : null,
                        entropies,
                        rows.stream().mapToDouble(TrainingRow::advantage).toArray(),
                        mask);
        if (oldLogProbs == null) {
            oldLogProbs = logProbs;
        }
        if (meanEntropies == null) {
            meanEntropies =
                    Arrays.stream(entropies)
                            .mapToDouble(row -> Arrays.stream(row).average().orElse(0))
                            .toArray();
        }
        return input;
    }

    private double[][] sampledLogProbs() {
        return doubles(rows.stream().map(r -> r.completion().logProbs()).toArray(float[][]::new));
    }

    private static double[][] doubles(float[][] values) {
        double[][] doubles = new double[values.length][];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = new double[values[i].length];
            for (int t = 0; t < values[i].length; t++) {
                doubles[i][t] = values[i][t];
            }
        }
        return doubles;
    }
}
