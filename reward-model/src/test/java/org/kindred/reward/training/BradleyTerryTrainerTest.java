package org.kindred.reward.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.policy.TinyPolicy;
import org.kindred.policy.model.AdamWOptions;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.LearningRateSchedule;
import org.kindred.policy.run.Checkpoint;
import org.kindred.policy.schedule.OptimizerOptions;
import org.kindred.policy.sft.SftOptions;
import org.kindred.policy.tokenizer.Tokenizer;

final class BradleyTerryTrainerTest {
    private static final SftOptions OPTIONS =
            new SftOptions(
                    10,
                    4,
                    2,
                    1,
                    new OptimizerOptions(
                            1e-2, LearningRateSchedule.Shape.CONSTANT, 0, AdamWOptions.defaults()),
                    0,
                    3);

    @TempDir Path folder;

    private static List<BradleyTerryPair> pairs(Tokenizer tokenizer) {
        List<BradleyTerryPair> pairs = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            pairs.add(
                    new BradleyTerryPair(
                            "p" + i,
                            "u" + i % 3,
                            tokenizer.encode("q" + i + " yes", false),
                            tokenizer.encode("q" + i + " no", false)));
        }
        return pairs;
    }

    @Test
    void gradient_ofTheLoss_matchesCentralDifferences() {
        double[] margins = {0.7, -1.3};
        float[][] gradient = BradleyTerryTrainer.gradient(margins, 2);
        double h = 1e-6;
        for (int i = 0; i < 2; i++) {
            double slope =
                    (BradleyTerryTrainer.softplus(-margins[i] - h)
                                    - BradleyTerryTrainer.softplus(-margins[i] + h))
                            / (2 * h)
                            / 2;
            assertThat((double) gradient[4 * i][0]).isCloseTo(slope, within(1e-6));
            assertThat(gradient[4 * i + 1][0]).isEqualTo(-gradient[4 * i][0]);
            assertThat(gradient[4 * i + 3][0]).isEqualTo(gradient[4 * i][0]);
        }
    }

    @Test
    void step_repeated_tellsPairsApart() {
        try (Tokenizer tokenizer = TinyPolicy.tokenizer(folder.resolve("t"));
                CausalLm model = TinyPolicy.model(tokenizer, 5)) {
            List<BradleyTerryPair> pairs = pairs(tokenizer);
            BradleyTerryTrainer trainer = new BradleyTerryTrainer(model, tokenizer, pairs, OPTIONS);
            double first = trainer.step().value("loss");
            double last = first;
            while (!trainer.done()) {
                last = trainer.step().value("loss");
            }
            assertThat(trainer.stepsDone()).isEqualTo(20);
            assertThat(last).isLessThan(0.5 * first);
            assertThat(BradleyTerryHead.measure(pairs, tokenizer).of(model))
                    .containsEntry("accuracy", 1.0);
        }
    }

    @Test
    void restore_afterSixSteps_goesOnAsIfNothingHadHappened() {
        try (Tokenizer tokenizer = TinyPolicy.tokenizer(folder.resolve("t"));
                CausalLm model = TinyPolicy.model(tokenizer, 5)) {
            BradleyTerryTrainer through =
                    new BradleyTerryTrainer(model, tokenizer, pairs(tokenizer), OPTIONS);
            Path saved = folder.resolve("saved");
            for (int i = 0; i < 6; i++) {
                through.step();
            }
            Checkpoint.save(saved, through);
            double[] losses = new double[4];
            Arrays.setAll(losses, i -> through.step().value("loss"));
            Checkpoint checkpoint = Checkpoint.open(saved);
            try (CausalLm loaded = checkpoint.loadPolicy(TinyPolicy.ENGINE)) {
                BradleyTerryTrainer resumed =
                        new BradleyTerryTrainer(loaded, tokenizer, pairs(tokenizer), OPTIONS);
                resumed.restore(checkpoint);
                double[] again = new double[4];
                Arrays.setAll(again, i -> resumed.step().value("loss"));
                assertThat(again).isEqualTo(losses);
            }
        }
    }
}
