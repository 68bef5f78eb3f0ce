package org.kindred.eval.alignment;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Contrast;

/**
 * Rows of one group in one cell.
 *
 * @param cell which users and prompts, or {@link Alignment#ALL}
 * @param group of users, or {@link Alignment#ALL}
 */
record Slice<T>(String cell, String group, List<T> rows) {

    /** All cells, then each; in each all groups, then each; names sorted. */
    static <T> List<Slice<T>> of(
            List<T> rows, Function<T, String> cell, Function<T, String> group) {
        List<Slice<T>> slices = new ArrayList<>();
        parts(rows, cell)
                .forEach(
                        part ->
                                parts(part.rows(), group)
                                        .forEach(
                                                own ->
                                                        slices.add(
                                                                new Slice<>(
                                                                        part.cell(),
                                                                        own.cell(),
                                                                        own.rows()))));
        return slices;
    }

    private static <T> List<Slice<T>> parts(List<T> rows, Function<T, String> name) {
        TreeMap<String, List<T>> byName = new TreeMap<>();
        rows.forEach(
                row -> byName.computeIfAbsent(name.apply(row), n -> new ArrayList<>()).add(row));
        byName.remove(Alignment.ALL);
        List<Slice<T>> parts = new ArrayList<>();
        parts.add(new Slice<>(Alignment.ALL, Alignment.ALL, rows));
        byName.forEach((part, own) -> parts.add(new Slice<>(part, Alignment.ALL, own)));
        return parts;
    }

    /**
     * A contrast a slice; p adjusted over the groups of a cell, that of all groups together as it
     * is.
     *
     * @param difference of a row; NaN where it has none
     */
    static <T> void contrasts(
            List<Slice<T>> slices,
            Function<T, String> user,
            ToDoubleFunction<T> difference,
            Contrast.Maker maker,
            BiConsumer<Slice<T>, Contrast> result) {
        int from = 0;
        while (from < slices.size()) {
            int to = from + 1; // the first slice of a cell is that of all groups
            while (to < slices.size() && !slices.get(to).group().equals(Alignment.ALL)) {
                to++;
            }
            List<Contrast> contrasts = new ArrayList<>();
            contrasts.add(maker.of(clusters(slices.get(from), user, difference)));
            contrasts.addAll(
                    maker.family(
                            slices.subList(from + 1, to).stream()
                                    .map(slice -> clusters(slice, user, difference))
                                    .toList()));
            for (int i = from; i < to; i++) {
                result.accept(slices.get(i), contrasts.get(i - from));
            }
            from = to;
        }
    }

    private static <T> List<Bootstrap.Cluster> clusters(
            Slice<T> slice, Function<T, String> user, ToDoubleFunction<T> value) {
        return Bootstrap.clusters(slice.rows(), user, value);
    }

    /** Group and cell in words; empty for all of them. */
    static String words(String cell, String group) {
        boolean everywhere = cell.equals(Alignment.ALL);
        boolean everybody = group.equals(Alignment.ALL);
        return (everybody ? "" : "group " + group)
                + (everybody || everywhere ? "" : ", ")
                + (everywhere ? "" : cell.replace('_', ' '));
    }
}
