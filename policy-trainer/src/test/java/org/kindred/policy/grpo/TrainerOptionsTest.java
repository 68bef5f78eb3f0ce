package org.kindred.policy.grpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.Json;
import org.kindred.policy.advantage.EstimatorKind;
import org.kindred.policy.model.AdamWOptions;
import org.kindred.policy.model.LearningRateSchedule;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.schedule.EntropyBonus;
import org.kindred.policy.schedule.KlSchedule;
import org.kindred.policy.schedule.OptimizerOptions;

final class TrainerOptionsTest {

    @Test
    void file_givesTheSameOptionsBack(@TempDir Path folder) {
        Path file = folder.resolve("options.json");
        for (EstimatorKind kind : EstimatorKind.values()) {
            TrainerOptions options = TinyRun.options(kind, 10, .01);
            Json.write(file, options);
            assertThat(Json.read(file, TrainerOptions.class, "the options")).isEqualTo(options);
        }
        Json.write(file, TrainerOptions.trl());
        assertThat(Json.read(file, TrainerOptions.class, "the options"))
                .isEqualTo(TrainerOptions.trl());
    }

    @Test
    void differences_nameTheKeyAndBothValues() {
        assertThat(
                        Json.differences(
                                Json.tree(TrainerOptions.trl()),
                                Json.tree(TrainerOptions.defaults())))
                .contains(
                        "advantage.epsilon = 1.0E-4 instead of 1.0E-6",
                        "batch.prompts_per_step = 1 instead of 8",
                        "regularisation.beta = 0.0 instead of 0.001");
        assertThat(
                        Json.differences(
                                Json.tree(TrainerOptions.trl()), Json.tree(TrainerOptions.trl())))
                .isEmpty();
    }

    @Test
    void schedules_runPerUpdate_overTheWholeRun() {
        TrainerOptions o = TinyRun.options(EstimatorKind.GRPO, 10, .1);
        TrainerOptions falling =
                new TrainerOptions(
                        10,
                        o.batch(), // two inner epochs
                        new OptimizerOptions(
                                1, LearningRateSchedule.Shape.LINEAR, 4, AdamWOptions.defaults()),
                        o.sampling(),
                        o.advantage(),
                        o.objective(),
                        new RegularisationOptions(
                                .1, KlSchedule.LINEAR, EntropyBonus.parse("linear:0.2")),
                        false,
                        ScoringOptions.defaults(),
                        1);
        assertThat(falling.rateAt(0, 1)).isEqualTo(.25);
        assertThat(falling.rateAt(2, 0)).isEqualTo(1);
        assertThat(falling.rateAt(9, 1)).isEqualTo(1 / 16.0);
        assertThat(falling.betaAt(5)).isEqualTo(.05);
        assertThat(falling.entropyAt(5)).isEqualTo(.1);
        assertThat(falling.independentOfLength()).isFalse();
        assertThat(o.independentOfLength()).isTrue();
    }

    @Test
    void badValues_areRefusedNamingTheKey() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BatchOptions(4, 1, GroupSampling.NATURAL, 1, 8))
                .withMessageContaining("completions_per_prompt = 1: must be at least 2");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new RegularisationOptions(0, KlSchedule.LINEAR, EntropyBonus.NONE))
                .withMessageContaining("kl_schedule = linear with beta = 0");
        TrainerOptions o = TrainerOptions.defaults();
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                new TrainerOptions(
                                        1,
                                        o.batch(),
                                        o.optimizer(),
                                        SamplingOptions.greedy(8),
                                        o.advantage(),
                                        o.objective(),
                                        o.regularisation(),
                                        false,
                                        ScoringOptions.defaults(),
                                        1))
                .withMessageContaining("temperature = 0.0");
    }
}
