package org.kindred.eval.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.Task;
import org.kindred.eval.metric.PairOutcome;
import org.kindred.reward.UserContext;

final class RewardBenchmarkTest {

    /**
     * Right on even targets, tied on targets 1 mod 4, without a score on 3 mod 4; knows the size of
     * the context.
     */
    private record Scripted(List<Integer> contexts) implements Arm {
        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public boolean usesHistory() {
            return true;
        }

        @Override
        public UserScorer forUser(UserContext context) {
            contexts.add(context.history().size());
            return target -> {
                int number = target.slot();
                return switch (number % 4) {
                    case 1 -> Reading.of(2, 2);
                    case 3 -> Reading.of(Double.NaN, 1);
                    default -> Reading.of(2, 1);
                };
            };
        }
    }

    private static Preference row(String user, String part, int slot, String itemSplit) {
        return new Preference(
                user + part + slot,
                user,
                List.of(Message.user("which?")),
                List.of(Message.assistant("a" + slot)),
                List.of(Message.assistant("b" + slot)),
                "d",
                List.of("a" + slot, "b" + slot),
                null,
                "seen",
                itemSplit,
                part,
                slot,
                null,
                null,
                null,
                null);
    }

    private static PreferenceDataset dataset() {
        List<Preference> rows = new ArrayList<>();
        for (String user : List.of("u1", "u2")) {
            for (int slot = 5; slot >= 1; slot--) {
                rows.add(row(user, "fit", slot, "train"));
            }
            for (int slot = 0; slot < 8; slot++) {
                rows.add(row(user, "eval", slot, "train"));
            }
        }
        return new PreferenceDataset(List.of(), rows);
    }

    @Test
    void ties_areWrong_missingScoresAreMissing_bothCountedApart() {
        List<Integer> contexts = new ArrayList<>();
        RewardBenchmark.Result result =
                new RewardBenchmark(List.of(0, 3), 200, SeedTree.root(1))
                        .run(
                                dataset(),
                                List.of(new Scripted(contexts)),
                                List.of("none"),
                                Progress.NONE);
        Accuracy row = result.rows().get(0);
        assertThat(result.rows()).hasSize(1); // K = 0 is not a run of an arm with history
        assertThat(row.cell()).isEqualTo("seen_known");
        assertThat(row.pairs()).isEqualTo(16);
        assertThat(row.accuracy().mean()).isEqualTo(8 / 12.0); // 8 right, 4 tied, 4 missing
        assertThat(row.macro()).isEqualTo(8 / 12.0);
        assertThat(row.halfTie()).isEqualTo(10 / 12.0);
        assertThat(row.ties()).isEqualTo(0.25);
        assertThat(row.unscored()).isEqualTo(0.25);
        assertThat(contexts).containsExactly(3, 3);
    }

    @Test
    void armThatScoresNothing_hasNoAccuracyAndNoDifference_andIsNamed() {
        Arm silent =
                new Arm() {
                    @Override
                    public String name() {
                        return "silent";
                    }

                    @Override
                    public boolean usesHistory() {
                        return true;
                    }

                    @Override
                    public UserScorer forUser(UserContext context) {
                        return target -> Reading.of(Double.NaN, Double.NaN);
                    }
                };
        RewardBenchmark.Result result =
                new RewardBenchmark(List.of(3), 200, SeedTree.root(1))
                        .run(
                                dataset(),
                                List.of(new Scripted(new ArrayList<>()), silent),
                                List.of("scripted", "silent"),
                                Progress.NONE);
        assertThat(result.rows().get(1).accuracy().mean()).isNaN();
        assertThat(result.rows().get(1).coverage()).isZero();
        assertThat(result.differences()).isEmpty();
        assertThat(result.silences())
                .containsExactly(
                        "scripted left pairs unscored, which are missing from its numbers: 4 of 16 in seen known at K = 3.",
                        "silent left pairs unscored, which are missing from its numbers: 16 of 16 in seen known at K = 3.");
    }

    /** Right where it answers; of every third target one order is missing, with a reason. */
    private record HalfJudged(String name) implements Arm {
        @Override
        public boolean usesHistory() {
            return true;
        }

        @Override
        public UserScorer forUser(UserContext context) {
            return target -> {
                boolean half = target.slot() % 3 == 0;
                return Reading.of(
                        new double[][] {
                            {2, 1},
                            half ? new double[] {Double.NaN, Double.NaN} : new double[] {2, 1}
                        },
                        half ? "HTTP_500" : null);
            };
        }
    }

    @Test
    void halfJudgedPairs_areMissing_inAccuracyOrdersAndDifferences_withReasons() {
        RewardBenchmark.Result result =
                new RewardBenchmark(List.of(3), 200, SeedTree.root(1))
                        .run(
                                dataset(),
                                List.of(new Hashed("none", false), new HalfJudged("half")),
                                List.of("none"),
                                Progress.NONE);
        Accuracy none = result.rows().get(0);
        Accuracy half = result.rows().get(1);
        assertThat(half.accuracy().mean()).isEqualTo(1);
        assertThat(half.worstDecile()).isEqualTo(1);
        assertThat(half.orders().chosenSecond()).isEqualTo(1);
        assertThat(half.coverage()).isEqualTo(10 / 16.0); // slots 0, 3 and 6 of two users
        assertThat(half.failures()).isEqualTo(Map.of("HTTP_500", 6));
        RewardBenchmark.Difference difference = result.differences().get(0);
        assertThat(difference.difference().mean()).isBetween(0.0, 1 - none.accuracy().mean() + .4);
        assertThat(difference.sentence()).contains("on the 10 of 16 pairs that both scored");
        assertThat(result.silences())
                .containsExactly(
                        "half left pairs unscored, which are missing from its numbers: 6 of 16 in seen known at K = 3 (HTTP_500 = 6).");
        assertThat(result.scored("half")).isTrue();
        assertThat(result.scored("nobody")).isFalse();
    }

    @Test
    void context_isTheFirstFitRowsBySlot() {
        List<String> seen = new ArrayList<>();
        Arm spy =
                new Arm() {
                    @Override
                    public String name() {
                        return "spy";
                    }

                    @Override
                    public boolean usesHistory() {
                        return true;
                    }

                    @Override
                    public UserScorer forUser(UserContext context) {
                        context.history().forEach(row -> seen.add(row.id()));
                        return target -> Reading.of(1, 0);
                    }
                };
        new RewardBenchmark(List.of(2), 200, SeedTree.root(1))
                .run(dataset(), List.of(spy), List.of("none"), Progress.NONE);
        assertThat(seen).containsExactly("u1fit1", "u1fit2", "u2fit1", "u2fit2");
    }

    @Test
    void itemOrder_countsTrainingRows_andIsSilentOnNewItems() {
        ItemOrder order =
                new ItemOrder(List.of(row("u1", "fit", 1, "train"), row("u2", "fit", 1, "train")));
        Arm.UserScorer scorer = order.forUser(new UserContext("u3", List.of()));
        assertThat(scorer.alone("which?", new Task.Candidate("a1", "", null)))
                .isCloseTo(0.75, within(1e-12)); // (2 + 1) / (2 + 2)
        assertThat(scorer.alone("which?", new Task.Candidate("b1", "", null)))
                .isCloseTo(0.25, within(1e-12));
        assertThat(scorer.read(row("u3", "eval", 1, "train")).outcome())
                .isEqualTo(PairOutcome.RIGHT);
        assertThat(scorer.alone("which?", new Task.Candidate("a9", "", null))).isNaN();
        assertThat(scorer.read(row("u3", "eval", 9, "test")).outcome())
                .isEqualTo(PairOutcome.UNSCORED);
    }

    /** Scores that depend on the user and the target alone. */
    private record Hashed(String name, boolean usesHistory) implements Arm {
        @Override
        public UserScorer forUser(UserContext context) {
            return target -> {
                double chosen = Math.floorMod((name + target.id()).hashCode() * 31L, 1000);
                return Reading.of(chosen + 200, Math.floorMod(target.id().hashCode(), 1000));
            };
        }
    }

    @Test
    void thousandUsers_twentyPairs_fourArms_areComparedAtAllShots() {
        List<Preference> rows = new ArrayList<>();
        for (int user = 0; user < 1000; user++) {
            for (int slot = 0; slot < 20; slot++) {
                rows.add(row("u" + user, "eval", slot, "train"));
            }
        }
        List<Arm> arms =
                List.of(
                        new Hashed("none", false),
                        new Hashed("a", true),
                        new Hashed("b", true),
                        new Hashed("c", true));
        RewardBenchmark.Result result =
                new RewardBenchmark(List.of(0, 3, 10, 20), 1000, SeedTree.root(1))
                        .run(
                                new PreferenceDataset(List.of(), rows),
                                arms,
                                List.of("none"),
                                Progress.NONE);
        assertThat(result.rows()).hasSize(10);
        assertThat(result.rows().get(0).pairs()).isEqualTo(20_000);
        assertThat(result.differences()).hasSize(9).allMatch(d -> d.holm() >= d.p());
    }

    @Test
    void armWithHistory_isComparedWithABaselineThatReadsAsMuch() {
        List<Arm> arms =
                List.of(
                        new Hashed("none", false),
                        new Hashed("words", true),
                        new Hashed("a", true));
        RewardBenchmark.Result result =
                new RewardBenchmark(List.of(0, 3, 10), 200, SeedTree.root(1))
                        .run(dataset(), arms, List.of("none", "words"), Progress.NONE);
        assertThat(result.differences())
                .filteredOn(d -> d.baseline().equals("words"))
                .extracting(RewardBenchmark.Difference::arm, RewardBenchmark.Difference::shots)
                .containsExactly(tuple("a", 3), tuple("a", 10));
        assertThat(result.differences())
                .filteredOn(d -> d.baseline().equals("words"))
                .extracting(RewardBenchmark.Difference::sentence)
                .allMatch(text -> text.contains("words at K = "));
    }

    @Test
    void groupsOfUsers_haveRowsOfTheirOwn_thatAddUpToTheCell() {
        List<Accuracy> rows =
                new RewardBenchmark(List.of(0), 200, SeedTree.root(1))
                        .by(Map.of("u1", "left", "u2", "right"))
                        .run(dataset(), List.of(new Hashed("x", false)), List.of(), Progress.NONE)
                        .rows();
        assertThat(rows)
                .extracting(Accuracy::cell)
                .containsExactly("seen_known", "seen_known/left", "seen_known/right");
        assertThat(rows).extracting(Accuracy::pairs).containsExactly(16, 8, 8);
        assertThat(rows.get(1).accuracy().mean() + rows.get(2).accuracy().mean())
                .isCloseTo(2 * rows.get(0).accuracy().mean(), within(1e-12));
        assertThat(
                        new RewardBenchmark(List.of(0), 200, SeedTree.root(1))
                                .by(Map.of("u1", "left"))
                                .run(
                                        dataset(),
                                        List.of(new Hashed("x", false)),
                                        List.of(),
                                        Progress.NONE)
                                .rows())
                .hasSize(2); // a user without a label is in the cell only
    }

    @Test
    void judgeOfPairs_isCountedInBothOrders() {
        Arm first = // always prefers what is shown first
                new Arm() {
                    @Override
                    public String name() {
                        return "first";
                    }

                    @Override
                    public boolean usesHistory() {
                        return false;
                    }

                    @Override
                    public UserScorer forUser(UserContext context) {
                        return target -> Reading.of(new double[][] {{2, 1}, {1, 2}}, null);
                    }
                };
        Accuracy row =
                new RewardBenchmark(List.of(0), 200, SeedTree.root(1))
                        .run(dataset(), List.of(first), List.of("none"), Progress.NONE)
                        .rows()
                        .get(0);
        assertThat(row.ties()).isEqualTo(1); // the mean of both orders
        assertThat(row.orders().accuracy().mean()).isEqualTo(0.5);
        assertThat(row.orders().bias()).isEqualTo(1);
        assertThat(row.orders().consistency()).isZero();
    }
}
