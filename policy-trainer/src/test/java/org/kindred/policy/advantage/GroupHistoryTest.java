package org.kindred.policy.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.kindred.policy.advantage.Steps.normaliser;
import static org.kindred.policy.advantage.Steps.one;
import static org.kindred.policy.advantage.Steps.prompt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.KindredException;

final class GroupHistoryTest {
    private static final double[] TWELVE = {.8, .6, .9, .7, .9, .9, .7, .5, .6, .8, .8, 1.0};

    private static GroupHistory empty(String memory, String... groups) {
        return GroupHistory.empty(HistoryMemory.parse(memory), Set.of(groups), "reward 1");
    }

    private static void visit(GroupHistory history, String group, double... rewards) {
        history.update(List.of(PromptRewards.of("x", group, rewards)), 1);
    }

    @Test
    void moments_splitFiveAndSevenAndMerged_equalOneStream() {
        Moments whole = Moments.of(TWELVE);
        Moments first = Moments.of(java.util.Arrays.copyOfRange(TWELVE, 0, 5));
        Moments merged = first.merge(Moments.of(java.util.Arrays.copyOfRange(TWELVE, 5, 12)));
        assertThat(merged.count()).isEqualTo(12);
        assertThat(merged.mean()).isCloseTo(whole.mean(), within(1e-15));
        assertThat(merged.squares()).isCloseTo(whole.squares(), within(1e-15));
    }

    @Test
    void moments_overAMillionRewards_equalTwoPasses() {
        for (double offset : new double[] {0, 1e8}) {
            double[] values = new SplittableRandom(7).doubles(1_000_000).toArray();
            Moments moments = Moments.EMPTY;
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                values[i] = (values[i] + offset) - offset; // exactly what the sum holds
                moments = moments.plus(values[i] + offset);
                sum += values[i];
            }
            double mean = sum / values.length;
            double squares = 0;
            for (double value : values) {
                squares += (value - mean) * (value - mean);
            }
            assertThat(moments.mean()).isCloseTo(mean + offset, within(1e-12 * (mean + offset)));
            assertThat(moments.squares()).isCloseTo(squares, within(1e-12 * squares));
        }
    }

    @Test
    void update_ofAnUnknownGroup_isRefusedAndChangesNothing() {
        GroupHistory history = empty("cumulative", "A");
        String before = Steps.bits(history);
        List<PromptRewards> step =
                List.of(PromptRewards.of("1", "A", 1, 2), PromptRewards.of("2", "Z", 1, 2));
        assertThatThrownBy(() -> history.update(step, 1))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("group = Z: unknown")
                .hasMessageContaining("[A]");
        assertThat(Steps.bits(history)).isEqualTo(before);
    }

    @Test
    void update_ofDisjointGroups_keepsEachEqualToItsOwnOracle() {
        GroupHistory history = empty("cumulative", "domain", "low");
        history.update(
                List.of(
                        PromptRewards.of("1", "domain", 10, 11),
                        PromptRewards.of("2", "low", 1, 2, 3),
                        PromptRewards.of("3", "domain", 14, 9)),
                1);
        assertThat(history.state("domain").rewards()).isEqualTo(Moments.of(10, 11, 14, 9));
        assertThat(history.state("low").rewards()).isEqualTo(Moments.of(1, 2, 3));
    }

    @Test
    void unscoredCompletions_leaveTheStateBitwiseUnchanged() {
        for (EstimatorKind kind : List.of(EstimatorKind.P_GRPO, EstimatorKind.P_GRPO_SHRUNK)) {
            AdvantageNormaliser clean = normaliser(AdvantageOptions.defaults(kind), "A");
            AdvantageNormaliser faulty = normaliser(AdvantageOptions.defaults(kind), "A");
            double nan = Double.NaN;
            clean.normalise(List.of(prompt("1", "A", .8, .6), prompt("2", "A", .3, .2)));
            Advantages advantages =
                    faulty.normalise(
                            List.of(
                                    prompt("1", "A", nan, .8, .6, nan),
                                    prompt("2", "A", .3, nan, nan, .2),
                                    prompt("3", "A", nan, nan, .9, nan),
                                    prompt("4", "A", nan, nan, nan, nan)));
            assertThat(Steps.bits(faulty.history().orElseThrow()))
                    .isEqualTo(Steps.bits(clean.history().orElseThrow()));
            assertThat(advantages.droppedPrompts()).isEqualTo(2);
            assertThat(advantages.used()[0]).containsExactly(false, true, true, false);
            assertThat(advantages.used()[2]).containsExactly(false, false, false, false);
            assertThat(advantages.values()[2]).containsExactly(0, 0, 0, 0);
            assertThat(advantages.values()[0][0]).isZero();
        }
    }

    @Test
    void forgetOne_isCumulative() {
        GroupHistory forgetting = empty("forget:1", "A");
        GroupHistory cumulative = empty("cumulative", "A");
        for (List<PromptScores> step : Steps.random(new SplittableRandom(3), 20)) {
            for (PromptScores prompt : step) {
                visit(forgetting, "A", prompt.scores()[0]);
                visit(cumulative, "A", prompt.scores()[0]);
            }
        }
        assertThat(forgetting.state("A")).isEqualTo(cumulative.state("A"));
    }

    @Test
    void forget_afterAStepChange_losesItsBiasAtTheStatedRate() {
        GroupHistory history = empty("forget:0.9", "A");
        for (int i = 0; i < 400; i++) {
            visit(history, "A", -1, 1);
        }
        for (int i = 0; i < 10; i++) {
            visit(history, "A", 9, 11);
        }
        double bias = 10 - history.state("A").rewards().mean();
        assertThat(bias).isCloseTo(10 * Math.pow(.9, 10), within(.01 * bias));
    }

    @Test
    void window_keepsTheLastVisitsExactly() {
        GroupHistory history = empty("window:2", "A");
        visit(history, "A", 5, 9);
        visit(history, "A", 1, 2);
        visit(history, "A", 4, 8, 6);
        GroupState state = history.state("A");
        assertThat(state.rewards()).isEqualTo(Moments.of(1, 2, 4, 8, 6));
        assertThat(state.prompts()).isEqualTo(PromptMoments.EMPTY.plus(1, 2).plus(4, 8, 6));
    }

    @Test
    void ema_followsItsFormula() {
        GroupHistory history = empty("ema:0.5", "A");
        visit(history, "A", 1, 3); // mean 2, variance 1
        visit(history, "A", 4, 8); // mean 6, variance 4
        Moments moments = history.state("A").rewards();
        // mean 2 + .5 * 4; variance .5 * (1 + .5 * 16) + .5 * 4
        assertThat(moments.mean()).isEqualTo(4);
        assertThat(moments.variance(Divisor.POP)).isEqualTo(6.5);
        assertThat(moments.count()).isEqualTo(4);
    }

    @Test
    void userShareCap_limitsWhatOneUserBringsIn() {
        GroupHistory history = empty("cumulative", "A");
        List<PromptRewards> step =
                List.of(
                        ofUser("1", "u", 1, 2),
                        ofUser("2", "u", 3, 4),
                        ofUser("3", "u", 5, 6),
                        ofUser("4", "v", 7, 8));
        assertThat(history.update(step, .5)).isEqualTo(1);
        assertThat(history.state("A").rewards()).isEqualTo(Moments.of(1, 2, 3, 4, 7, 8));
    }

    private static PromptRewards ofUser(String id, String user, double... rewards) {
        return new PromptRewards(id, "A", user, rewards, new double[][] {rewards});
    }

    @Test
    void metrics_tellCountsAndStaleness() {
        GroupHistory history = empty("cumulative", "A", "B");
        visit(history, "A", 1, 3);
        visit(history, "B", 2, 2);
        visit(history, "B", 4, 4);
        assertThat(history.metrics())
                .containsEntry("history/A/count", 2.0)
                .containsEntry("history/A/mean", 2.0)
                .containsEntry("history/A/std", 1.0)
                .containsEntry("history/A/staleness_steps", 2.0)
                .containsEntry("history/B/staleness_steps", 0.0)
                .containsEntry("history/B/sigma2_w", 0.0)
                .containsEntry("history/B/tau2", 2.0)
                .containsEntry("history/B/w", 1.0);
    }

    @Test
    void file_givesTheSameBitsBack(@TempDir Path folder) {
        Path file = folder.resolve("history.json");
        for (String memory : List.of("cumulative", "forget:0.98", "window:7", "ema:0.1")) {
            GroupHistory history = empty(memory, "A", "B", "C");
            for (List<PromptScores> step : Steps.random(new SplittableRandom(11), 5)) {
                step.forEach(p -> visit(history, p.group(), p.scores()[0]));
            }
            GroupHistoryFile.write(file, history);
            GroupHistory read = empty(memory, "A", "B", "C");
            GroupHistoryFile.restore(file, read, false);
            assertThat(Steps.bits(read)).isEqualTo(Steps.bits(history));
            visit(history, "A", .1, .7);
            visit(read, "A", .1, .7);
            assertThat(Steps.bits(read)).isEqualTo(Steps.bits(history));
        }
    }

    @Test
    void file_ofAnotherRun_isRefusedNamingTheField(@TempDir Path folder) {
        Path file = folder.resolve("history.json");
        GroupHistoryFile.write(file, empty("cumulative", "A", "B"));
        assertRefused(file, empty("cumulative", "A"), "groups is [A, B] in the file");
        assertRefused(file, empty("window:5", "A", "B"), "memory is cumulative in the file");
        GroupHistory otherReward =
                GroupHistory.empty(HistoryMemory.CUMULATIVE, Set.of("A", "B"), "reward 2");
        assertRefused(file, otherReward, "reward_fingerprint is reward 1");
        GroupHistoryFile.restore(file, otherReward, true);
        assertThat(otherReward.rewardFingerprint()).isEqualTo("reward 2");
    }

    @Test
    void file_thatIsNewerOrDamaged_isRefused(@TempDir Path folder) throws IOException {
        GroupHistory history = empty("cumulative", "A");
        Path good = folder.resolve("history.json");
        GroupHistoryFile.write(good, history);
        String json = Files.readString(good);
        Map<String, String> damage =
                Map.of(
                        json.replace("\"version\" : 1", "\"version\" : 2"),
                        "version 2, expected kindred-group-history version 1 to 1",
                        json.replace("\"squares\" : 0.0", "\"squares\" : -1.0"),
                        "squares = -1.0",
                        json.replace("\"last_step\" : 0", "\"other\" : 0"),
                        "field groups.A",
                        json.substring(1),
                        "not valid JSON");
        for (Map.Entry<String, String> entry : damage.entrySet()) {
            Path file = folder.resolve("damaged.json");
            Files.writeString(file, entry.getKey());
            assertRefused(file, history, entry.getValue());
        }
    }

    private static void assertRefused(Path file, GroupHistory expected, String message) {
        assertThatThrownBy(() -> GroupHistoryFile.restore(file, expected, false))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining(message);
    }

    @Test
    void firstVisit_underUpdateFirst_isGrpo() {
        double[] rewards = {.13, .57, .91, .29, .44};
        double[] own =
                one(normaliser(AdvantageOptions.defaults(EstimatorKind.GRPO), "A"), "A", rewards);
        double[] first =
                one(normaliser(AdvantageOptions.defaults(EstimatorKind.P_GRPO), "A"), "A", rewards);
        assertThat(first).isEqualTo(own);
    }
}
