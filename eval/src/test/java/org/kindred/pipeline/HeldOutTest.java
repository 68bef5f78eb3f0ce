package org.kindred.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.pipeline.HeldOut.Measured;

final class HeldOutTest {

    /** Eight prompts of the majority and two of a small group, by mean log-probability. */
    private static Map<String, Double> checkpoint(double many, double few) {
        List<Measured> measured = new ArrayList<>();
        measured.addAll(Collections.nCopies(8, new Measured("many", null, many, many - 1)));
        measured.addAll(Collections.nCopies(2, new Measured("few", null, few, few + 1)));
        return HeldOut.numbers(measured);
    }

    @Test
    void groupsOfUnequalSize_pooledAndGroupForms_chooseDifferentCheckpoints() {
        Map<String, Double> first = checkpoint(-1.0, -4.0);
        Map<String, Double> second = checkpoint(-1.5, -2.5);

        assertThat(first.get("reference_log_prob")).isCloseTo(-1.6, within(1e-12));
        assertThat(second.get("reference_log_prob")).isCloseTo(-1.7, within(1e-12));
        assertThat(first.get("worst_group/reference_log_prob")).isEqualTo(-4.0);
        assertThat(second.get("worst_group/reference_log_prob")).isEqualTo(-2.5);
        assertThat(first.get("group_mean/reference_log_prob")).isEqualTo(-2.5);
        assertThat(second.get("group_mean/reference_log_prob")).isEqualTo(-2.0);
        assertThat(first)
                .containsEntry("preference_accuracy", 0.8)
                .containsEntry("worst_group/preference_accuracy", 0.0)
                .containsEntry("group_mean/preference_accuracy", 0.5)
                .containsEntry("group/few/reference_log_prob", -4.0)
                .containsEntry("group/many/reference_log_prob", -1.0);
    }

    @Test
    void rankings_byGroup() {
        Map<String, Double> numbers =
                HeldOut.numbers(
                        List.of(
                                new Measured("a", 1, Double.NaN, Double.NaN),
                                new Measured("a", 1, Double.NaN, Double.NaN),
                                new Measured("a", 0, Double.NaN, Double.NaN),
                                new Measured("b", 3, Double.NaN, Double.NaN)));
        assertThat(numbers)
                .containsEntry("ndcg", (1 + 1 + 0 + 0.5) / 4)
                .containsEntry("worst_group/ndcg", 0.5)
                .containsEntry("worst_group/hr_1", 0.0)
                .containsEntry("group_mean/hr_5", (2.0 / 3 + 1) / 2)
                .doesNotContainKey("reference_log_prob");
    }

    /** A group whose only text is too long for the model has no value, and is no worst one. */
    @Test
    void groupWithoutAValue_takesNoPart() {
        Map<String, Double> numbers =
                HeldOut.numbers(
                        List.of(
                                new Measured("a", null, -1, Double.NaN),
                                new Measured("b", null, -2, Double.NaN),
                                new Measured("c", null, Double.NaN, Double.NaN)));
        assertThat(numbers)
                .containsEntry("worst_group/reference_log_prob", -2.0)
                .containsEntry("group_mean/reference_log_prob", -1.5)
                .doesNotContainKey("group/c/reference_log_prob")
                .doesNotContainKey("preference_accuracy");
    }

    @Test
    void oneGroup_hasOneValueInAllForms() {
        assertThat(HeldOut.numbers(List.of(new Measured("everybody", null, -1, -2))))
                .isEqualTo(
                        Map.of(
                                "reference_log_prob", -1.0,
                                "worst_group/reference_log_prob", -1.0,
                                "group_mean/reference_log_prob", -1.0,
                                "preference_accuracy", 1.0,
                                "worst_group/preference_accuracy", 1.0,
                                "group_mean/preference_accuracy", 1.0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "auto",
                "ndcg",
                "worst_group:preference_accuracy",
                "group_mean:auto",
                "hr_5"
            })
    void selectBy_isUndoneBySpelling(String text) {
        assertThat(SelectBy.parse(text).spelling()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"reward", "worst_group", "worst_group:", "group_mean:reward", "least:ndcg"})
    void selectBy_unknown_namesAll(String text) {
        assertThatThrownBy(() -> SelectBy.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "select_by = "
                                + text
                                + ": must be auto, ndcg, hr_1, hr_5, hr_10, reference_log_prob,"
                                + " preference_accuracy, or")
                .hasMessageContaining("worst_group:")
                .hasMessageContaining("group_mean:");
    }

    @Test
    void selectBy_metricThatThePromptsDoNotHave_isRefused() {
        List<HeldOut.Prompt> choices = List.of(new HeldOut.Prompt(choice(), "few", new int[] {1}));
        assertThat(SelectBy.parse("worst_group:auto").key(choices))
                .isEqualTo("worst_group/reference_log_prob");
        assertThat(SelectBy.parse("preference_accuracy").key(choices))
                .isEqualTo("preference_accuracy");
        assertThatThrownBy(() -> SelectBy.parse("group_mean:ndcg").key(choices))
                .hasMessageContaining(
                        "select_by = group_mean:ndcg: the held-out prompts give"
                                + " reference_log_prob, preference_accuracy;");
    }

    private static TrainingItem choice() {
        List<Message> prompt = List.of(Message.user("Tea?"));
        Preference row =
                new Preference(
                        "r1",
                        "u1",
                        prompt,
                        List.of(Message.assistant("Yes.")),
                        List.of(Message.assistant("No.")),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null);
        return new TrainingItem("r1", "u1", prompt, null, row, null);
    }
}
