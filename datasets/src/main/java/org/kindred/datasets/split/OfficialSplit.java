package org.kindred.datasets.split;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.Splits;
import org.kindred.datasets.Task;

/**
 * The split that a data set is published with.
 *
 * <ul>
 *   <li>rows that carry places already keep them;
 *   <li>a column {@code split}: {@code train} and {@code val} rows show the taste, in their order,
 *       {@code test} rows are the targets, all users are known (PersonalRewardBench);
 *   <li>PRISM: users with more than 5 dialogues, 80 % of them for training, half of each user's
 *       dialogues to show the taste (LoRe), the other half as targets;
 *   <li>tasks with a split of their own (LaMP-QA), and benchmarks that are all test.
 * </ul>
 */
final class OfficialSplit {
    private static final int MORE_DIALOGUES_THAN = 5;
    private static final double UNSEEN_SHARE = 0.2;

    private OfficialSplit() {}

    static List<DatasetSplit.Place> of(SourceData data, SeedTree seeds) {
        List<Preference> rows = data.loaded().dataset().preferences();
        List<DatasetSplit.Place> places = new ArrayList<>();
        if (rows.stream().anyMatch(row -> row.part() != null && row.userSplit() != null)) {
            rows.forEach(row -> places.add(DatasetSplit.Place.of(data.name(), row)));
        } else if (rows.stream().anyMatch(row -> row.split() != null)) {
            byColumn(data.name(), rows, places);
        } else if (rows.stream().anyMatch(row -> "prism".equals(row.source()))) {
            prism(data.name(), rows, seeds, places);
        }
        for (Task task : data.loaded().tasks()) {
            Object split = task.meta() == null ? null : task.meta().get("split");
            if (split != null || "reward-bench".equals(task.source())) {
                boolean test = split == null || split.equals("test");
                places.add(
                        new DatasetSplit.Place(
                                data.name(),
                                task.id(),
                                null,
                                test ? "test" : "train",
                                test ? "eval" : "fit",
                                null,
                                split == null ? "test" : split.toString(),
                                null));
            }
        }
        if (places.isEmpty()) {
            throw new KindredException(
                    data.name()
                            + " has no official split; choose within_user, user_disjoint,"
                            + " user_item_cells or by_domain");
        }
        return places;
    }

    private static void byColumn(
            String name, List<Preference> rows, List<DatasetSplit.Place> places) {
        Map<String, Integer> slots = new HashMap<>();
        for (Preference row : rows) {
            boolean target = "test".equals(row.split());
            Integer slot = target ? null : slots.merge(row.userId(), 1, Integer::sum);
            places.add(
                    DatasetSplit.Place.of(
                            name,
                            Splits.placed(row, "seen", "train", target ? "eval" : "fit", slot)));
        }
    }

    private static void prism(
            String name, List<Preference> rows, SeedTree seeds, List<DatasetSplit.Place> places) {
        Map<String, Set<String>> dialogues = new TreeMap<>();
        for (Preference row : rows) {
            dialogues.computeIfAbsent(row.userId(), id -> new TreeSet<>()).add(dialogue(row));
        }
        Set<String> users = new HashSet<>();
        dialogues.forEach(
                (user, own) -> {
                    if (own.size() > MORE_DIALOGUES_THAN) {
                        users.add(user);
                    }
                });
        if (users.isEmpty()) {
            throw new KindredException(
                    "the published split of PRISM takes users with more than "
                            + MORE_DIALOGUES_THAN
                            + " dialogues, and "
                            + name
                            + " has none; choose within_user or user_item_cells");
        }
        Set<String> unseen = Splits.choose(users, UNSEEN_SHARE, seeds.child("users"));
        Set<String> shown = new HashSet<>();
        for (String user : users) {
            shown.addAll(
                    Splits.choose(dialogues.get(user), 0.5, seeds.child("dialogues").child(user)));
        }
        Map<String, Integer> slots = new HashMap<>();
        for (Preference row : rows) {
            if (!users.contains(row.userId())) {
                places.add(DatasetSplit.Place.dropped(name, row.id(), "too_few_dialogues"));
                continue;
            }
            boolean fit = shown.contains(dialogue(row));
            places.add(
                    DatasetSplit.Place.of(
                            name,
                            Splits.placed(
                                    row,
                                    unseen.contains(row.userId()) ? "unseen" : "seen",
                                    "train",
                                    fit ? "fit" : "eval",
                                    fit ? slots.merge(row.userId(), 1, Integer::sum) : null)));
        }
    }

    private static String dialogue(Preference row) {
        return row.itemIds() == null || row.itemIds().isEmpty() ? row.id() : row.itemIds().get(0);
    }
}
