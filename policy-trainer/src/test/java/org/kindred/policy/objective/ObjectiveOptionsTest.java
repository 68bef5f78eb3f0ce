package org.kindred.policy.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.Json;

final class ObjectiveOptionsTest {
    private static final ImportanceLevel TOKEN = ImportanceLevel.TOKEN;

    @Test
    void json_roundTripsWithoutLoss() throws JsonProcessingException {
        ObjectMapper json = Json.mapper();
        ObjectiveOptions options =
                new ObjectiveOptions(
                        LossType.LUSPO, ImportanceLevel.SEQUENCE, .1, .3, 2.0, false, .5, .02, 3);
        String text = json.writeValueAsString(options);
        assertThat(text).contains("\"luspo\"", "\"sequence\"");
        assertThat(json.readValue(text, ObjectiveOptions.class)).isEqualTo(options);
    }

    @Test
    void cispoWithoutItsBound_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                new ObjectiveOptions(
                                        LossType.CISPO, TOKEN, .2, null, null, true, 1, null, 2))
                .withMessageContaining("epsilon_high is missing");
    }

    @Test
    void optionsThatALossDoesNotRead_areRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                new ObjectiveOptions(
                                        LossType.SAPO, TOKEN, .2, .3, null, true, 1, null, 2))
                .withMessageContaining("epsilon_high with loss_type = sapo");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                new ObjectiveOptions(
                                        LossType.VESPO, TOKEN, .2, null, 1.5, true, 1, null, 2))
                .withMessageContaining("delta with loss_type = vespo");
    }

    @Test
    void valuesOutOfRange_areRefusedNamingTheKey() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                new ObjectiveOptions(
                                        LossType.GRPO, TOKEN, 1.2, null, null, true, 1, null, 2))
                .withMessageContaining("epsilon = 1.2");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                new ObjectiveOptions(
                                        LossType.GRPO, TOKEN, .2, null, null, true, 0, null, 2))
                .withMessageContaining("top_entropy_quantile = 0.0");
    }
}
