package org.kindred.reward.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.RatingScale;
import org.kindred.reward.judge.TextReader.Reading;

final class RubricWriterTest {
    private static final RatingScale SCALE = new RatingScale(0, 1);
    private static final int LENGTH = Criteria.index("length");
    private static final int NUMBERS = Criteria.index("numbers");
    private static final int HEDGING = Criteria.index("hedging");
    private static final int FORMALITY = Criteria.index("formality");
    private static final int GREETINGS = Criteria.index("greetings");

    @Test
    void write_shortAnswersAndNumbers_saysSoInWords() {
        List<Reading> readings = readings();
        double[][] scores = new double[readings.size()][1];
        for (int i = 0; i < scores.length; i++) {
            double[] c = readings.get(i).criteria();
            scores[i][0] = -2 * c[LENGTH] + 1.5 * c[NUMBERS] - c[HEDGING] + 0.5 * c[FORMALITY];
        }

        Rubric rubric = RubricWriter.of(readings, scores).write(new double[0], SCALE, -1);

        assertThat(rubric.persona())
                .isEqualTo("Wants: short answers, numbers, formal tone. Avoids: hedging.");
        assertThat(rubric.criteria())
                .extracting(Rubric.Item::name)
                .containsExactly("short answers", "numbers", "no hedging", "formal tone");
        assertThat(rubric.criteria())
                .extracting(Rubric.Item::weight)
                .containsExactly(40, 30, 20, 10);
        assertThat(rubric.coverage()).isEqualTo(1, within(1e-2));
    }

    @Test
    void write_twoThatSayTheSame_namesOneOfThem() {
        List<Reading> readings = new ArrayList<>();
        for (Reading reading : readings()) { // greetings go with length
            double[] c = reading.criteria().clone();
            c[GREETINGS] = c[LENGTH];
            readings.add(new Reading(c, reading.terms(), reading.embedding()));
        }
        double[][] scores = new double[readings.size()][1];
        for (int i = 0; i < scores.length; i++) {
            double[] c = readings.get(i).criteria();
            scores[i][0] = -2 * c[LENGTH] + c[NUMBERS];
        }

        Rubric rubric = RubricWriter.of(readings, scores).write(new double[0], SCALE, -1);

        assertThat(rubric.criteria().subList(0, 2))
                .extracting(Rubric.Item::id)
                .containsExactly("length", "numbers");
        assertThat(rubric.criteria()).extracting(Rubric.Item::id).doesNotContain("greetings");
    }

    @Test
    void write_tasteOfAPlace_addsTheAxes() {
        List<Reading> readings = readings();
        double[][] scores = new double[readings.size()][2];
        for (int i = 0; i < scores.length; i++) {
            scores[i][0] = readings.get(i).criteria()[NUMBERS];
            scores[i][1] = 3 * readings.get(i).criteria()[LENGTH];
        }
        RubricWriter writer = RubricWriter.of(readings, scores);

        assertThat(writer.write(new double[] {1}, SCALE, -1).persona())
                .startsWith("Wants: long answers, numbers");
        assertThat(writer.write(new double[] {-1}, SCALE, -1).persona())
                .startsWith("Wants: short answers, numbers");
    }

    @Test
    void shifted_anyShift_equalsTheStatisticsOfShiftedScores() {
        List<Reading> readings = readings();
        SplittableRandom random = SeedTree.root(9).random();
        double[][] shift = new double[2][Criteria.BANK.size()];
        for (double[] row : shift) {
            for (int c = 0; c < row.length; c++) {
                row[c] = random.nextGaussian();
            }
        }
        double[][] scores = new double[readings.size()][2];
        double[][] shiftedScores = new double[readings.size()][2];
        for (int i = 0; i < scores.length; i++) {
            for (int k = 0; k < 2; k++) {
                scores[i][k] = random.nextGaussian();
                shiftedScores[i][k] =
                        scores[i][k] + Vectors.dot(shift[k], readings.get(i).criteria());
            }
        }
        centre(scores);
        centre(shiftedScores);

        RubricWriter derived = RubricWriter.of(readings, scores).shifted(shift);
        RubricWriter direct = RubricWriter.of(readings, shiftedScores);

        for (int k = 0; k < 2; k++) {
            assertThat(derived.axisCovariance()[k])
                    .containsExactly(direct.axisCovariance()[k], within(1e-9));
        }
        for (int c = 0; c < Criteria.BANK.size(); c++) {
            assertThat(derived.withAxes()[c]).containsExactly(direct.withAxes()[c], within(1e-9));
        }
    }

    @Test
    void write_noTasteAtAll_saysSo() {
        List<Reading> readings = readings();

        Rubric rubric =
                RubricWriter.of(readings, new double[readings.size()][1])
                        .write(new double[0], SCALE, -1);

        assertThat(rubric.persona()).isEqualTo("Wants: nothing in particular.");
        assertThat(rubric.criteria()).isEmpty();
    }

    private static void centre(double[][] scores) {
        for (int k = 0; k < scores[0].length; k++) {
            double mean = 0;
            for (double[] score : scores) {
                mean += score[k] / scores.length;
            }
            for (double[] score : scores) {
                score[k] -= mean;
            }
        }
    }

    /** Independent criteria, all combinations of +1 and -1 in five of them, the others 0. */
    private static List<Reading> readings() {
        List<Reading> readings = new ArrayList<>();
        int[] varied = {LENGTH, NUMBERS, HEDGING, FORMALITY, GREETINGS};
        for (int bits = 0; bits < 32; bits++) {
            double[] c = new double[Criteria.BANK.size()];
            for (int j = 0; j < varied.length; j++) {
                c[varied[j]] = (bits >> j & 1) == 0 ? -1 : 1;
            }
            readings.add(new Reading(c, new TfIdf.Sparse(new int[0], new double[0]), new float[0]));
        }
        return readings;
    }
}
