package org.kindred.datasets.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.kindred.datasets.Preference;
import org.kindred.datasets.Quarantined;
import org.kindred.datasets.Task;

/** What a format gave, in memory, file by file. */
final class Collected {
    /** Makes every pair and every candidate. */
    static final ReadOptions ALL = new ReadOptions(1, "user_id", "id", 1_000_000, 1_000_000);

    /** One file. */
    static final class OfFile implements RowTarget {
        final List<Rows> rows = new ArrayList<>();
        final List<Quarantined> setAside = new ArrayList<>();
        final List<Long> blankLines = new ArrayList<>();
        long records;
        long accepted;

        @Override
        public void accept(SourceFile file, Rows one, EncodedRows encoded) {
            rows.add(one);
        }

        @Override
        public void setAside(SourceFile file, Quarantined record) {
            setAside.add(record);
        }

        @Override
        public void blank(SourceFile file, long line) {
            blankLines.add(line);
        }

        List<Preference> preferences() {
            return rows.stream().flatMap(one -> one.preferences().stream()).toList();
        }

        List<Task> tasks() {
            return rows.stream().flatMap(one -> one.tasks().stream()).toList();
        }

        List<Dropped> dropped() {
            return rows.stream().flatMap(one -> one.dropped().stream()).toList();
        }

        /** Number of distinct people with an accepted record. */
        long users() {
            return rows.stream().map(Rows::userId).filter(u -> u != null).distinct().count();
        }

        Map<String, Integer> pairsByUser() {
            Map<String, Integer> counts = new TreeMap<>();
            preferences().forEach(row -> counts.merge(row.userId(), 1, Integer::sum));
            return counts;
        }

        Map<String, Integer> tallies() {
            Map<String, Integer> counts = new TreeMap<>();
            rows.stream()
                    .map(Rows::tally)
                    .filter(tally -> tally != null)
                    .forEach(tally -> counts.merge(tally, 1, Integer::sum));
            return counts;
        }
    }

    final Map<Path, OfFile> byFile = new LinkedHashMap<>();

    static Collected read(String format, ReadOptions options, List<Path> paths) throws IOException {
        Collected collected = new Collected();
        RowTarget target =
                new RowTarget() {
                    @Override
                    public void accept(SourceFile file, Rows rows, EncodedRows encoded) {
                        collected.of(file).accept(file, rows, encoded);
                    }

                    @Override
                    public void setAside(SourceFile file, Quarantined record) {
                        collected.of(file).setAside(file, record);
                    }

                    @Override
                    public void blank(SourceFile file, long line) {
                        collected.of(file).blank(file, line);
                    }
                };
        SourceFormat reader = Formats.open(format, options);
        List<SourceFile> files = SourceFiles.find(reader, paths).files();
        ExecutorService workers = Executors.newFixedThreadPool(2);
        Path scratch = Files.createTempDirectory("intake");
        try {
            Intake intake = new Intake(options, target, workers, scratch, bytes -> {});
            reader.read(files, intake);
            for (SourceFile file : files) {
                if (intake.counts().wasRead(file)) {
                    FileReport report = intake.counts().of(file).report(file, "", 0);
                    collected.of(file).records = report.records();
                    collected.of(file).accepted = report.accepted();
                }
            }
        } finally {
            workers.shutdownNow();
            try (Stream<Path> left = Files.list(scratch)) {
                if (left.findAny().isPresent()) {
                    throw new AssertionError("a temporary file was left behind");
                }
            }
            Files.delete(scratch);
        }
        return collected;
    }

    private OfFile of(SourceFile file) {
        return byFile.computeIfAbsent(file.path(), path -> new OfFile());
    }

    OfFile of(Path file) {
        return byFile.getOrDefault(file, new OfFile());
    }
}
