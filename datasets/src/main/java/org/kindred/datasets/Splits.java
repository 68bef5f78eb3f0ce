package org.kindred.datasets;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.kindred.options.Meaning;

/**
 * Splits of preferences by a seeded shuffle of sorted ids, never by row, so that the order of a
 * file changes nothing.
 *
 * <p>What is compared is told apart by <em>units</em>: the prompt text, so that all pairs of a
 * prompt stay on one side; or, where one prompt is asked in every row and so is an instruction
 * rather than an item, the item ids (the answer texts if there are none).
 */
public final class Splits {

    static final Set<String> PARTS = Set.of("fit", "eval");

    private Splits() {}

    /** Shares of a split. */
    public record Options(
            @Meaning(
                            value =
                                    "of the users that training never meets; with fewer than 30 such users an interval is "
                                            + "wider than 10 points",
                            essential = true)
                    double unseenUserShare,
            @Meaning(value = "of the units that training never shows", essential = true)
                    double newItemShare,
            @Meaning(
                            value =
                                    "of a user's known units that show the taste, the rest are targets; context of K "
                                            + "shots needs K rows",
                            essential = true)
                    double fitShare) {
        public Options {
            requireShare("unseen_user_share", unseenUserShare);
            requireShare("new_item_share", newItemShare);
            requireShare("fit_share", fitShare);
        }

        public static Options defaults() {
            return new Options(0.25, 0.25, 0.6);
        }

        private static void requireShare(String name, double share) {
            if (!(share >= 0 && share < 1)) {
                throw new IllegalArgumentException(
                        name
                                + " = "
                                + share
                                + ": must be at least 0 and below 1, for example 0.25");
            }
        }
    }

    /**
     * Rows with their place in the split.
     *
     * @param preferences in the order of the input
     * @param droppedIds rows whose answers or items would stand on both sides
     */
    public record Result(List<Preference> preferences, List<String> droppedIds) {
        public Result {
            preferences = List.copyOf(preferences);
            droppedIds = List.copyOf(droppedIds);
        }
    }

    /**
     * Known users, new pairs: every user's units are shared out between {@code fit} and {@code
     * eval}; rows of one user that share a prompt, an item or an answer stay together.
     *
     * @param fitShare as in {@link Options}
     */
    public static Result withinUser(Collection<Preference> rows, double fitShare, SeedTree seeds) {
        return fourCells(rows, new Options(0, 0, fitShare), seeds);
    }

    /**
     * The 2 x 2 of seen and unseen users, known and new items. Rows of new items are all {@code
     * eval}; rows of known items are shared out between {@code fit} and {@code eval} for every
     * user.
     */
    public static Result fourCells(Collection<Preference> rows, Options options, SeedTree seeds) {
        Units units = Units.of(rows);
        Set<String> users = new TreeSet<>();
        Set<String> items = new TreeSet<>();
        for (Preference row : rows) {
            users.add(row.userId());
            items.addAll(units.of(row));
        }
        Set<String> unseen = draw(users, options.unseenUserShare(), seeds.child("users"));
        Set<String> newItems = draw(items, options.newItemShare(), seeds.child("items"));

        Set<String> knownMarks = new HashSet<>();
        Map<String, List<Preference>> knownRows = new TreeMap<>();
        for (Preference row : rows) {
            if (units.of(row).stream().noneMatch(newItems::contains)) {
                knownMarks.addAll(units.marks(row));
                knownRows.computeIfAbsent(row.userId(), id -> new ArrayList<>()).add(row);
            }
        }
        Map<String, Integer> slots = new HashMap<>();
        SeedTree parts = seeds.child("parts");
        knownRows.forEach(
                (user, own) -> fitSlots(own, units, options.fitShare(), parts.child(user), slots));

        List<Preference> result = new ArrayList<>();
        List<String> dropped = new ArrayList<>();
        for (Preference row : rows) {
            String userSplit = unseen.contains(row.userId()) ? "unseen" : "seen";
            if (units.of(row).stream().noneMatch(newItems::contains)) {
                Integer slot = slots.get(row.id());
                result.add(placed(row, userSplit, "train", slot == null ? "eval" : "fit", slot));
            } else if (units.marks(row).stream().noneMatch(knownMarks::contains)) {
                result.add(placed(row, userSplit, "test", "eval", null));
            } else {
                dropped.add(row.id());
            }
        }
        return new Result(result, dropped);
    }

    /**
     * Domains that training never shows: rows of the others are placed by {@link #fourCells}, rows
     * of these are {@code eval} and marked {@link SplitCell#OUT_OF_DISTRIBUTION}. Rows of a test
     * domain whose prompt, items or answers training knows are dropped.
     *
     * @param shares as in {@link Options}; users are seen or unseen in all domains alike
     */
    public static Result byDomain(
            Collection<Preference> rows, Set<String> testDomains, Options shares, SeedTree seeds) {
        Units units = Units.of(rows);
        List<Preference> others =
                rows.stream().filter(row -> !isOf(testDomains, row.domain())).toList();
        Result cells = fourCells(others, shares, seeds);
        Map<String, Preference> placed = new HashMap<>();
        Set<String> knownMarks = new HashSet<>();
        Set<String> seenUsers = new HashSet<>();
        for (Preference row : cells.preferences()) {
            placed.put(row.id(), row);
            if (!row.isOfNewItem()) {
                knownMarks.addAll(units.marks(row));
            }
            if (!row.isOfUnseenUser()) {
                seenUsers.add(row.userId());
            }
        }
        List<Preference> result = new ArrayList<>();
        List<String> dropped = new ArrayList<>();
        for (Preference row : rows) {
            if (placed.containsKey(row.id())) {
                result.add(placed.get(row.id()));
            } else if (isOf(testDomains, row.domain())
                    && units.marks(row).stream().noneMatch(knownMarks::contains)) {
                String userSplit = seenUsers.contains(row.userId()) ? "seen" : "unseen";
                result.add(outOfDistribution(placed(row, userSplit, "test", "eval", null)));
            } else {
                dropped.add(row.id());
            }
        }
        return new Result(result, dropped);
    }

    private static boolean isOf(Set<String> domains, @Nullable String domain) {
        return domain != null && domains.contains(domain);
    }

    /** The row marked as one that training never shows. */
    public static Preference outOfDistribution(Preference row) {
        return new Preference(
                row.id(),
                row.userId(),
                row.prompt(),
                row.chosen(),
                row.rejected(),
                row.domain(),
                row.itemIds(),
                SplitCell.OUT_OF_DISTRIBUTION,
                row.userSplit(),
                row.itemSplit(),
                row.part(),
                row.slot(),
                row.chosenScore(),
                row.rejectedScore(),
                row.source(),
                row.meta());
    }

    /** A seeded choice of about {@code share} of the ids, at least one; order changes nothing. */
    public static Set<String> choose(Collection<String> ids, double share, SeedTree seeds) {
        List<String> order = seeds.shuffled(new TreeSet<>(ids));
        int count = (int) Math.max(1, Math.round(share * order.size()));
        return new TreeSet<>(order.subList(0, Math.min(count, order.size())));
    }

    /** The row with another place in the split. */
    public static Preference placed(
            Preference row,
            String userSplit,
            String itemSplit,
            String part,
            @Nullable Integer slot) {
        return new Preference(
                row.id(),
                row.userId(),
                row.prompt(),
                row.chosen(),
                row.rejected(),
                row.domain(),
                row.itemIds(),
                row.split(),
                userSplit,
                itemSplit,
                part,
                slot,
                row.chosenScore(),
                row.rejectedScore(),
                row.source(),
                row.meta());
    }

    /** A seeded choice of {@code round(share * n)} of the sorted ids. */
    private static Set<String> draw(Set<String> sorted, double share, SeedTree seeds) {
        List<String> ids = seeds.shuffled(sorted);
        return new HashSet<>(ids.subList(0, (int) Math.round(share * ids.size())));
    }

    /** Puts slots 1, 2, ... on the fit rows of one user. */
    private static void fitSlots(
            List<Preference> rows,
            Units units,
            double fitShare,
            SeedTree seeds,
            Map<String, Integer> slots) {
        List<List<Preference>> together = seeds.shuffled(together(rows, units));
        int slot = 0;
        long wanted = Math.round(fitShare * rows.size());
        for (List<Preference> component : together) {
            if (slot >= wanted) {
                break;
            }
            for (Preference row : component) {
                slots.put(row.id(), ++slot);
            }
        }
    }

    /** Rows that share a mark, directly or through others; in the order of their smallest id. */
    private static Collection<List<Preference>> together(List<Preference> rows, Units units) {
        List<Preference> sorted = new ArrayList<>(rows);
        sorted.sort(Comparator.comparing(Preference::id));
        int[] parent = new int[sorted.size()];
        Map<String, Integer> firstWithMark = new HashMap<>();
        for (int i = 0; i < parent.length; i++) {
            parent[i] = i;
            for (String mark : units.marks(sorted.get(i))) {
                Integer first = firstWithMark.putIfAbsent(mark, i);
                if (first != null) {
                    int a = root(parent, first);
                    int b = root(parent, i);
                    parent[Math.max(a, b)] = Math.min(a, b);
                }
            }
        }
        Map<Integer, List<Preference>> components = new LinkedHashMap<>();
        for (int i = 0; i < parent.length; i++) {
            components.computeIfAbsent(root(parent, i), r -> new ArrayList<>()).add(sorted.get(i));
        }
        return components.values();
    }

    private static int root(int[] parent, int node) {
        int at = node;
        while (parent[at] != at) {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        return at;
    }
}
