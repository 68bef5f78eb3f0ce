package org.kindred.datasets.source;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.OrderedWork;
import org.kindred.datasets.Quarantined;
import org.kindred.datasets.RawRecord;
import org.kindred.datasets.RawRecords;
import org.kindred.datasets.RejectedRecordException;

/**
 * Reads files for a format: records are parsed on several threads, then, in order, checked for
 * duplicates, handed on or set aside, and counted.
 */
public final class Intake {

    /** Takes accepted rows in order. */
    @FunctionalInterface
    public interface Accepted {
        void accept(Rows rows) throws IOException;
    }

    private record Parsed(
            RawRecord record,
            @Nullable Rows rows,
            @Nullable EncodedRows encoded,
            List<DuplicateIndex.Hash> keys,
            int content,
            @Nullable String reason) {}

    /** Records that one thread parses together. */
    private record Batch(List<RawRecord> records, long bytes) {
        List<Parsed> parse(Layout layout) {
            return records.stream().map(record -> Intake.parse(layout, record)).toList();
        }
    }

    private static final int BATCH_BYTES = 1 << 18;
    private static final int BATCH_RECORDS = 4_096;
    private static final long BYTES_IN_FLIGHT = 4 << 20;
    private static final int MAX_ID_CHARS = 80;

    private final ReadOptions options;
    private final RowTarget target;
    private final ExecutorService workers;
    private final Path scratch;
    private final LongConsumer bytesRead;
    private final DuplicateIndex index = new DuplicateIndex();
    private final FileCounts counts = new FileCounts();

    /**
     * @param scratch folder for temporary files
     * @param bytesRead told now and then how much of the current file was read
     */
    Intake(
            ReadOptions options,
            RowTarget target,
            ExecutorService workers,
            Path scratch,
            LongConsumer bytesRead) {
        this.options = options;
        this.target = target;
        this.workers = workers;
        this.scratch = scratch;
        this.bytesRead = bytesRead;
    }

    public ReadOptions options() {
        return options;
    }

    GroupedSpill spill() throws IOException {
        return new GroupedSpill(scratch);
    }

    FileCounts counts() {
        return counts;
    }

    /** Reads a whole file. */
    public void read(SourceFile file, Accepted accepted) throws IOException {
        counts.start(file);
        try (RawRecords records = file.layout().open(file.path())) {
            OrderedWork.run(
                    () -> batch(records),
                    batch -> batch.bytes(),
                    BYTES_IN_FLIGHT,
                    workers,
                    batch -> batch.parse(file.layout()),
                    all -> {
                        for (Parsed parsed : all) {
                            receive(file, parsed, accepted);
                            bytesRead.accept(records.bytesRead());
                        }
                    });
            counts.of(file).records = records.count();
        }
    }

    private static @Nullable Batch batch(RawRecords records) throws IOException {
        List<RawRecord> batch = new ArrayList<>();
        long bytes = 0;
        while (bytes < BATCH_BYTES && batch.size() < BATCH_RECORDS) {
            RawRecord record = records.next();
            if (record == null) {
                break;
            }
            batch.add(record);
            bytes += record.bytes().remaining();
        }
        return batch.isEmpty() ? null : new Batch(batch, bytes);
    }

    /** Hands on rows that were made of several records of a file. */
    public void derive(SourceFile file, Rows rows) throws IOException {
        target.accept(file, rows, EncodedRows.of(rows));
        counts.of(file).dropped(rows.dropped());
    }

    private static Parsed parse(Layout layout, RawRecord record) {
        try {
            Rows rows = layout.parse(record);
            return new Parsed(
                    record,
                    rows,
                    rows == null ? null : EncodedRows.of(rows),
                    rows == null
                            ? List.of()
                            : rows.keys().stream().map(DuplicateIndex.Hash::of).toList(),
                    DuplicateIndex.content(record.bytes()),
                    null);
        } catch (RejectedRecordException e) {
            return new Parsed(record, null, null, List.of(), 0, e.reason());
        }
    }

    private void receive(SourceFile file, Parsed parsed, Accepted accepted) throws IOException {
        Rows rows = parsed.rows();
        if (parsed.reason() != null) {
            setAside(file, parsed.record(), parsed.reason());
        } else if (rows == null || parsed.encoded() == null) {
            counts.of(file).blankLines++;
            target.blank(file, parsed.record().place());
        } else {
            for (int i = 0; i < parsed.keys().size(); i++) {
                DuplicateIndex.Seen seen = index.find(parsed.keys().get(i), parsed.content());
                if (seen != DuplicateIndex.Seen.NEVER) {
                    counts.of(file).duplicates++;
                    counts.of(file).conflicts +=
                            seen == DuplicateIndex.Seen.WITH_OTHER_CONTENT ? 1 : 0;
                    setAside(file, parsed.record(), rows.keys().get(i).reason());
                    return;
                }
            }
            parsed.keys().forEach(key -> index.add(key, parsed.content()));
            counts.of(file).accept(rows);
            target.accept(file, rows, parsed.encoded());
            accepted.accept(rows);
        }
    }

    private void setAside(SourceFile file, RawRecord record, String reason) throws IOException {
        counts.of(file).setAside(reason);
        target.setAside(
                file,
                new Quarantined(
                        file.name(), record.place(), reason, shortId(file.layout().id(record))));
    }

    /** An id that is long or holds spaces may be text that slipped into the wrong field. */
    private static @Nullable String shortId(@Nullable String id) {
        boolean plain =
                id != null
                        && id.length() <= MAX_ID_CHARS
                        && id.chars().noneMatch(c -> c <= ' ' || Character.isISOControl(c));
        return plain ? id : null;
    }
}
