package org.kindred.datasets.source;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.RawRecord;
import org.kindred.datasets.RawRecords;

/**
 * Parses records on several threads and hands the results over in the order of the file.
 *
 * <p>Bytes in flight are bounded, so that memory does not grow with the file: work waits until the
 * oldest batch is taken.
 */
final class OrderedWork {
    private static final int BATCH_BYTES = 1 << 18;
    private static final int BATCH_RECORDS = 4_096;
    private static final long BYTES_IN_FLIGHT = 4 << 20;

    /** Takes a result on the thread that called {@link #run}. */
    @FunctionalInterface
    interface Receiver<T> {
        void receive(T result) throws IOException;
    }

    private record Batch<T>(Future<List<T>> results, long bytes) {}

    private OrderedWork() {}

    static <T> void run(
            RawRecords records,
            ExecutorService workers,
            Function<RawRecord, T> work,
            Receiver<T> receiver)
            throws IOException {
        Deque<Batch<T>> inFlight = new ArrayDeque<>();
        long bytesInFlight = 0;
        RawRecord record = records.next();
        try {
            while (record != null) {
                List<RawRecord> batch = new ArrayList<>();
                long bytes = 0;
                while (record != null && bytes < BATCH_BYTES && batch.size() < BATCH_RECORDS) {
                    batch.add(record);
                    bytes += record.bytes().remaining();
                    record = records.next();
                }
                while (!inFlight.isEmpty() && bytesInFlight + bytes > BYTES_IN_FLIGHT) {
                    bytesInFlight -= take(inFlight, receiver);
                }
                inFlight.add(
                        new Batch<>(
                                workers.submit(() -> batch.stream().map(work).toList()), bytes));
                bytesInFlight += bytes;
            }
            while (!inFlight.isEmpty()) {
                take(inFlight, receiver);
            }
        } finally {
            inFlight.forEach(batch -> batch.results().cancel(true));
        }
    }

    private static <T> long take(Deque<Batch<T>> inFlight, Receiver<T> receiver)
            throws IOException {
        Batch<T> oldest = inFlight.remove();
        try {
            for (T result : oldest.results().get()) {
                receiver.receive(result);
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KindredException("reading was interrupted; start it again", e);
        }
        return oldest.bytes();
    }
}
