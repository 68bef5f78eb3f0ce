package org.kindred.datasets.source;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts of the files that were read, while they are read. */
final class FileCounts {

    /** Counts of one file. */
    static final class Counts {
        private final Map<String, Long> setAside = new TreeMap<>();
        private final Map<String, Long> dropped = new TreeMap<>();
        private final Map<String, Long> tallies = new TreeMap<>();
        private long accepted;
        long records;
        long blankLines;
        long duplicates;
        long conflicts;

        void accept(Rows rows) {
            accepted++;
            dropped(rows.dropped());
            if (rows.tally() != null) {
                tallies.merge(rows.tally(), 1L, Long::sum);
            }
        }

        void dropped(List<Dropped> parts) {
            parts.forEach(part -> dropped.merge(part.reason(), 1L, Long::sum));
        }

        void setAside(String reason) {
            setAside.merge(reason, 1L, Long::sum);
        }

        FileReport report(SourceFile file, String sha256, long bytes) {
            return new FileReport(
                    file.name(),
                    file.layout().name(),
                    sha256,
                    bytes,
                    records,
                    blankLines,
                    accepted,
                    setAside,
                    dropped,
                    duplicates,
                    conflicts,
                    tallies);
        }
    }

    private final Map<SourceFile, Counts> byFile = new LinkedHashMap<>();

    void start(SourceFile file) {
        byFile.put(file, new Counts());
    }

    Counts of(SourceFile file) {
        Counts counts = byFile.get(file);
        if (counts == null) {
            throw new IllegalStateException(file.name() + " was not started");
        }
        return counts;
    }

    boolean wasRead(SourceFile file) {
        return byFile.containsKey(file);
    }
}
