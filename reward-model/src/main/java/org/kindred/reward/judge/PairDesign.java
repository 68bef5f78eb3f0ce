package org.kindred.reward.judge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.kindred.datasets.Preference;
import org.kindred.reward.UserContext;

/**
 * Training rows in canonical order, so that nothing depends on the order in which they came: users
 * by id, a user's rows by slot, then id.
 *
 * @param users ids, ascending
 * @param texts different response texts, ascending
 * @param rows all rows, users one after another
 * @param userOf user of each row
 * @param chosen text of the preferred response of each row
 * @param rejected text of the other response
 * @param effectOf column of a text's own effect, -1 for a text met in one row only
 * @param effects number of such columns
 */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
record PairDesign(
        List<String> users,
        List<String> texts,
        List<Preference> rows,
        int[] userOf,
        int[] chosen,
        int[] rejected,
        int[] effectOf,
        int effects) {

    static PairDesign of(List<Preference> unordered) {
        Map<String, List<Preference>> byUser = new TreeMap<>();
        TreeSet<String> different = new TreeSet<>();
        for (Preference row : unordered) {
            byUser.computeIfAbsent(row.userId(), id -> new ArrayList<>()).add(row);
            different.add(row.chosenText());
            different.add(row.rejectedText());
        }
        List<String> texts = List.copyOf(different);
        Map<String, Integer> textIndex = new HashMap<>();
        texts.forEach(text -> textIndex.put(text, textIndex.size()));
        List<Preference> rows = new ArrayList<>(unordered.size());
        int[] userOf = new int[unordered.size()];
        int[] chosen = new int[unordered.size()];
        int[] rejected = new int[unordered.size()];
        int[] appearances = new int[texts.size()];
        int user = 0;
        for (List<Preference> own : byUser.values()) {
            own.sort(UserContext.ORDER);
            for (Preference row : own) {
                int p = rows.size();
                userOf[p] = user;
                chosen[p] = textIndex.get(row.chosenText());
                rejected[p] = textIndex.get(row.rejectedText());
                appearances[chosen[p]]++;
                appearances[rejected[p]]++;
                rows.add(row);
            }
            user++;
        }
        int[] effectOf = new int[texts.size()];
        int effects = 0;
        for (int text = 0; text < effectOf.length; text++) {
            effectOf[text] = appearances[text] > 1 ? effects++ : -1;
        }
        return new PairDesign(
                List.copyOf(byUser.keySet()),
                texts,
                List.copyOf(rows),
                userOf,
                chosen,
                rejected,
                effectOf,
                effects);
    }

    /** Row numbers of each user, in order. */
    Map<Integer, int[]> rowsByUser(int[] subset) {
        Map<Integer, int[]> grouped = new LinkedHashMap<>();
        for (int from = 0; from < subset.length; ) {
            int to = from;
            while (to < subset.length && userOf[subset[to]] == userOf[subset[from]]) {
                to++;
            }
            grouped.put(userOf[subset[from]], Arrays.copyOfRange(subset, from, to));
            from = to;
        }
        return grouped;
    }
}
