package org.kindred.datasets.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Checksums;
import org.kindred.datasets.Json;
import org.kindred.datasets.JsonLines;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Progress;
import org.kindred.datasets.Quarantined;
import org.kindred.datasets.RejectedRecordException;

/**
 * Where data come from, as a command line names it: a canonical folder or preferences file, or
 * {@code FORMAT:PATH}, the files of a published data set in one of the {@link Formats}.
 *
 * @param format null for canonical data
 * @param path a file or folder
 */
public record DataSource(@Nullable String format, Path path) {
    /** One letter before a colon is a drive of Windows. */
    private static final Pattern PUBLISHED = Pattern.compile("([A-Za-z][\\w-]+):(.+)");

    /**
     * What exists under the whole name is a path, whether it holds a colon or not.
     *
     * @throws KindredException if the format is unknown
     */
    public static DataSource parse(String text) {
        Matcher published = PUBLISHED.matcher(text);
        if (!published.matches() || Files.exists(Path.of(text))) {
            return of(Path.of(text));
        }
        String format = published.group(1).toLowerCase(Locale.ROOT).replace('_', '-');
        if (!Formats.names().contains(format)) {
            throw new KindredException(
                    "there is no format \""
                            + published.group(1)
                            + "\", nor a path "
                            + text
                            + ": expected a canonical folder or file, or FORMAT:PATH with one of "
                            + Formats.names());
        }
        return new DataSource(format, Path.of(published.group(2)));
    }

    /** A canonical folder, or one file of preferences. */
    public static DataSource of(Path canonical) {
        return new DataSource(null, canonical);
    }

    /** The last name of the path. */
    public String name() {
        return String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }

    /**
     * Where the rows stand once they are read.
     *
     * @param workFolder where published data are imported into
     */
    public Path rows(Path workFolder) {
        return format == null ? path : workFolder;
    }

    /**
     * Imports published data into the work folder, unless it holds the result of the same files
     * already; the import of other files is replaced. Canonical data are left where they are.
     *
     * @return {@link #rows}
     * @throws KindredException if there is nothing to read or not one usable row
     */
    public Path canonical(Path workFolder, Progress progress) {
        if (format == null) {
            return path;
        }
        DatasetImport.Outcome outcome =
                DatasetImport.run(
                        format,
                        List.of(path),
                        workFolder,
                        true,
                        ImportOptions.defaults(),
                        DatasetImport.Listener.of(progress));
        progress.stage("import", summary(outcome, workFolder));
        return workFolder;
    }

    /** All rows in memory; what the import set aside is among the quarantined. */
    public CanonicalReader.Loaded read(Path workFolder, Progress progress) {
        Path rows = canonical(workFolder, progress);
        progress.stage("read", toString());
        CanonicalReader.Loaded loaded = CanonicalReader.read(rows);
        for (Path changed : Checksums.damaged(rows)) {
            progress.note(
                    changed
                            + " is not the file that "
                            + Checksums.FILE
                            + " beside it was made for: it was changed or is damaged. If you changed"
                            + " it, remove its line there");
        }
        List<Quarantined> quarantined = new ArrayList<>();
        if (format != null && Files.exists(rows.resolve(FolderTarget.QUARANTINE))) {
            JsonLines.read(
                    rows.resolve(FolderTarget.QUARANTINE),
                    (record, line) -> quarantined.add(quarantined(record)),
                    quarantined::add);
        }
        quarantined.addAll(loaded.quarantined());
        return new CanonicalReader.Loaded(
                loaded.dataset(), loaded.tasks(), loaded.manifest(), quarantined);
    }

    private static Quarantined quarantined(com.fasterxml.jackson.databind.JsonNode record)
            throws RejectedRecordException {
        try {
            return Json.mapper().treeToValue(record, Quarantined.class);
        } catch (JsonProcessingException e) {
            throw new RejectedRecordException("wrong_type:record");
        }
    }

    private static String summary(DatasetImport.Outcome outcome, Path folder) {
        ImportReport report = outcome.report();
        long bad = report.setAside().values().stream().mapToLong(Long::longValue).sum();
        return (outcome.unchanged() ? "unchanged: " : "")
                + report.preferences()
                + " pairs of "
                + report.usersWithPreferences()
                + " users, "
                + report.tasks()
                + " tasks; "
                + (bad == 0
                        ? "no record set aside"
                        : bad
                                + " records set aside ("
                                + counts(report.setAside())
                                + "), see "
                                + folder.resolve(FolderTarget.QUARANTINE))
                + (report.unread().isEmpty()
                        ? ""
                        : "; " + report.unread().size() + " files not read");
    }

    /**
     * Files that were there and gave nothing.
     *
     * @param workFolder into which published data were imported
     */
    public List<Unread> unread(Path workFolder) {
        if (format != null) {
            return Json.read(
                            workFolder.resolve(DatasetImport.REPORT),
                            ImportReport.class,
                            "the import report")
                    .unread();
        }
        return CanonicalFormat.unread(path);
    }

    private static String counts(Map<String, Long> byReason) {
        return byReason.entrySet().stream()
                .map(reason -> reason.getValue() + " " + reason.getKey())
                .collect(Collectors.joining(", "));
    }

    /** As the command line names it. */
    @Override
    public String toString() {
        return format == null ? path.toString() : format + ":" + path;
    }
}
