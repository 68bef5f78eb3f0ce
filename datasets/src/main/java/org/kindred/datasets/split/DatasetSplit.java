package org.kindred.datasets.split;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.JsonLines;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Leak;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Splits;
import org.kindred.datasets.User;

/**
 * A split as ids: {@code split.json} says what was done and what leaks, {@code ids.jsonl} places
 * every row. It holds no text.
 *
 * @param format always {@link #FORMAT}
 * @param version at most {@link #VERSION}
 * @param folds which data sets train and which test; one fold unless data sets take turns
 */
public record DatasetSplit(
        String format,
        int version,
        SplitKind kind,
        SplitOptions options,
        List<SourceData.State> datasets,
        List<Fold> folds) {
    public static final String FORMAT = "kindred-split";
    public static final int VERSION = 1;

    /** Counts and leaks of the split. */
    public static final String FILE = "split.json";

    static final String IDS = "ids.jsonl";

    public DatasetSplit {
        if (!FORMAT.equals(format) || version < 1 || version > VERSION) {
            throw new IllegalArgumentException(
                    "format and version: expected " + FORMAT + " 1 to " + VERSION);
        }
        datasets = List.copyOf(datasets);
        folds = List.copyOf(folds);
    }

    /**
     * @param cells rows by user split, item split and part
     * @param leaks what stands on both sides nevertheless
     */
    public record Fold(
            String name,
            List<String> train,
            List<String> test,
            Map<String, Long> cells,
            List<Leak> leaks) {}

    /**
     * Where a row stands.
     *
     * @param dropped why it stands nowhere, or null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Place(
            String dataset,
            String id,
            @Nullable String userSplit,
            @Nullable String itemSplit,
            @Nullable String part,
            @Nullable Integer slot,
            @Nullable String split,
            @Nullable String dropped) {

        static Place of(String dataset, Preference row) {
            return new Place(
                    dataset,
                    row.id(),
                    row.userSplit(),
                    row.itemSplit(),
                    row.part(),
                    row.slot(),
                    row.split(),
                    null);
        }

        static Place dropped(String dataset, String id, String reason) {
            return new Place(dataset, id, null, null, null, null, null, reason);
        }

        Preference on(Preference row) {
            return new Preference(
                    row.id(),
                    row.userId(),
                    row.prompt(),
                    row.chosen(),
                    row.rejected(),
                    row.domain(),
                    row.itemIds(),
                    split,
                    userSplit,
                    itemSplit,
                    part,
                    slot,
                    row.chosenScore(),
                    row.rejectedScore(),
                    row.source(),
                    row.meta());
        }
    }

    /** Writes both files into a folder that appears complete or not at all. */
    public void write(Path folder, List<Place> places) {
        AtomicFiles.writeFolder(folder, inside -> writeInto(inside, places));
    }

    /** Likewise, into a folder that somebody else makes atomic. */
    public void writeInto(Path folder, List<Place> places) {
        AtomicFiles.write(
                folder.resolve(IDS),
                out -> {
                    for (Place place : places) {
                        Json.writeLine(out, place);
                    }
                });
        Json.write(folder.resolve(FILE), this);
    }

    public static DatasetSplit read(Path folder) {
        return Json.read(folder.resolve(FILE), DatasetSplit.class, "the split");
    }

    /** The places of all rows. */
    public static List<Place> places(Path folder) {
        List<Place> places = new ArrayList<>();
        JsonLines.read(
                folder.resolve(IDS),
                (record, line) -> places.add(Json.mapper().convertValue(record, Place.class)),
                bad -> {
                    throw new KindredException(
                            "line "
                                    + bad.line()
                                    + " of "
                                    + folder.resolve(IDS)
                                    + " cannot be read ("
                                    + bad.reason()
                                    + "): make the split again");
                });
        return places;
    }

    /**
     * The rows of a fold with their places. With several data sets, ids of rows and users begin
     * with the name of theirs.
     *
     * @throws KindredException if a data set is not the one that was split
     */
    public PreferenceDataset apply(Fold fold, List<Place> places, List<SourceData> data) {
        data.forEach(this::requireSame);
        Map<String, Place> byRow = new HashMap<>();
        places.forEach(place -> byRow.put(place.dataset() + "\u0000" + place.id(), place));
        List<User> users = new ArrayList<>();
        List<Preference> rows = new ArrayList<>();
        for (SourceData source : data) {
            String prefix = data.size() > 1 ? source.name() + "/" : "";
            for (User user : source.loaded().dataset().users()) {
                users.add(
                        new User(
                                prefix + user.id(),
                                user.attributes(),
                                user.statedPreferences(),
                                user.group()));
            }
            boolean held =
                    fold.test().contains(source.name()) && !fold.train().contains(source.name());
            for (Preference row : source.loaded().dataset().preferences()) {
                Place place = byRow.get(source.name() + "\u0000" + row.id());
                if (place != null && place.dropped() == null) {
                    Preference placed = renamed(prefix, place.on(row));
                    rows.add(held ? heldOut(placed) : placed);
                }
            }
        }
        return new PreferenceDataset(users, rows);
    }

    private void requireSame(SourceData data) {
        if (!datasets.contains(data.state())) {
            throw new KindredException(
                    "the data set "
                            + data.name()
                            + " is not the one that was split: its files changed; split it again");
        }
    }

    private static Preference heldOut(Preference row) {
        return Splits.outOfDistribution(
                Splits.placed(row, "unseen", "test", String.valueOf(row.part()), row.slot()));
    }

    private static Preference renamed(String prefix, Preference row) {
        return prefix.isEmpty()
                ? row
                : new Preference(
                        prefix + row.id(),
                        prefix + row.userId(),
                        row.prompt(),
                        row.chosen(),
                        row.rejected(),
                        row.domain(),
                        row.itemIds() == null
                                ? null
                                : row.itemIds().stream().map(id -> prefix + id).toList(),
                        row.split(),
                        row.userSplit(),
                        row.itemSplit(),
                        row.part(),
                        row.slot(),
                        row.chosenScore(),
                        row.rejectedScore(),
                        row.source(),
                        row.meta());
    }
}
