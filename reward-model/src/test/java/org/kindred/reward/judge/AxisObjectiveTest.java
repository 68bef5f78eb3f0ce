package org.kindred.reward.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.TwoCamps;

final class AxisObjectiveTest {

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0", "3, 0", "0, 0.8", "3, 0.8"})
    void evaluate_anyPoint_gradientMatchesCentralDifferences(int axes, double ratingWeight) {
        AxisObjective objective = objective(axes, ratingWeight);
        SplittableRandom random = SeedTree.root(11).random();
        double[] x = random.doubles(objective.parameters(), -0.5, 0.5).toArray();
        double[] gradient = new double[x.length];
        objective.evaluate(x, gradient);
        double[] unused = new double[x.length];
        double step = 1e-5;

        for (int trial = 0; trial < 300; trial++) {
            int i = trial < 40 ? x.length - 1 - trial : random.nextInt(x.length); // last ones are z
            double kept = x[i];
            x[i] = kept + step;
            double above = objective.evaluate(x, unused);
            x[i] = kept - step;
            double below = objective.evaluate(x, unused);
            x[i] = kept;
            assertThat(gradient[i])
                    .as("entry %d", i)
                    .isEqualTo((above - below) / (2 * step), within(1e-6));
        }
    }

    private static AxisObjective objective(int axes, double ratingWeight) {
        List<Preference> rows = TwoCamps.rows(6, 8, 1);
        PairDesign design = PairDesign.of(rows);
        SplittableRandom random = SeedTree.root(5).random();
        float[][] dense = new float[design.texts().size()][Criteria.BANK.size() + 7];
        for (float[] row : dense) {
            for (int j = 0; j < row.length; j++) {
                row[j] = (float) random.nextGaussian();
            }
        }
        Map<String, Integer> scenarios = new HashMap<>();
        for (Preference row : rows) { // one prompt in three has none
            scenarios.put(
                    row.promptText(),
                    row.promptText().hashCode() % 3 == 0 ? -1 : scenarios.size() % 2);
        }
        PairFeatures features =
                new PairFeatures(design, dense, new KernelWeights(1, 1, 1, 0.5, 2), scenarios, 2);
        return new AxisObjective(
                features,
                design.rowsByUser(IntStream.range(0, rows.size()).toArray()),
                axes,
                0.7,
                2.1,
                RatedRows.of(design, List.of()).gaps(),
                ratingWeight);
    }
}
