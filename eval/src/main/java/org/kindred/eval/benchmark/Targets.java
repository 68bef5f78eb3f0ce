package org.kindred.eval.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.SeedTree;

/** Fewer targets, for judges that cost. */
public final class Targets {
    private Targets() {}

    /**
     * All rows that are no targets, and up to so many targets of each cell, drawn by seed.
     *
     * @param most 0 for all
     */
    public static PreferenceDataset sampled(PreferenceDataset all, int most, SeedTree seeds) {
        if (most == 0) {
            return all;
        }
        Map<String, List<Preference>> cells = new TreeMap<>();
        List<Preference> kept = new ArrayList<>();
        for (Preference row : all.preferences()) {
            if (row.isTarget()) {
                cells.computeIfAbsent(
                                row.userSplit() + " " + row.itemSplit() + " " + row.split(),
                                cell -> new ArrayList<>())
                        .add(row);
            } else {
                kept.add(row);
            }
        }
        cells.forEach(
                (cell, targets) -> {
                    SeedTree.shuffle(targets, seeds.child(cell).random());
                    kept.addAll(targets.subList(0, Math.min(most, targets.size())));
                });
        return new PreferenceDataset(all.users(), kept);
    }
}
