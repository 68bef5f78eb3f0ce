package org.kindred.reward.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ScalingPlanTest {

    @Test
    void parse_presets_giveTheirNumbers() {
        assertThat(ScalingPlan.parse("BASE")).isEqualTo(ScalingPlan.of(1, 0));
        assertThat(ScalingPlan.parse("IND_8")).isEqualTo(ScalingPlan.of(8, 0));
        assertThat(ScalingPlan.parse("PRO_4")).isEqualTo(ScalingPlan.of(0, 4));
        assertThat(ScalingPlan.parse("IND_16_PRO_8")).isEqualTo(ScalingPlan.of(16, 8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "base", "IND", "IND_8_PRO", "IND_0", "IND_8 "})
    void parse_otherNames_areRefused(String name) {
        assertThatThrownBy(() -> ScalingPlan.parse(name))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void constructor_weightOutsideRange_isRefused() {
        assertThatThrownBy(() -> ScalingPlan.of(1, 1).withOwnWeight(1.5))
                .hasMessageContaining("ownWeight = 1.5");
    }
}
