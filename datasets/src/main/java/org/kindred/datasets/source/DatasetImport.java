package org.kindred.datasets.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Checksums;
import org.kindred.datasets.Json;
import org.kindred.datasets.JsonLines;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Manifest;

/**
 * Makes a canonical folder of the files of a format.
 *
 * <p>Memory: the records in flight (a few MiB, or one record), 25 to 38 bytes a record to know
 * duplicates, the ids of the users, and what a format says it holds (titles). The folder appears
 * complete or not at all, and equal input gives equal bytes. If the folder holds the result of the
 * same input already, nothing is done.
 */
public final class DatasetImport {
    /** The report inside the folder. */
    public static final String REPORT = "import.json";

    private static final long MIB = 1 << 20;

    /** Told how far the work is, in bytes. */
    @FunctionalInterface
    public interface Listener {
        void step(String doing, long done, long total);

        /** Tells people; bytes become steps of MiB, each kind of work a stage. */
        static Listener of(org.kindred.datasets.Progress progress) {
            String[] stage = {""};
            return (doing, done, total) -> {
                if (!doing.equals(stage[0])) {
                    stage[0] = doing;
                    progress.stage(doing, String.format("%d MiB", total / MIB));
                }
                progress.step(done / MIB, Math.max(1, total / MIB), "MiB");
            };
        }
    }

    /**
     * @param unchanged true if the folder held this result before
     */
    public record Outcome(ImportReport report, boolean unchanged) {}

    private final SourceFormat format;
    private final SourceFiles sources;
    private final ImportOptions options;
    private final Listener listener;

    private DatasetImport(
            SourceFormat format, SourceFiles sources, ImportOptions options, Listener listener) {
        this.format = format;
        this.sources = sources;
        this.options = options;
        this.listener = listener;
    }

    /**
     * @param paths files, or folders that are searched
     * @param out absent, empty, or the result of an earlier import
     * @param replace whether the result of another import may be replaced
     * @throws KindredException if there is nothing to read, no row is usable, or the disk fails
     */
    public static Outcome run(
            String formatName,
            List<Path> paths,
            Path out,
            boolean replace,
            ImportOptions options,
            Listener listener) {
        SourceFormat format = Formats.open(formatName, options.reading());
        SourceFiles sources = SourceFiles.find(format, paths);
        return new DatasetImport(format, sources, options, listener).into(out, replace);
    }

    private Outcome into(Path out, boolean replace) {
        try (InputHashes inputs = new InputHashes(sources.files(), listener)) {
            Path report = out.resolve(REPORT);
            if (Files.exists(report)) {
                ImportReport found = Json.read(report, ImportReport.class, "the import report");
                if (isSame(found, inputs)) {
                    return new Outcome(found, true);
                }
                if (!replace) {
                    throw new KindredException(
                            out
                                    + " holds an import of other files or with other options. Replace"
                                    + " it with --force or name another folder with --out.");
                }
            } else {
                inputs.start();
            }
            ImportReport[] made = new ImportReport[1];
            AtomicFiles.Content<Path> content = folder -> made[0] = write(folder, inputs);
            if (Files.exists(report)) {
                AtomicFiles.replaceFolder(out, content);
            } else {
                AtomicFiles.writeFolder(out, content);
            }
            return new Outcome(made[0], false);
        } catch (IOException e) {
            throw AtomicFiles.failure("importing into", out, e);
        }
    }

    private ImportReport write(Path folder, InputHashes inputs) throws IOException {
        ExecutorService workers =
                Executors.newFixedThreadPool(
                        options.threads(),
                        work -> {
                            Thread thread = new Thread(work, "import");
                            thread.setDaemon(true);
                            return thread;
                        });
        try (FolderTarget target = new FolderTarget(folder)) {
            Intake intake =
                    new Intake(
                            options.reading(),
                            target,
                            workers,
                            folder,
                            new Progress(inputs, listener));
            format.read(sources.files(), intake);
            ImportReport report = report(target, intake, inputs.sha256(), inputs);
            if (report.preferences() == 0 && report.tasks() == 0) {
                throw new KindredException(
                        "no usable row in "
                                + sources.files().stream().map(SourceFile::name).toList()
                                + " (set aside: "
                                + report.setAside()
                                + "); check the format"
                                + (format instanceof TrlFormat ? columns() : ""));
            }
            target.close();
            if (options.removeUsers()) {
                removeUsers(folder, target);
            }
            Json.write(folder.resolve(REPORT), report);
            Json.write(folder.resolve(CanonicalReader.MANIFEST), manifest(report, inputs));
            Checksums.addAll(folder);
            return report;
        } finally {
            workers.shutdownNow();
        }
    }

    /** Which columns there are, where users and ids were looked for in others. */
    private String columns() throws IOException {
        List<ObjectNode> head = new FileHead(sources.files().get(0).path()).objects();
        return ". Users were looked for in the column "
                + options.userColumn()
                + (options.idColumn().isEmpty() ? "" : ", ids in " + options.idColumn())
                + (head.isEmpty() ? "" : "; the first row has " + Unread.fields(head.get(0)))
                + ". Name the columns: --set user_column=NAME, and --set id_column=NAME (empty"
                + " numbers the rows)";
    }

    private ImportReport report(
            FolderTarget target, Intake intake, Map<String, String> sha256, InputHashes inputs)
            throws IOException {
        Map<String, Long> byReason = target.reportUsers(options.minPairs(), options.removeUsers());
        List<FileReport> files = new ArrayList<>();
        List<Unread> unread = new ArrayList<>(sources.unread());
        for (SourceFile file : sources.files()) {
            if (intake.counts().wasRead(file)) {
                files.add(
                        intake.counts()
                                .of(file)
                                .report(file, sha256.get(file.name()), inputs.bytes(file)));
            } else {
                unread.add(new Unread(file.name(), Unread.NOT_NEEDED));
            }
        }
        long removed =
                options.removeUsers()
                        ? byReason.values().stream().mapToLong(Long::longValue).sum()
                        : 0;
        List<FolderTarget.Counts> kept =
                target.byUser().values().stream()
                        .filter(
                                user ->
                                        !options.removeUsers()
                                                || FolderTarget.reason(user, options.minPairs())
                                                        .isEmpty())
                        .toList();
        return new ImportReport(
                format.card().name(),
                format.card(),
                visibleOptions(),
                files,
                unread,
                kept.stream().filter(user -> user.records > 0 || user.pairs > 0).count(),
                kept.stream().filter(user -> user.pairs > 0).count(),
                options.removeUsers()
                        ? kept.stream().mapToLong(user -> user.pairs).sum()
                        : target.preferences(),
                target.tasks(),
                target.userConflicts(),
                byReason,
                removed);
    }

    private Manifest manifest(ImportReport report, InputHashes inputs) throws IOException {
        return Manifest.named(format.card().name())
                .withSource(
                        format.card().title(),
                        format.card().licences(),
                        format.card().contentWarnings())
                .withSeed(options.reading().seed())
                .withCounts(
                        Map.of(
                                "users", report.users(),
                                "preferences", report.preferences(),
                                "tasks", report.tasks()))
                .withInputHashes(inputs.sha256())
                .withMeta(Map.of("metric", format.card().metric(), "options", report.options()));
    }

    /** Threads change no result, so they are no reason to import again. */
    private Map<String, Object> visibleOptions() {
        ReadOptions reading = options.reading();
        Map<String, Object> visible = new TreeMap<>();
        visible.put("seed", reading.seed());
        visible.put("user_column", reading.userColumn());
        visible.put("id_column", reading.idColumn());
        visible.put("pairs_per_user", reading.pairsPerUser());
        visible.put("candidates", reading.candidates());
        visible.put("min_pairs", options.minPairs());
        visible.put("remove_users", options.removeUsers());
        return visible;
    }

    private boolean isSame(ImportReport found, InputHashes inputs) throws IOException {
        Map<String, String> hashes = new LinkedHashMap<>();
        found.files().forEach(file -> hashes.put(file.name(), file.sha256()));
        Map<String, String> wanted = new LinkedHashMap<>(inputs.sha256());
        wanted.keySet().retainAll(hashes.keySet());
        Set<String> skipped = found.unread().stream().map(Unread::name).collect(Collectors.toSet());
        boolean allKnown =
                inputs.sha256().keySet().stream()
                        .allMatch(name -> hashes.containsKey(name) || skipped.contains(name));
        return found.format().equals(format.card().name())
                && allKnown
                && hashes.equals(wanted)
                && Json.line(found.options()).equals(Json.line(visibleOptions()));
    }

    /** Filters the rows that were written; on request only, so a second pass is fine. */
    private void removeUsers(Path folder, FolderTarget target) throws IOException {
        Set<String> removed =
                target.byUser().entrySet().stream()
                        .filter(
                                user ->
                                        !FolderTarget.reason(user.getValue(), options.minPairs())
                                                .isEmpty())
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet());
        filter(folder.resolve(CanonicalReader.PREFERENCES), "user_id", removed);
        filter(folder.resolve(CanonicalReader.TASKS), "user_id", removed);
        filter(folder.resolve(CanonicalReader.USERS), "id", removed);
    }

    private static void filter(Path file, String field, Set<String> removed) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        Path kept = file.resolveSibling("." + file.getFileName() + ".kept.tmp");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(kept))) {
            JsonLines.read(
                    file,
                    (record, line) -> {
                        JsonNode user = record.get(field);
                        if (user == null || !removed.contains(user.asText())) {
                            write(out, record);
                        }
                    },
                    bad -> {
                        throw new IllegalStateException("what was just written cannot be read");
                    });
        }
        Files.move(kept, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void write(OutputStream out, ObjectNode record) {
        try {
            Json.writeLine(out, record);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
