package org.kindred.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class SplitsTest {

    private static Preference row(String id, String user, String prompt, String chosen, String no) {
        return new Preference(
                id,
                user,
                List.of(Message.user(prompt)),
                List.of(Message.assistant(chosen)),
                List.of(Message.assistant(no)),
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
    }

    /** 20 users, each with two pairs on each of 6 of 12 prompts; some answers occur everywhere. */
    private static List<Preference> world(long seed) {
        Random random = new Random(seed);
        List<Preference> rows = new ArrayList<>();
        for (int user = 0; user < 20; user++) {
            for (int prompt = user % 2; prompt < 12; prompt += 2) {
                for (int pair = 0; pair < 2; pair++) {
                    String common = random.nextInt(20) == 0 ? "sorry" : "r" + prompt + "-" + pair;
                    rows.add(
                            row(
                                    "u" + user + "-" + prompt + "-" + pair,
                                    "u" + user,
                                    "p" + prompt,
                                    common,
                                    "n" + prompt + "-" + pair));
                }
            }
        }
        return rows;
    }

    @Property(seed = "20261121", tries = 50)
    void fourCells_anySeed_leaksNothingAndKeepsShares(
            @ForAll @LongRange(min = 0, max = 1_000_000) long seed) {
        List<Preference> rows = world(seed);

        Splits.Result result =
                Splits.fourCells(rows, new Splits.Options(0.25, 0.25, 0.5), SeedTree.root(seed));

        assertThat(Leak.check(result.preferences())).isEmpty();
        assertThat(result.preferences().size() + result.droppedIds().size()).isEqualTo(rows.size());
        assertThat(result.preferences()).allMatch(row -> SplitCell.of(row).isPresent());
        Set<String> unseen =
                result.preferences().stream()
                        .filter(row -> row.userSplit().equals("unseen"))
                        .map(Preference::userId)
                        .collect(Collectors.toSet());
        assertThat(unseen).hasSize(5); // 25 % of 20
        assertThat(result.preferences())
                .filteredOn(row -> row.itemSplit().equals("test"))
                .extracting(Preference::promptText)
                .doesNotContainNull()
                .satisfies(prompts -> assertThat(Set.copyOf(prompts)).hasSizeLessThanOrEqualTo(3));
    }

    @Property(seed = "20261121", tries = 20)
    void fourCells_rowsInAnotherOrder_getTheSamePlace(
            @ForAll @LongRange(min = 0, max = 1_000) long seed) {
        List<Preference> rows = world(1);
        List<Preference> shuffled = new ArrayList<>(rows);
        Collections.shuffle(shuffled, new Random(seed));

        assertThat(
                        Splits.fourCells(shuffled, Splits.Options.defaults(), SeedTree.root(3))
                                .preferences())
                .containsExactlyInAnyOrderElementsOf(
                        Splits.fourCells(rows, Splits.Options.defaults(), SeedTree.root(3))
                                .preferences());
    }

    @Test
    void fourCells_anotherSeed_splitsOtherwise() {
        List<Preference> rows = world(1);

        assertThat(
                        Splits.fourCells(rows, Splits.Options.defaults(), SeedTree.root(1))
                                .preferences())
                .isNotEqualTo(
                        Splits.fourCells(rows, Splits.Options.defaults(), SeedTree.root(2))
                                .preferences());
    }

    @Property(seed = "20261121", tries = 20)
    void withinUser_slots_countFromOneAndPromptsStayTogether(
            @ForAll @IntRange(min = 0, max = 1_000) int seed) {
        Splits.Result result = Splits.withinUser(world(seed), 0.5, SeedTree.root(seed));

        assertThat(result.droppedIds()).isEmpty();
        assertThat(Leak.check(result.preferences())).isEmpty();
        List<Integer> slots =
                result.preferences().stream()
                        .filter(row -> row.userId().equals("u3") && row.slot() != null)
                        .map(Preference::slot)
                        .sorted()
                        .toList();
        assertThat(slots).isNotEmpty();
        for (int i = 0; i < slots.size(); i++) {
            assertThat(slots.get(i)).isEqualTo(i + 1);
        }
    }

    @Test
    void fourCells_onePromptForAll_splitsByAnswers() {
        List<Preference> rows = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            rows.add(row("x" + i, "u" + i % 4, "Which one?", "a" + i, "b" + i));
        }

        Splits.Result result = Splits.fourCells(rows, Splits.Options.defaults(), SeedTree.root(1));

        assertThat(Leak.check(result.preferences())).isEmpty();
        assertThat(result.preferences())
                .extracting(row -> SplitCell.of(row).orElseThrow())
                .contains(SplitCell.values());
    }

    @Test
    void check_everyKindOfLeak_isFound() {
        List<Preference> rows =
                List.of(
                        Splits.placed(row("1", "u", "p", "a", "b"), "seen", "train", "fit", 1),
                        Splits.placed(row("2", "u", "p", "c", "d"), "unseen", "test", "eval", null),
                        Splits.placed(row("3", "v", "q", "a", "e"), "unseen", "test", "eval", null),
                        Splits.placed(row("4", "u", "r", "b", "f"), "seen", "train", "eval", null));

        List<Leak> leaks = Leak.check(rows);

        assertThat(leaks)
                .containsExactly(
                        new Leak(Leak.Kind.USER_ON_BOTH_SIDES, 1, "2"),
                        new Leak(Leak.Kind.PROMPT_ON_BOTH_SIDES, 1, "2"),
                        new Leak(Leak.Kind.ANSWER_ON_BOTH_SIDES, 1, "3"),
                        new Leak(Leak.Kind.CONTEXT_SHARES_PROMPT, 1, "2"),
                        new Leak(Leak.Kind.CONTEXT_SHARES_ANSWER, 1, "4"));
    }

    @Test
    void splitCell_rowWithoutPlace_hasNone() {
        assertThat(SplitCell.of(row("1", "u", "p", "a", "b"))).isEmpty();
        assertThat(
                        SplitCell.of(
                                Splits.placed(
                                        row("1", "u", "p", "a", "b"), "unseen", "train", "fit", 1)))
                .contains(SplitCell.UNSEEN_KNOWN);
    }

    @Test
    void options_shareOutOfRange_isRefused() {
        assertThatThrownBy(() -> new Splits.Options(1, 0, 0.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unseen_user_share = 1.0");
        assertThatThrownBy(() -> new Splits.Options(0, Double.NaN, 0.5))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
