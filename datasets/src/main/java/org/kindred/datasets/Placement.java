package org.kindred.datasets;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.kindred.options.Meaning;

/**
 * The one rule that gives places to rows that have none, so that one seed gives the same places in
 * every command: seen and unseen users x known and new prompts ({@link Splits#fourCells}), and
 * whole domains that training never shows where three or more are large enough.
 *
 * <p>What is too small for a share is not held back, down to a data set of one row, which is all
 * training; {@link #how} says so.
 *
 * @param dataset with a place for each row, in the order of the input
 * @param outOfDistributionDomains domains of which training holds no row, sorted
 * @param droppedIds rows whose prompt, items or answers would stand on both sides
 * @param how what was done, for people; empty if the rows had places and were left as they are
 */
public record Placement(
        PreferenceDataset dataset,
        List<String> outOfDistributionDomains,
        List<String> droppedIds,
        String how) {
    private static final int LEAST_DOMAINS = 3;

    /** Domains that stay in training. */
    private static final int LEAST_KNOWN_DOMAINS = 2;

    private static final int MOST_NAMES = 5;

    /** How much is held back. */
    public record Options(
            @Meaning("users, prompts and rows that are held back") Splits.Options shares,
            @Meaning("of the domains that training never shows; 0 for none") double domainShare,
            @Meaning(
                            "rows that a domain needs to be counted; with 50 the interval of an accuracy is 14"
                                    + " points to each side")
                    int domainRows) {
        public Options {
            if (!(domainShare >= 0 && domainShare < 1)) {
                throw new IllegalArgumentException(
                        "domain_share = "
                                + domainShare
                                + ": must be at least 0 and below 1, for example 0.25");
            }
            if (domainRows < 1) {
                throw new IllegalArgumentException(
                        "domain_rows = " + domainRows + ": must be at least 1, for example 50");
            }
        }

        public static Options defaults() {
            return new Options(Splits.Options.defaults(), 0.25, 50);
        }
    }

    public Placement {
        outOfDistributionDomains = List.copyOf(outOfDistributionDomains);
        droppedIds = List.copyOf(droppedIds);
    }

    /**
     * Places all rows, unless one is marked as a target already.
     *
     * @param run the root of the run's seeds
     */
    public static Placement of(PreferenceDataset dataset, Options options, SeedTree run) {
        List<Preference> rows = dataset.preferences();
        if (rows.isEmpty() || rows.stream().anyMatch(Preference::isTarget)) {
            return new Placement(dataset, outOfDistribution(rows), List.of(), "");
        }
        SeedTree seeds = run.child("split");
        Set<String> large = largeDomains(rows, options.domainRows());
        Set<String> held = heldOut(large, options.domainShare(), seeds.child("domains"));
        Splits.Result placed = placed(rows, held, options.shares(), seeds);
        return new Placement(
                new PreferenceDataset(dataset.users(), placed.preferences()),
                List.copyOf(held),
                placed.droppedIds(),
                words(rows, placed, options, large.size(), held));
    }

    /** With all shares, or without those that leave nothing to learn from or nothing to predict. */
    private static Splits.Result placed(
            List<Preference> rows, Set<String> held, Splits.Options shares, SeedTree seeds) {
        Splits.Result last = new Splits.Result(List.of(), List.of());
        for (double users : new double[] {shares.unseenUserShare(), 0}) {
            for (double items : new double[] {shares.newItemShare(), 0}) {
                last =
                        Splits.byDomain(
                                rows,
                                held,
                                new Splits.Options(users, items, shares.fitShare()),
                                seeds);
                if (last.preferences().stream().anyMatch(Preference::isTraining)
                        && last.preferences().stream().anyMatch(Preference::isTarget)) {
                    return last;
                }
            }
        }
        return last;
    }

    /**
     * Domains with enough rows that share nothing with other domains; the others would be dropped.
     */
    private static Set<String> largeDomains(List<Preference> rows, int least) {
        Units units = Units.of(rows);
        Map<String, Set<String>> domainsOfMark = new HashMap<>();
        for (Preference row : rows) {
            String domain = row.domain() == null ? "" : row.domain();
            for (String mark : units.marks(row)) {
                domainsOfMark.computeIfAbsent(mark, m -> new TreeSet<>()).add(domain);
            }
        }
        Map<String, Long> own =
                rows.stream()
                        .filter(row -> row.domain() != null)
                        .filter(
                                row ->
                                        units.marks(row).stream()
                                                .allMatch(m -> domainsOfMark.get(m).size() == 1))
                        .collect(
                                Collectors.groupingBy(
                                        row -> String.valueOf(row.domain()),
                                        Collectors.counting()));
        return own.entrySet().stream()
                .filter(domain -> domain.getValue() >= least)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> heldOut(Set<String> large, double share, SeedTree seeds) {
        if (share == 0 || large.size() < LEAST_DOMAINS) {
            return Set.of();
        }
        List<String> drawn = new ArrayList<>(Splits.choose(large, share, seeds));
        return new TreeSet<>(
                drawn.subList(0, Math.min(drawn.size(), large.size() - LEAST_KNOWN_DOMAINS)));
    }

    /** Domains of rows that say so themselves. */
    private static List<String> outOfDistribution(List<Preference> rows) {
        Set<String> domains = new TreeSet<>();
        for (Preference row : rows) {
            if (row.domain() != null && SplitCell.OUT_OF_DISTRIBUTION.equals(row.split())) {
                domains.add(row.domain());
            }
        }
        for (Preference row : rows) {
            if (row.domain() != null && row.isTraining()) {
                domains.remove(row.domain());
            }
        }
        return List.copyOf(domains);
    }

    private static String words(
            List<Preference> rows,
            Splits.Result placed,
            Options options,
            int large,
            Set<String> held) {
        List<Preference> all = placed.preferences();
        List<Preference> unseen = all.stream().filter(Preference::isOfUnseenUser).toList();
        List<Preference> fresh =
                all.stream()
                        .filter(row -> SplitCell.of(row).isPresent())
                        .filter(Preference::isOfNewItem)
                        .toList();
        List<String> parts = new ArrayList<>();
        parts.add(
                unseen.isEmpty()
                        ? "no user held back"
                        : count(unseen, Preference::userId)
                                + " of "
                                + count(all, Preference::userId)
                                + " users unseen");
        parts.add(
                fresh.isEmpty()
                        ? "no prompt held back"
                        : fresh.size() + " rows about prompts or items that are new");
        if (!held.isEmpty()) {
            parts.add(
                    (held.size() == 1 ? "domain " : "domains ")
                            + held.stream().limit(MOST_NAMES).collect(Collectors.joining(", "))
                            + (held.size() > MOST_NAMES
                                    ? " and " + (held.size() - MOST_NAMES) + " more"
                                    : "")
                            + " held out");
        } else if (options.domainShare() > 0 && rows.stream().anyMatch(r -> r.domain() != null)) {
            parts.add(
                    "no domain held out ("
                            + large
                            + " with "
                            + options.domainRows()
                            + " rows of their own, "
                            + LEAST_DOMAINS
                            + " are needed)");
        }
        if (!placed.droppedIds().isEmpty()) {
            parts.add(placed.droppedIds().size() + " rows dropped that would stand on both sides");
        }
        if (all.stream().noneMatch(Preference::isTarget)) {
            parts.add("too few rows to hold any back, so nothing can be measured");
        }
        return "no row is marked as an evaluation target, so places were given by the seed: "
                + String.join("; ", parts);
    }

    private static long count(Collection<Preference> rows, Function<Preference, String> by) {
        return rows.stream().map(by).distinct().count();
    }
}
