package org.kindred.datasets.source;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.RawRecord;
import org.kindred.datasets.User;

/** What people are told apart by in tables. Read by evaluation only: no model sees these labels. */
public final class UserLabels {
    private UserLabels() {}

    /**
     * The label of each user; users without one are left out.
     *
     * @param spec {@code FILE#COLUMN}, a CSV file with a header whose first column holds user ids;
     *     or the name of an attribute of the data set's users; or {@code group}, their group
     * @throws KindredException if there is no such file, column or attribute
     */
    public static Map<String, String> read(String spec, PreferenceDataset dataset) {
        int hash = spec.lastIndexOf('#');
        return hash < 0
                ? attribute(spec, dataset)
                : column(Path.of(spec.substring(0, hash)), spec.substring(hash + 1));
    }

    private static Map<String, String> attribute(String name, PreferenceDataset dataset) {
        Map<String, String> labels = new TreeMap<>();
        for (User user : dataset.users()) {
            Object value = user.attributes() == null ? null : user.attributes().get(name);
            if (value == null && name.equals("group")) {
                value = user.group();
            }
            if (value != null) {
                labels.put(user.id(), value.toString());
            }
        }
        if (labels.isEmpty()) {
            throw new KindredException(
                    "no user has an attribute "
                            + name
                            + ". Name one that users.jsonl holds, or FILE.csv#COLUMN");
        }
        return labels;
    }

    private static Map<String, String> column(Path file, String column) {
        if (!Files.isRegularFile(file)) {
            throw new KindredException(
                    file + ": no such file. Expected a CSV file whose first column is the user");
        }
        Map<String, String> labels = new TreeMap<>();
        try (CsvRecords records = CsvRecords.open(file)) {
            int at = records.header().indexOf(column);
            if (at < 1) {
                throw new KindredException(
                        file
                                + ": no column "
                                + column
                                + " behind the first; found "
                                + String.join(", ", records.header()));
            }
            for (RawRecord record = records.next(); record != null; record = records.next()) {
                if (record.problem() != null) {
                    throw new KindredException(
                            file + ": record " + record.place() + ": " + record.problem());
                }
                List<String> fields = CsvRecords.fields(record.bytes());
                if (!fields.get(at).isEmpty()) {
                    labels.put(fields.get(0), fields.get(at));
                }
            }
        } catch (CharacterCodingException e) {
            throw new KindredException(file + ": not UTF-8; save it as UTF-8", e);
        } catch (IOException e) {
            throw new KindredException(file + ": cannot be read: " + e.getMessage(), e);
        }
        return labels;
    }
}
