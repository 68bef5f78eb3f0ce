package org.kindred.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class PlacementTest {
    private static final Placement.Options TWENTY_ROWS =
            new Placement.Options(Splits.Options.defaults(), 0.25, 20);

    private static Preference row(
            String id, String user, String prompt, String answer, @Nullable String domain) {
        return new Preference(
                id,
                user,
                List.of(Message.user(prompt)),
                List.of(Message.assistant("good " + answer)),
                List.of(Message.assistant("bad " + answer)),
                domain,
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

    /** Every user answers some of the prompts; some answers occur under several prompts. */
    private static List<Preference> world(int users, int prompts, int domains, long seed) {
        Random random = new Random(seed);
        List<Preference> rows = new ArrayList<>();
        for (int user = 0; user < users; user++) {
            for (int prompt = 0; prompt < prompts; prompt++) {
                if (random.nextInt(4) > 0) {
                    String answer = random.nextInt(30) == 0 ? "sorry" : prompt + " " + user;
                    rows.add(
                            row(
                                    "r" + user + "-" + prompt,
                                    "u" + user,
                                    "p" + prompt,
                                    answer,
                                    domains == 0 ? null : "d" + prompt % domains));
                }
            }
        }
        return rows;
    }

    private static Placement place(List<Preference> rows, Placement.Options options, long seed) {
        return Placement.of(new PreferenceDataset(List.of(), rows), options, SeedTree.root(seed));
    }

    private static Set<String> of(
            Placement placed,
            java.util.function.Predicate<Preference> which,
            Function<Preference, @Nullable String> what) {
        return placed.dataset().preferences().stream()
                .filter(which)
                .map(what)
                .collect(Collectors.toSet());
    }

    private static void assertApart(Set<String> some, Iterable<String> others) {
        assertThat(others).allSatisfy(other -> assertThat(some).doesNotContain(other));
    }

    @Property(seed = "20261201", tries = 60)
    void of_anySize_nothingStandsOnBothSides(
            @ForAll @IntRange(min = 1, max = 30) int users,
            @ForAll @IntRange(min = 1, max = 30) int prompts,
            @ForAll @IntRange(min = 0, max = 6) int domains,
            @ForAll @IntRange(min = 0, max = 1_000_000) int seed) {
        List<Preference> rows = world(users, prompts, domains, seed);

        Placement placed = place(rows, TWENTY_ROWS, seed);

        assertThat(placed.dataset().preferences().size() + placed.droppedIds().size())
                .isEqualTo(rows.size());
        assertApart(
                of(placed, row -> row.isOfUnseenUser(), Preference::userId),
                of(placed, row -> !row.isOfUnseenUser(), Preference::userId));
        if (rows.stream().map(Preference::promptText).distinct().count() > 1) {
            assertApart(
                    of(placed, Preference::isOfNewItem, Preference::promptText),
                    of(placed, row -> !row.isOfNewItem(), Preference::promptText));
        }
        assertApart(
                of(placed, Preference::isTraining, Preference::domain),
                placed.outOfDistributionDomains());
        assertThat(of(placed, r -> "ood".equals(r.split()), Preference::domain))
                .isEqualTo(Set.copyOf(placed.outOfDistributionDomains()));
        if (!rows.isEmpty()) {
            assertThat(placed.dataset().training()).isNotEmpty();
        }
    }

    @Property(seed = "20261201", tries = 30)
    void of_rowsInAnotherOrder_getTheSamePlaces(
            @ForAll @IntRange(min = 0, max = 1_000) int shuffle) {
        List<Preference> rows = world(20, 20, 4, 1);
        List<Preference> shuffled = new ArrayList<>(rows);
        Collections.shuffle(shuffled, new Random(shuffle));

        Placement one = place(rows, TWENTY_ROWS, 7);
        Placement other = place(shuffled, TWENTY_ROWS, 7);

        assertThat(other.dataset().preferences())
                .containsExactlyInAnyOrderElementsOf(one.dataset().preferences());
        assertThat(other.droppedIds()).containsExactlyInAnyOrderElementsOf(one.droppedIds());
        assertThat(other.how()).isEqualTo(one.how());
        assertThat(place(rows, TWENTY_ROWS, 7)).isEqualTo(one);
        assertThat(place(rows, TWENTY_ROWS, 8)).isNotEqualTo(one);
    }

    @Test
    void of_fourDomains_oneIsHeldOutWhollyAndSoAreUsersAndPrompts() {
        Placement placed = place(world(40, 40, 4, 3), Placement.Options.defaults(), 3);

        assertThat(placed.outOfDistributionDomains()).hasSize(1);
        assertThat(of(placed, row -> SplitCell.of(row).isPresent(), Preference::domain)).hasSize(3);
        assertThat(
                        placed.dataset().preferences().stream()
                                .filter(Preference::isTarget)
                                .flatMap(row -> SplitCell.of(row).stream()))
                .contains(SplitCell.values());
        assertThat(placed.how())
                .contains("10 of 40 users unseen")
                .contains("domain " + placed.outOfDistributionDomains().get(0) + " held out")
                .contains("rows dropped that would stand on both sides");
        assertThat(Leak.check(placed.dataset().preferences())).isEmpty();
    }

    @Test
    void of_smallOrSharedDomains_holdsNoneOutAndSaysWhy() {
        List<Preference> rows = world(5, 6, 3, 3);
        assertThat(place(rows, Placement.Options.defaults(), 1).how())
                .contains("1 of 5 users unseen")
                .contains("no domain held out (0 with 50 rows of their own, 3 are needed)");
        List<Preference> samePrompts = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            samePrompts.add(row("r" + i, "u" + i % 20, "p" + i % 7, "" + i, "d" + i % 4));
        }
        assertThat(place(samePrompts, TWENTY_ROWS, 1).outOfDistributionDomains()).isEmpty();
    }

    @Test
    void of_tinyData_isStillPlaced() {
        Placement one = place(List.of(row("1", "u", "p", "a", null)), TWENTY_ROWS, 1);
        assertThat(one.dataset().training()).hasSize(1);
        assertThat(one.how())
                .contains("no user held back")
                .contains("no prompt held back")
                .contains("nothing can be measured");

        for (long seed = 0; seed < 20; seed++) {
            Placement apart =
                    place(
                            List.of(row("1", "u", "p", "a", null), row("2", "v", "q", "b", null)),
                            TWENTY_ROWS,
                            seed);
            assertThat(apart.dataset().training()).as("seed %d", seed).isNotEmpty();
            assertThat(apart.dataset().targets()).as("seed %d", seed).isNotEmpty();
        }
        assertThat(place(world(1, 2, 0, 1), TWENTY_ROWS, 1).how()).contains("no user held back");
    }

    @Test
    void of_rowsWithATarget_areLeftAsTheyAre() {
        List<Preference> rows =
                List.of(
                        Splits.placed(row("1", "u", "p", "a", "x"), "seen", "train", "fit", 1),
                        Splits.outOfDistribution(
                                Splits.placed(
                                        row("2", "u", "q", "b", "y"),
                                        "seen",
                                        "test",
                                        "eval",
                                        null)));

        Placement placed = place(rows, TWENTY_ROWS, 1);

        assertThat(placed.dataset().preferences()).isEqualTo(rows);
        assertThat(placed.outOfDistributionDomains()).containsExactly("y");
        assertThat(placed.how()).isEmpty();
        assertThat(place(List.of(), TWENTY_ROWS, 1).dataset().preferences()).isEmpty();
    }

    @Test
    void options_outOfRange_areRefused() {
        assertThatThrownBy(() -> new Placement.Options(Splits.Options.defaults(), 1, 50))
                .hasMessageContaining("domain_share = 1.0");
        assertThatThrownBy(() -> new Placement.Options(Splits.Options.defaults(), 0.5, 0))
                .hasMessageContaining("domain_rows = 0");
    }
}
