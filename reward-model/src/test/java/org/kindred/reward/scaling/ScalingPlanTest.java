package org.kindred.reward.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kindred.options.OptionLayer;
import org.kindred.options.OptionTree;
import org.kindred.reward.judges.RewardOptions;
import org.kindred.reward.scaling.ScalingPlan.NeighbourSamples;

final class ScalingPlanTest {

    @Test
    void parse_presets_giveTheirNumbers() {
        assertThat(ScalingPlan.parse("BASE")).isEqualTo(ScalingPlan.of(1, 0));
        assertThat(ScalingPlan.parse("IND_8")).isEqualTo(ScalingPlan.of(8, 0));
        assertThat(ScalingPlan.parse("PRO_4")).isEqualTo(ScalingPlan.of(0, 4));
        assertThat(ScalingPlan.parse("IND_16_PRO_8")).isEqualTo(ScalingPlan.of(16, 8));
    }

    /** A number of samples that is set alone means what its preset means. */
    @Test
    void individual_setAlone_isThePresetWithItsTemperature() {
        ScalingPlan eight =
                OptionTree.resolve(
                                RewardOptions.defaults(),
                                List.of(OptionLayer.commandLine(Map.of("scaling.individual", "8"))))
                        .options()
                        .scaling();
        assertThat(eight).isEqualTo(ScalingPlan.parse("IND_8"));
        assertThat(eight.samplingTemperature()).isEqualTo(1.0);
        assertThat(ScalingPlan.base().samplingTemperature()).isEqualTo(0.9);
    }

    @Test
    void toString_saysThatNeighboursDraw_whereThereAreAny() {
        ScalingPlan both = ScalingPlan.of(8, 4);
        assertThat(both).hasToString("IND_8_PRO_4");
        assertThat(both.withNeighbourSamples(NeighbourSamples.DRAWN))
                .hasToString("IND_8_PRO_4_DRAWN");
        assertThat(both.withNeighbourSamples(NeighbourSamples.DRAWN).adaptive(2))
                .hasToString("IND_8_PRO_4_DRAWN_ADAPTIVE");
        assertThat(ScalingPlan.base().withNeighbourSamples(NeighbourSamples.DRAWN))
                .hasToString("BASE");
    }

    @Test
    void neighbourSamples_areReadInWords() {
        assertThat(
                        OptionTree.resolve(
                                        RewardOptions.defaults(),
                                        List.of(
                                                OptionLayer.commandLine(
                                                        Map.of(
                                                                "scaling.neighbour_samples",
                                                                "drawn"))))
                                .options()
                                .scaling()
                                .neighbourSamples())
                .isEqualTo(NeighbourSamples.DRAWN);
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
