package org.kindred.policy.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kindred.datasets.Json;
import org.kindred.options.Spelling;

final class AdvantageOptionsTest {

    @Test
    void json_roundTripsWithoutLoss() throws JsonProcessingException {
        ObjectMapper json = Json.mapper();
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
        assertThat(Spelling.parse(EstimatorKind.class, "value", "p_grpo_shrunk"))
                .isEqualTo(EstimatorKind.P_GRPO_SHRUNK);
        assertThat(Spelling.parse(Divisor.class, "value", "sample")).isEqualTo(Divisor.SAMPLE);
    }

    @Test
    void badValues_areRefusedNamingKeyAndValue() {
        assertRefused(() -> HistoryMemory.parse("ema:2"), "memory = ema:2");
        assertRefused(() -> HistoryMemory.parse("window:2.5"), "memory = window:2.5");
        assertRefused(() -> HistoryMemory.parse("window:x"), "memory = window:x");
        assertRefused(() -> HistoryMemory.parse("forever"), "cumulative, ema, window, forget");
        assertRefused(() -> HistoryOrder.parse("normalise_first"), "MIN at least 2");
        assertRefused(() -> GroupWeight.parse("dro"), "group_weight = dro");
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

    @Test
    void everyOption_changesAnObservableNumber() {
        AdvantageOptions p = AdvantageOptions.defaults(EstimatorKind.P_GRPO);
        AdvantageOptions shrunk = AdvantageOptions.defaults(EstimatorKind.P_GRPO_SHRUNK);
        HistoryMemory cumulative = HistoryMemory.CUMULATIVE;
        HistoryOrder updateFirst = HistoryOrder.UPDATE_FIRST;
        GroupWeight weight = GroupWeight.parse("inverse_share:1");
        assertDifferent(
                List.of(
                        p,
                        p.withStd(Divisor.SAMPLE, 1e-6),
                        p.withStd(Divisor.POP, 1e-2),
                        p.withAdvantageClip(1),
                        p.withHistory(HistoryMemory.parse("ema:0.5"), updateFirst, 1),
                        p.withHistory(HistoryMemory.parse("window:3"), updateFirst, 1),
                        p.withHistory(HistoryMemory.parse("forget:0.5"), updateFirst, 1),
                        p.withHistory(cumulative, HistoryOrder.parse("normalise_first:2"), 1),
                        p.withHistory(cumulative, HistoryOrder.parse("normalise_first:9"), 1),
                        p.withHistory(cumulative, updateFirst, .5),
                        p.withBaseline(HistoryBaseline.PROMPT_MEAN),
                        p.withSize(Whitening.BATCH_RMS, GroupWeight.NONE, 0),
                        p.withSize(Whitening.NONE, weight, 0),
                        p.withSize(Whitening.NONE, GroupWeight.NONE, .7),
                        shrunk,
                        shrunk.withSize(Whitening.NONE, GroupWeight.NONE, 0),
                        shrunk.withShrinkageScale(ShrinkageScale.PREDICTIVE)
                                .withSize(Whitening.NONE, GroupWeight.NONE, 0),
                        shrunk.withShrinkageScale(ShrinkageScale.TOTAL)
                                .withSize(Whitening.NONE, GroupWeight.NONE, 0)));
    }

    @ParameterizedTest
    @EnumSource
    void anUnreadOption_changesNothing_aReadOneDoes(EstimatorKind estimator) {
        AdvantageOptions base =
                AdvantageOptions.defaults(estimator).withSize(Whitening.NONE, GroupWeight.NONE, 0);
        assertUnreadAreThose(base);
        if (estimator.usesHistory()) {
            assertUnreadAreThose(
                    base.withHistory(base.memory(), HistoryOrder.parse("normalise_first:9"), 1));
        }
    }

    /** Another value of every option. One that the constructor refuses counts as unread. */
    private static void assertUnreadAreThose(AdvantageOptions base) {
        HistoryMemory window = HistoryMemory.parse("window:3");
        HistoryOrder late = HistoryOrder.parse("normalise_first:20");
        GroupWeight weight = GroupWeight.parse("inverse_share:1");
        double cap = base.userShareCap();
        Map<String, Supplier<AdvantageOptions>> others = new TreeMap<>();
        others.put("std", () -> base.withStd(Divisor.SAMPLE, base.epsilon()));
        others.put("epsilon", () -> base.withStd(base.std(), .05));
        others.put("advantage_clip", () -> base.withAdvantageClip(.1));
        others.put("memory", () -> base.withHistory(window, base.order(), cap));
        others.put("order", () -> base.withHistory(base.memory(), late, cap));
        others.put("user_share_cap", () -> base.withHistory(base.memory(), base.order(), .4));
        others.put("baseline", () -> base.withBaseline(HistoryBaseline.PROMPT_MEAN));
        others.put("shrinkage_scale", () -> base.withShrinkageScale(ShrinkageScale.TOTAL));
        others.put(
                "final_whitening", () -> base.withSize(Whitening.BATCH_RMS, GroupWeight.NONE, 0));
        others.put("group_weight", () -> base.withSize(Whitening.NONE, weight, 0));
        others.put("advantage_rms", () -> base.withSize(Whitening.NONE, GroupWeight.NONE, .7));
        others.put("reward_rescaling", () -> base.withRewardRescaling(RewardRescaling.DISCO));
        assertThat(others).hasSize(AdvantageOptions.class.getRecordComponents().length - 1);
        Set<String> unread = new TreeSet<>();
        others.forEach(
                (key, other) -> {
                    try {
                        if (advantages(other.get()).equals(advantages(base))) {
                            unread.add(key);
                        }
                    } catch (IllegalArgumentException refused) {
                        unread.add(key);
                    }
                });
        assertThat(base.unread().keySet()).as("%s", base).isEqualTo(unread);
    }

    private static void assertDifferent(List<AdvantageOptions> all) {
        List<List<Double>> seen = new ArrayList<>();
        for (AdvantageOptions options : all) {
            List<Double> advantages = advantages(options);
            assertThat(seen).as("%s", options).doesNotContain(advantages);
            seen.add(advantages);
        }
    }

    /** Four steps; two thirds of the prompts are A's, half of those of one user. */
    private static List<Double> advantages(AdvantageOptions options) {
        GroupHistory history =
                options.estimator().usesHistory()
                        ? GroupHistory.empty(options.memory(), Set.of("A", "B"), "test")
                        : null;
        AdvantageNormaliser normaliser =
                new AdvantageNormaliser(
                        options, new double[] {1}, Map.of("A", 2 / 3.0, "B", 1 / 3.0), history);
        SplittableRandom random = new SplittableRandom(9);
        List<Double> advantages = new ArrayList<>();
        for (int step = 0; step < 4; step++) {
            List<PromptScores> prompts = new ArrayList<>();
            for (int j = 0; j < 6; j++) {
                double offset = random.nextDouble() * 2;
                double[] rewards = random.doubles(4).map(r -> r + offset).toArray();
                String group = j < 4 ? "A" : "B";
                String user = j < 3 ? "u" : "v";
                prompts.add(new PromptScores("p" + j, group, user, new double[][] {rewards}));
            }
            for (double[] row : normaliser.normalise(prompts).values()) {
                for (double advantage : row) {
                    advantages.add(advantage);
                }
            }
        }
        return advantages;
    }

    private static void assertRefused(Runnable action, String message) {
        assertThatIllegalArgumentException().isThrownBy(action::run).withMessageContaining(message);
    }
}
