package org.kindred.policy.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AdvantageOptionsTest {

    @Test
    void json_roundTripsWithoutLoss() throws JsonProcessingException {
        ObjectMapper json = new ObjectMapper();
        for (EstimatorKind kind : EstimatorKind.values()) {
            AdvantageOptions options = AdvantageOptions.defaults(kind);
            String text = json.writeValueAsString(options);
            assertThat(json.readValue(text, AdvantageOptions.class)).isEqualTo(options);
        }
        AdvantageOptions rich =
                AdvantageOptions.defaults(EstimatorKind.P_GRPO)
                        .withHistory(
                                HistoryMemory.parse("forget:0.98"),
                                HistoryOrder.parse("normalise_first:16"),
                                .25)
                        .withSize(Whitening.NONE, GroupWeight.parse("inverse_share:0.5"), .7);
        String text = json.writeValueAsString(rich);
        assertThat(text)
                .contains("\"p_grpo\"", "\"forget:0.98\"", "\"normalise_first:16\"")
                .contains("\"inverse_share:0.5\"", "\"pop\"", "\"group_history\"");
        assertThat(json.readValue(text, AdvantageOptions.class)).isEqualTo(rich);
    }

    @Test
    void spellings_areThoseOfTheVocabulary() {
        for (String text : List.of("cumulative", "ema:0.1", "window:50", "forget:0.98")) {
            assertThat(HistoryMemory.parse(text).spelling()).isEqualTo(text);
        }
        for (String text : List.of("update_first", "normalise_first:16")) {
            assertThat(HistoryOrder.parse(text).spelling()).isEqualTo(text);
        }
        assertThat(EstimatorKind.parse("p_grpo_shrunk")).isEqualTo(EstimatorKind.P_GRPO_SHRUNK);
        assertThat(Divisor.parse("sample")).isEqualTo(Divisor.SAMPLE);
    }

    @Test
    void badValues_areRefusedNamingKeyAndValue() {
        assertRefused(() -> HistoryMemory.parse("ema:2"), "memory = ema:2");
        assertRefused(() -> HistoryMemory.parse("window:2.5"), "memory = window:2.5");
        assertRefused(() -> HistoryMemory.parse("window:x"), "memory = window:x");
        assertRefused(() -> HistoryMemory.parse("forever"), "cumulative, ema, window, forget");
        assertRefused(() -> HistoryOrder.parse("normalise_first"), "MIN at least 2");
        assertRefused(() -> GroupWeight.parse("dro:3"), "group_weight = dro");
        assertRefused(() -> AdvantageOptions.trl(EstimatorKind.P_GRPO), "estimator = p_grpo");
        AdvantageOptions options = AdvantageOptions.defaults(EstimatorKind.GRPO);
        assertRefused(() -> options.withStd(Divisor.POP, -1), "epsilon = -1.0");
        assertRefused(() -> options.withAdvantageClip(Double.NaN), "advantage_clip = NaN");
    }

    @Test
    void optionsThatTheEstimatorDoesNotRead_areRefusedNamingBothKeys() {
        AdvantageOptions grpo = AdvantageOptions.defaults(EstimatorKind.GRPO);
        HistoryMemory window = HistoryMemory.parse("window:5");
        assertRefused(
                () -> grpo.withHistory(window, HistoryOrder.UPDATE_FIRST, 1),
                "memory = window:5 with estimator = grpo");
        assertRefused(
                () -> grpo.withBaseline(HistoryBaseline.PROMPT_MEAN),
                "baseline = prompt_mean with estimator = grpo");
        assertRefused(
                () ->
                        AdvantageOptions.defaults(EstimatorKind.P_GRPO)
                                .withShrinkageScale(ShrinkageScale.TOTAL),
                "shrinkage_scale = total with estimator = p_grpo");
        AdvantageOptions shrunk = AdvantageOptions.defaults(EstimatorKind.P_GRPO_SHRUNK);
        assertRefused(
                () ->
                        shrunk.withHistory(
                                HistoryMemory.parse("ema:0.1"), HistoryOrder.UPDATE_FIRST, 1),
                "memory = ema:0.1 with estimator = p_grpo_shrunk");
        assertRefused(
                () -> shrunk.withSize(Whitening.BATCH_RMS, GroupWeight.NONE, 1),
                "advantage_rms = 1.0 with final_whitening = batch_rms");
    }

    private static void assertRefused(Runnable action, String message) {
        assertThatIllegalArgumentException().isThrownBy(action::run).withMessageContaining(message);
    }
}
