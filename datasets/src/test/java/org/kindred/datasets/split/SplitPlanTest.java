package org.kindred.datasets.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.CanonicalWriter;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Leak;
import org.kindred.datasets.Manifest;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Splits;

final class SplitPlanTest {
    private static final SplitOptions OPTIONS = SplitOptions.defaults();
    @TempDir Path folder;

    @Test
    void storedSplit_appliesToTheSameRows() {
        SourceData data = data("a", 12, 8, null);
        SplitPlan plan = SplitPlan.of(SplitKind.USER_ITEM_CELLS, data, OPTIONS);
        Path out = folder.resolve("split");
        plan.split().write(out, plan.places());
        DatasetSplit read = DatasetSplit.read(out);
        assertThat(read).isEqualTo(plan.split());
        List<Preference> rows =
                read.apply(read.folds().get(0), DatasetSplit.places(out), List.of(data))
                        .preferences();
        Set<String> users = users(rows, "unseen");
        assertThat(users).hasSize(3).doesNotContainAnyElementsOf(users(rows, "seen")); // 25 % of 12
        assertThat(read.folds().get(0).leaks()).isEmpty();
        assertThat(out.resolve("ids.jsonl")).content().doesNotContain("What grows");
    }

    @Test
    void changedData_isRefused() throws Exception {
        SourceData data = data("a", 4, 4, null);
        SplitPlan plan = SplitPlan.of(SplitKind.WITHIN_USER, data, OPTIONS);
        Path file = folder.resolve("a/preferences.jsonl");
        Files.writeString(file, Files.readString(file).replace("row-0-0", "row-0-x"));
        SourceData changed = SourceData.read("a", folder.resolve("a"));
        assertThatThrownBy(
                        () ->
                                plan.split()
                                        .apply(
                                                plan.split().folds().get(0),
                                                plan.places(),
                                                List.of(changed)))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("its files changed");
    }

    @Test
    void seed_decides_orderOfRowsDoesNot() {
        SourceData data = data("a", 10, 6, null);
        List<DatasetSplit.Place> once = places(data, 1);
        assertThat(places(data, 1)).isEqualTo(once);
        assertThat(places(data, 2)).isNotEqualTo(once);
    }

    @Test
    void userDisjoint_keepsUsersApart_withinUser_keepsAll() {
        SourceData data = data("a", 8, 6, null);
        assertThat(
                        SplitPlan.of(SplitKind.USER_DISJOINT, data, OPTIONS)
                                .split()
                                .folds()
                                .get(0)
                                .cells())
                .containsOnlyKeys(
                        "seen/train/eval",
                        "seen/train/fit",
                        "unseen/train/eval",
                        "unseen/train/fit");
        assertThat(
                        SplitPlan.of(SplitKind.WITHIN_USER, data, OPTIONS)
                                .split()
                                .folds()
                                .get(0)
                                .cells())
                .containsOnlyKeys("seen/train/eval", "seen/train/fit");
    }

    @Test
    void byDomain_marksTheHeldDomain() {
        SourceData data = data("a", 6, 9, null);
        SplitOptions travel =
                new SplitOptions(1, Splits.Options.defaults(), List.of("travel"), 0.25);
        SplitPlan plan = SplitPlan.of(SplitKind.BY_DOMAIN, data, travel);
        List<Preference> rows =
                plan.split()
                        .apply(plan.split().folds().get(0), plan.places(), List.of(data))
                        .preferences();
        assertThat(rows).anyMatch(row -> "ood".equals(row.split()));
        assertThat(rows)
                .allMatch(row -> "ood".equals(row.split()) == "travel".equals(row.domain()));
        SplitOptions nowhere =
                new SplitOptions(1, Splits.Options.defaults(), List.of("space"), 0.25);
        assertThatThrownBy(() -> SplitPlan.of(SplitKind.BY_DOMAIN, data, nowhere))
                .hasMessageContaining("space");
    }

    @Test
    void officialColumn_testIsTarget_trainAndValAreContext() {
        SourceData data = data("a", 3, 6, "column");
        SplitPlan plan = SplitPlan.of(SplitKind.OFFICIAL, data, OPTIONS);
        assertThat(plan.split().folds().get(0).cells())
                .containsEntry("seen/train/fit", 12L)
                .containsEntry("seen/train/eval", 6L); // every third row of 18 is test
    }

    @Test
    void officialSplit_ofDataWithoutOne_saysWhatElse() {
        SourceData data = data("a", 3, 6, null);
        assertThatThrownBy(() -> SplitPlan.of(SplitKind.OFFICIAL, data, OPTIONS))
                .hasMessageContaining("within_user");
    }

    @Test
    void leaveOneOut_givesEachItsTurn() {
        List<SourceData> all =
                List.of(data("a", 4, 6, null), data("b", 4, 6, null), data("c", 4, 6, null));
        SplitPlan plan = SplitPlan.leaveOneOut(all, OPTIONS);
        assertThat(plan.split().folds())
                .extracting(DatasetSplit.Fold::name)
                .containsExactly("without-a", "without-b", "without-c");
        List<Preference> rows =
                plan.split().apply(plan.split().folds().get(1), plan.places(), all).preferences();
        assertThat(rows)
                .allMatch(row -> row.id().startsWith("b/") == "ood".equals(row.split()))
                .anyMatch(row -> row.userId().startsWith("c/"));
    }

    @Test
    void suite_reportsTextsThatBothSidesHold() {
        // the same rows under two names: every test prompt stands in training
        SourceData a = data("a", 4, 6, null);
        SourceData copy = SourceData.read("copy", folder.resolve("a"));
        SplitPlan plan = SplitPlan.suite(List.of(a), List.of(copy), OPTIONS);
        assertThat(plan.split().folds().get(0).leaks())
                .extracting(Leak::kind)
                .contains(Leak.Kind.PROMPT_ON_BOTH_SIDES, Leak.Kind.ANSWER_ON_BOTH_SIDES);
        assertThatThrownBy(() -> SplitPlan.suite(List.of(a), List.of(a), OPTIONS))
                .hasMessageContaining("named a");
    }

    private static List<DatasetSplit.Place> places(SourceData data, long seed) {
        return SplitPlan.of(
                        SplitKind.USER_ITEM_CELLS,
                        data,
                        new SplitOptions(seed, Splits.Options.defaults(), List.of(), 0.25))
                .places();
    }

    private static Set<String> users(List<Preference> rows, String userSplit) {
        return rows.stream()
                .filter(row -> userSplit.equals(row.userSplit()))
                .map(Preference::userId)
                .collect(Collectors.toSet());
    }

    private SourceData data(String name, int users, int rowsEach, String kind) {
        String[] domains = {"home", "travel", "work"};
        String[] splits = {"train", "val", "test"};
        List<Preference> rows = new ArrayList<>();
        for (int user = 0; user < users; user++) {
            for (int i = 0; i < rowsEach; i++) {
                String id = user + "-" + i;
                rows.add(
                        new Preference(
                                "row-" + id,
                                name + "-user-" + user,
                                List.of(Message.user("What grows in " + name + " " + id + "?")),
                                List.of(Message.assistant("moss " + name + id)),
                                List.of(Message.assistant("fern " + name + id)),
                                domains[i % 3],
                                null,
                                kind == null ? null : splits[i % 3],
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null));
            }
        }
        Path target = folder.resolve(name);
        CanonicalWriter.write(
                target, new PreferenceDataset(List.of(), rows), List.of(), Manifest.named(name));
        return SourceData.read(name, target);
    }
}
