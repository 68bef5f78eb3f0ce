package org.kindred.datasets.inspect;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Leak;
import org.kindred.datasets.Manifest;
import org.kindred.datasets.Preference;
import org.kindred.datasets.Quarantined;
import org.kindred.datasets.RatingRange;
import org.kindred.datasets.Task;
import org.kindred.datasets.source.Unread;

/**
 * What a canonical data set holds. Numbers and ids only, no text.
 *
 * @param users people with at least one pair
 * @param unread files that were there and gave nothing, by name, and why
 * @param lengths of prompt, chosen and rejected answer, in characters
 * @param longerChosen share of pairs whose chosen answer is the longer one; far from 0.5 a model
 *     can win by length
 * @param scores null if no pair is rated
 * @param repeated pairs whose user, prompt and answers all stood before
 * @param contradictory pairs that stand the other way round too, for the same user
 * @param leaks what stands on both sides of the split that the rows carry
 * @param examples ids of the first, the middle and the last pair
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Inspection(
        String name,
        List<String> licences,
        List<String> contentWarnings,
        long users,
        long usersDescribed,
        long preferences,
        long tasks,
        Map<String, Long> setAside,
        Map<String, String> unread,
        Distribution pairsPerUser,
        Map<String, Distribution> lengths,
        Distribution promptTurns,
        double longerChosen,
        Map<String, Long> domains,
        Map<String, Long> splits,
        Map<String, Long> cells,
        @Nullable Scores scores,
        @JsonProperty("repeated_pairs") long repeated,
        @JsonProperty("contradictory_pairs") long contradictory,
        long distinctPrompts,
        List<Leak> leaks,
        List<Example> examples) {

    /**
     * Ratings of the users, each on a scale of their own.
     *
     * @param scale on which the ratings are, as {@code 1 to 5}; {@code unknown} if none fits
     * @param outside ratings outside of it, which nobody reads
     * @param rated pairs with both ratings
     * @param tieShare of the rated pairs: both answers rated alike
     * @param invertedShare of the rated pairs: the chosen answer rated lower
     * @param userMean mean rating of each user
     * @param userWidth highest minus lowest rating of each user
     */
    public record Scores(
            String scale,
            long outside,
            long rated,
            double tieShare,
            double invertedShare,
            Distribution gap,
            Distribution userMean,
            Distribution userWidth) {}

    /** A pair by id; its text stays in the data. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Example(
            String id,
            @Nullable String domain,
            int turns,
            int promptChars,
            int chosenChars,
            int rejectedChars) {}

    /**
     * @param name where the data came from, if no manifest says so
     * @param unread files that were there and gave nothing
     */
    public static Inspection of(String name, CanonicalReader.Loaded data, List<Unread> unread) {
        List<Preference> rows = data.dataset().preferences();
        Manifest manifest = data.manifest();
        Map<String, Distribution> lengths = new LinkedHashMap<>();
        lengths.put("prompt", over(rows, row -> row.promptText().length()));
        lengths.put("chosen", over(rows, row -> row.chosenText().length()));
        lengths.put("rejected", over(rows, row -> row.rejectedText().length()));
        Map<String, List<Preference>> byUser = data.dataset().byUser();
        Repeats repeats = Repeats.of(rows);
        List<Task> tasks = data.tasks();
        Map<String, Long> domains = counts(rows, Preference::domain);
        counts(tasks, Task::domain).forEach((domain, n) -> domains.merge(domain, n, Long::sum));
        return new Inspection(
                manifest == null ? name : manifest.name(),
                manifest == null ? List.of() : manifest.licences(),
                manifest == null ? List.of() : manifest.contentWarnings(),
                byUser.size(),
                data.dataset().users().size(),
                rows.size(),
                tasks.size(),
                Quarantined.countByReason(data.quarantined()),
                unread.stream()
                        .collect(
                                Collectors.toMap(
                                        Unread::name, Unread::reason, (a, b) -> a, TreeMap::new)),
                Distribution.of(byUser.values().stream().map(List::size).toList()),
                lengths,
                over(rows, row -> row.prompt().size()),
                share(rows, row -> row.chosenText().length() > row.rejectedText().length()),
                domains,
                counts(rows, Preference::split),
                counts(rows, Inspection::cell),
                scores(rows, byUser),
                repeats.repeated,
                repeats.contradictory,
                rows.stream().map(Preference::promptText).distinct().count(),
                Leak.check(rows),
                examples(rows));
    }

    private static @Nullable String cell(Preference row) {
        if (row.userSplit() == null && row.itemSplit() == null && row.part() == null) {
            return null;
        }
        return row.userSplit() + "/" + row.itemSplit() + "/" + row.part();
    }

    private static Distribution over(List<Preference> rows, ToDoubleFunction<Preference> number) {
        return Distribution.of(rows.stream().map(number::applyAsDouble).toList());
    }

    private static double share(
            List<Preference> rows, java.util.function.Predicate<Preference> condition) {
        return rows.isEmpty() ? 0 : (double) rows.stream().filter(condition).count() / rows.size();
    }

    private static <T> Map<String, Long> counts(List<T> rows, Function<T, @Nullable String> label) {
        Map<String, Long> counts = new TreeMap<>();
        for (T row : rows) {
            String name = label.apply(row);
            if (name != null) {
                counts.merge(name, 1L, Long::sum);
            }
        }
        return counts;
    }

    private static @Nullable Scores scores(
            List<Preference> rows, Map<String, List<Preference>> byUser) {
        List<Preference> rated =
                rows.stream()
                        .filter(row -> row.chosenScore() != null && row.rejectedScore() != null)
                        .toList();
        if (rated.isEmpty()) {
            return null;
        }
        List<Double> means = new ArrayList<>();
        List<Double> widths = new ArrayList<>();
        List<Double> all = new ArrayList<>();
        for (List<Preference> own : byUser.values()) {
            List<Double> ratings = new ArrayList<>();
            for (Preference row : own) {
                if (row.chosenScore() != null) {
                    ratings.add(row.chosenScore());
                }
                if (row.rejectedScore() != null) {
                    ratings.add(row.rejectedScore());
                }
            }
            if (!ratings.isEmpty()) {
                all.addAll(ratings);
                Distribution ofUser = Distribution.of(ratings);
                means.add(ofUser.mean());
                widths.add(ofUser.max() - ofUser.min());
            }
        }
        Optional<RatingRange> range = RatingRange.of(all);
        return new Scores(
                range.map(RatingRange::toString).orElse("unknown"),
                range.map(r -> all.stream().filter(rating -> !r.holds(rating)).count()).orElse(0L),
                rated.size(),
                share(rated, row -> gap(row) == 0),
                share(rated, row -> gap(row) < 0),
                over(rated, Inspection::gap),
                Distribution.of(means),
                Distribution.of(widths));
    }

    private static double gap(Preference row) {
        Double chosen = row.chosenScore();
        Double rejected = row.rejectedScore();
        return chosen == null || rejected == null ? 0 : chosen - rejected;
    }

    private static List<Example> examples(List<Preference> rows) {
        Set<Integer> places = new HashSet<>();
        List<Example> examples = new ArrayList<>();
        for (int at : new int[] {0, rows.size() / 2, rows.size() - 1}) {
            if (at >= 0 && at < rows.size() && places.add(at)) {
                Preference row = rows.get(at);
                examples.add(
                        new Example(
                                row.id(),
                                row.domain(),
                                row.prompt().size(),
                                row.promptText().length(),
                                row.chosenText().length(),
                                row.rejectedText().length()));
            }
        }
        return examples;
    }

    /** Pairs that a user gave before, the same way or the other way round. */
    private static final class Repeats {
        private long repeated;
        private long contradictory;

        static Repeats of(List<Preference> rows) {
            Repeats repeats = new Repeats();
            Map<String, Set<String>> seen = new HashMap<>();
            for (Preference row : rows) {
                Set<String> own = seen.computeIfAbsent(row.userId(), id -> new HashSet<>());
                String prompt = row.promptText();
                String chosen = row.chosenText();
                String rejected = row.rejectedText();
                repeats.repeated +=
                        own.add(String.join("\u0000", prompt, chosen, rejected)) ? 0 : 1;
                repeats.contradictory +=
                        own.contains(String.join("\u0000", prompt, rejected, chosen)) ? 1 : 0;
            }
            return repeats;
        }
    }
}
