package org.kindred.datasets.split;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Leak;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.Splits;

/**
 * Makes a split. Equal data, options and seed give equal files; the order of rows matters only for
 * official splits that go by it.
 *
 * @param split what was made, with leaks checked on the rows as an evaluation would see them
 * @param places of all rows
 */
public record SplitPlan(DatasetSplit split, List<DatasetSplit.Place> places) {

    /** Which data sets train and test together. */
    private record Roles(String name, List<String> train, List<String> test) {}

    /**
     * A split of one data set.
     *
     * @throws KindredException if the data has no pairs, domains or official split to go by
     */
    public static SplitPlan of(SplitKind kind, SourceData data, SplitOptions options) {
        SeedTree seeds = SeedTree.root(options.seed()).child("split");
        List<DatasetSplit.Place> places =
                kind == SplitKind.OFFICIAL
                        ? OfficialSplit.of(data, seeds)
                        : places(
                                data, splitRows(kind, data, options, seeds), "shares_text_or_item");
        List<String> names = List.of(data.name());
        return finish(
                kind, options, List.of(data), places, List.of(new Roles("all", names, names)));
    }

    /** Some data sets for training, others for the test; pairs of both are shared out by user. */
    public static SplitPlan suite(
            List<SourceData> train, List<SourceData> test, SplitOptions options) {
        if (train.isEmpty() || test.isEmpty()) {
            throw new KindredException("a suite needs a data set to train on and one to test on");
        }
        List<SourceData> all = new ArrayList<>(train);
        all.addAll(test);
        Roles roles = new Roles("suite", names(train), names(test));
        return finish(SplitKind.SUITE, options, all, withinUsers(all, options), List.of(roles));
    }

    /** Each data set in turn is the test, the others train. */
    public static SplitPlan leaveOneOut(List<SourceData> data, SplitOptions options) {
        if (data.size() < 2) {
            throw new KindredException(
                    "leaving one data set out needs two or more; name more folders");
        }
        List<Roles> turns = new ArrayList<>();
        for (SourceData test : data) {
            List<String> train = new ArrayList<>(names(data));
            train.remove(test.name());
            turns.add(new Roles("without-" + test.name(), train, List.of(test.name())));
        }
        return finish(
                SplitKind.LEAVE_ONE_DATASET_OUT, options, data, withinUsers(data, options), turns);
    }

    private static Splits.Result splitRows(
            SplitKind kind, SourceData data, SplitOptions options, SeedTree seeds) {
        List<Preference> rows = data.loaded().dataset().preferences();
        if (rows.isEmpty()) {
            throw new KindredException(
                    data.name() + " has no pairs to split, only tasks; its split can be official");
        }
        Splits.Options shares = options.shares();
        return switch (kind) {
            case WITHIN_USER -> Splits.withinUser(rows, shares.fitShare(), seeds);
            case USER_DISJOINT ->
                    Splits.fourCells(
                            rows,
                            new Splits.Options(shares.unseenUserShare(), 0, shares.fitShare()),
                            seeds);
            case USER_ITEM_CELLS -> Splits.fourCells(rows, shares, seeds);
            case BY_DOMAIN ->
                    Splits.byDomain(
                            rows,
                            testDomains(data, options, seeds),
                            new Splits.Options(0, 0, shares.fitShare()),
                            seeds);
            case OFFICIAL, LEAVE_ONE_DATASET_OUT, SUITE ->
                    throw new IllegalArgumentException(kind + " is not a split of one data set");
        };
    }

    private static Set<String> testDomains(SourceData data, SplitOptions options, SeedTree seeds) {
        Set<String> domains = new TreeSet<>();
        data.loaded().dataset().preferences().stream()
                .map(Preference::domain)
                .filter(Objects::nonNull)
                .forEach(domains::add);
        if (domains.size() < 2) {
            throw new KindredException(
                    data.name()
                            + " has "
                            + domains.size()
                            + " domains; a split by domain needs two or more");
        }
        Set<String> wanted = new HashSet<>(options.testDomains());
        if (!domains.containsAll(wanted)) {
            wanted.removeAll(domains);
            throw new KindredException(
                    data.name()
                            + " has no domain "
                            + new TreeSet<>(wanted)
                            + "; it has "
                            + domains);
        }
        return wanted.isEmpty()
                ? Splits.choose(domains, options.testDomainShare(), seeds.child("domains"))
                : wanted;
    }

    private static List<DatasetSplit.Place> withinUsers(
            List<SourceData> data, SplitOptions options) {
        Set<String> seen = new HashSet<>();
        List<DatasetSplit.Place> places = new ArrayList<>();
        for (SourceData one : data) {
            if (!seen.add(one.name())) {
                throw new KindredException(
                        "two data sets are named "
                                + one.name()
                                + "; each may stand on one side, under a name of its own");
            }
            SeedTree seeds = SeedTree.root(options.seed()).child("split").child(one.name());
            Splits.Result rows = splitRows(SplitKind.WITHIN_USER, one, options, seeds);
            places.addAll(places(one, rows, "shares_text_or_item"));
        }
        return places;
    }

    private static List<DatasetSplit.Place> places(
            SourceData data, Splits.Result rows, String reason) {
        List<DatasetSplit.Place> places = new ArrayList<>();
        rows.preferences().forEach(row -> places.add(DatasetSplit.Place.of(data.name(), row)));
        rows.droppedIds()
                .forEach(id -> places.add(DatasetSplit.Place.dropped(data.name(), id, reason)));
        return places;
    }

    /** Checks each fold on the rows as an evaluation would see them. */
    private static SplitPlan finish(
            SplitKind kind,
            SplitOptions options,
            List<SourceData> data,
            List<DatasetSplit.Place> places,
            List<Roles> roles) {
        DatasetSplit draft = split(kind, options, data, List.of());
        List<DatasetSplit.Fold> folds = new ArrayList<>();
        for (Roles role : roles) {
            DatasetSplit.Fold bare =
                    new DatasetSplit.Fold(
                            role.name(), role.train(), role.test(), Map.of(), List.of());
            PreferenceDataset rows = draft.apply(bare, places, data);
            Map<String, Long> cells = new TreeMap<>();
            for (Preference row : rows.preferences()) {
                String cell = row.userSplit() + "/" + row.itemSplit() + "/" + row.part();
                cells.merge(cell, 1L, Long::sum);
            }
            folds.add(
                    new DatasetSplit.Fold(
                            role.name(),
                            role.train(),
                            role.test(),
                            cells,
                            Leak.check(rows.preferences())));
        }
        return new SplitPlan(split(kind, options, data, folds), places);
    }

    private static DatasetSplit split(
            SplitKind kind,
            SplitOptions options,
            List<SourceData> data,
            List<DatasetSplit.Fold> folds) {
        return new DatasetSplit(
                DatasetSplit.FORMAT,
                DatasetSplit.VERSION,
                kind,
                options,
                data.stream().map(SourceData::state).toList(),
                folds);
    }

    private static List<String> names(List<SourceData> data) {
        return data.stream().map(SourceData::name).toList();
    }
}
