package org.kindred.datasets;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A way in which an evaluation row is not independent of what a model may have seen.
 *
 * @param kind what is shared
 * @param rows how many rows are concerned
 * @param exampleId the id of one of them
 */
public record Leak(Kind kind, int rows, String exampleId) {

    /** What is shared. */
    public enum Kind {
        /** A user is both seen and unseen. */
        USER_ON_BOTH_SIDES,
        /** A prompt is both known and new. */
        PROMPT_ON_BOTH_SIDES,
        /** An item id is both known and new. */
        ITEM_ON_BOTH_SIDES,
        /** An answer text is both known and new. */
        ANSWER_ON_BOTH_SIDES,
        /** A fit row of the same user asks the prompt of the target. */
        CONTEXT_SHARES_PROMPT,
        /** A fit row of the same user holds an item of the target. */
        CONTEXT_SHARES_ITEM,
        /** A fit row of the same user holds an answer text of the target. */
        CONTEXT_SHARES_ANSWER
    }

    /**
     * Checks rows that have a place in a split; those without are not looked at. A prompt that
     * every row asks is an instruction and no leak.
     *
     * @return one entry for each kind that occurs; empty means clean
     */
    public static List<Leak> check(Collection<Preference> rows) {
        Units units = Units.of(rows);
        Set<String> seenUsers = new HashSet<>();
        Set<String> known = new HashSet<>();
        Map<String, Set<String>> contextMarks = new HashMap<>();
        for (Preference row : rows) {
            if ("seen".equals(row.userSplit())) {
                seenUsers.add(row.userId());
            }
            if ("train".equals(row.itemSplit())) {
                known.addAll(units.marks(row));
            }
            if (row.isFit()) {
                contextMarks
                        .computeIfAbsent(row.userId(), id -> new HashSet<>())
                        .addAll(units.marks(row));
            }
        }
        Map<Kind, List<String>> found = new EnumMap<>(Kind.class);
        for (Preference row : rows) {
            Set<Kind> kinds = new HashSet<>();
            if (row.isOfUnseenUser() && seenUsers.contains(row.userId())) {
                kinds.add(Kind.USER_ON_BOTH_SIDES);
            }
            if (row.isOfNewItem()) {
                addShared(
                        row,
                        known,
                        kinds,
                        Kind.PROMPT_ON_BOTH_SIDES,
                        Kind.ITEM_ON_BOTH_SIDES,
                        Kind.ANSWER_ON_BOTH_SIDES);
            }
            if (row.isTarget()) {
                addShared(
                        row,
                        contextMarks.getOrDefault(row.userId(), Set.of()),
                        kinds,
                        Kind.CONTEXT_SHARES_PROMPT,
                        Kind.CONTEXT_SHARES_ITEM,
                        Kind.CONTEXT_SHARES_ANSWER);
            }
            kinds.forEach(
                    kind -> found.computeIfAbsent(kind, k -> new ArrayList<>()).add(row.id()));
        }
        List<Leak> leaks = new ArrayList<>();
        found.forEach((kind, ids) -> leaks.add(new Leak(kind, ids.size(), ids.get(0))));
        return leaks;
    }

    private static void addShared(
            Preference row,
            Set<String> marks,
            Set<Kind> kinds,
            Kind prompt,
            Kind item,
            Kind answer) {
        if (marks.contains(Units.prompt(row))) {
            kinds.add(prompt);
        }
        if (Units.items(row).stream().anyMatch(marks::contains)) {
            kinds.add(item);
        }
        if (Units.answers(row).stream().anyMatch(marks::contains)) {
            kinds.add(answer);
        }
    }
}
