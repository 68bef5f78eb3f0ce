package org.kindred.reward.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kindred.options.OptionLayer;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;
import org.kindred.policy.advantage.EstimatorKind;

final class PairGroupsTest {

    private static RewardTrainingOptions set(String... keysAndValues) {
        Map<String, String> settings = new TreeMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            settings.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return OptionTree.resolve(
                        RewardTrainingOptions.defaults(),
                        List.of(OptionLayer.commandLine(settings)))
                .options();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "single", "prototypes", "run:some/folder"})
    void parse_isUndoneBySpelling(String text) {
        assertThat(PairGroups.parse(text).spelling()).isEqualTo(text);
    }

    @Test
    void parse_run_namesTheFolder() {
        assertThat(PairGroups.parse("run:some/folder").run()).isEqualTo(Path.of("some/folder"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dataset", "run", "run:", "single:x"})
    void parse_others_areRefused(String text) {
        assertThatThrownBy(() -> PairGroups.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("groups = ");
    }

    @Test
    void estimator_withGroups_reachesTheTrainer() {
        RewardTrainingOptions options =
                set(
                        "groups",
                        "prototypes",
                        "cre.advantage.estimator",
                        "p_grpo",
                        "cre.advantage.memory",
                        "forget:0.9");
        assertThat(options.cre().trainer(10, 8, 1).advantage().estimator())
                .isEqualTo(EstimatorKind.P_GRPO);
        assertThat(options.cre().trainer(10, 8, 1).advantage().memory()).hasToString("forget:0.9");
        assertThat(options.outcome().trainer(10, 8, 1).advantage().estimator())
                .isEqualTo(EstimatorKind.GRPO);
        assertThat(options.withCre(options.outcome().reward()).cre().advantage())
                .as("ablations keep it")
                .isEqualTo(options.cre().advantage());
    }

    @ParameterizedTest
    @CsvSource({
        "cre.advantage.estimator, p_grpo",
        "outcome.advantage.estimator, p_grpo_shrunk",
        "cre.advantage.group_weight, inverse_share:1",
        "cre.batch.group_sampling, balanced",
    })
    void whatReadsGroups_withoutAny_isRefusedByName(String key, String value) {
        assertThatThrownBy(() -> set(key, value))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining(key + " = " + value + " with groups = none")
                .hasMessageContaining("groups = prototypes");
        assertThat(set(key, value, "groups", "single").groups().kind())
                .isEqualTo(PairGroups.Kind.SINGLE);
        set(key, value, "stages", key.startsWith("cre") ? "[psi]" : "[psi, cre]"); // not trained
    }

    @Test
    void gdpo_isRefused_sinceThereIsOneReward() {
        assertThatThrownBy(() -> set("cre.advantage.estimator", "gdpo", "groups", "single"))
                .hasMessageContaining("cre.advantage.estimator = gdpo")
                .hasMessageContaining("one here");
    }

    @Test
    void groupSampling_underTheCurriculum_isRefused_sinceThatDealsThePairs() {
        assertThatThrownBy(
                        () ->
                                set(
                                        "groups",
                                        "prototypes",
                                        "outcome.batch.group_sampling",
                                        "balanced"))
                .hasMessageContaining("outcome.batch.group_sampling = balanced")
                .hasMessageContaining("curriculum.enabled");
        set(
                "groups",
                "prototypes",
                "outcome.batch.group_sampling",
                "balanced",
                "curriculum.enabled",
                "false");
    }

    /** It would otherwise be found after stage 1. */
    @Test
    void whatTheTrainerRefuses_isRefusedBeforeAnythingIsTrained() {
        assertThatThrownBy(() -> set("cre.temperature", "0"))
                .hasMessageContaining("cre: temperature = 0");
        assertThatThrownBy(
                        () ->
                                set(
                                        "groups",
                                        "prototypes",
                                        "cre.advantage.group_weight",
                                        "inverse_share:1",
                                        "cre.batch.group_sampling",
                                        "balanced"))
                .hasMessageContaining("cre: group_weight");
    }
}
