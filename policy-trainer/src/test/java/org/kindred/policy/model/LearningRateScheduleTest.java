package org.kindred.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.kindred.policy.checkpoint.HuggingFaceFixtures;
import org.kindred.policy.model.LearningRateSchedule.Shape;

final class LearningRateScheduleTest {

    @Test
    void multiplier_everyReferenceCase_asTransformers() {
        JsonNode file =
                Rows.read(HuggingFaceFixtures.resources().resolve("adamw/lr_schedules.json"));
        for (JsonNode run : file.get("cases")) {
            String name = run.get("schedule").textValue().replace("_with_warmup", "");
            LearningRateSchedule schedule =
                    new LearningRateSchedule(
                            Shape.valueOf(name.toUpperCase(Locale.ROOT)),
                            run.get("warmup_steps").intValue(),
                            run.get("total_steps").intValue());
            JsonNode multipliers = run.get("multipliers");
            for (int step = 0; step < multipliers.size(); step++) {
                assertThat(schedule.multiplier(step))
                        .isCloseTo(multipliers.get(step).doubleValue(), within(1e-7));
            }
        }
    }

    @Test
    void multiplier_afterTheEnd_staysAtZero() {
        assertThat(LearningRateSchedule.linear(4).multiplier(7)).isZero();
        assertThat(new LearningRateSchedule(Shape.COSINE, 0, 4).multiplier(4)).isZero();
    }

    @Test
    void constructor_warmupLongerThanRun_refused() {
        assertThatThrownBy(() -> new LearningRateSchedule(Shape.LINEAR, 5, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("warmupSteps = 5, totalSteps = 4");
    }
}
