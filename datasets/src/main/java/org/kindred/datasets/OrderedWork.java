package org.kindred.datasets;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Work on many items at once whose results come out in the order of the items, on the thread that
 * called. What is held at a time is bounded, however many items there are.
 */
public final class OrderedWork {

    /** Where items come from, one after the other; null at the end. */
    @FunctionalInterface
    public interface Source<T, E extends Exception> {
        @Nullable T next() throws E;
    }

    /** Takes results in order. */
    @FunctionalInterface
    public interface Receiver<R, E extends Exception> {
        void receive(R result) throws E;
    }

    private record Started<R>(Future<R> result, long size) {}

    private OrderedWork() {}

    /**
     * At most twice {@code threads} items are held.
     *
     * @param work called from several threads
     * @param results called from this thread, in order
     */
    public static <T, R> void run(
            Iterator<? extends T> items,
            int threads,
            Function<? super T, ? extends R> work,
            Consumer<? super R> results) {
        AtomicInteger number = new AtomicInteger();
        ExecutorService pool =
                Executors.newFixedThreadPool(
                        threads,
                        task -> {
                            Thread thread = new Thread(task, "work-" + number.incrementAndGet());
                            thread.setDaemon(true);
                            return thread;
                        });
        try {
            OrderedWork.<T, R, RuntimeException>run(
                    () -> items.hasNext() ? items.next() : null,
                    item -> 1,
                    2L * threads,
                    pool,
                    work,
                    results::accept);
        } finally {
            pool.shutdownNow();
        }
    }

    /**
     * As {@link #run(Iterator, int, Function, Consumer)} with work that takes several items at
     * once.
     *
     * @param batch items handed over together, fewer in the end
     * @param work one result an item, in order
     */
    public static <T, R> void runInBatches(
            Iterator<? extends T> items,
            int batch,
            int threads,
            Function<List<T>, List<? extends R>> work,
            Consumer<? super R> results) {
        Iterator<List<T>> batches =
                new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return items.hasNext();
                    }

                    @Override
                    public List<T> next() {
                        List<T> next = new ArrayList<>(batch);
                        while (items.hasNext() && next.size() < batch) {
                            next.add(items.next());
                        }
                        return next;
                    }
                };
        run(batches, threads, work, all -> all.forEach(results));
    }

    /**
     * The same for items of different sizes on the caller's threads: the next one waits while those
     * in flight have {@code most} or more together.
     *
     * @param size of an item, for example its bytes
     * @throws E what the source or the receiver throws; work in flight is then cancelled
     */
    public static <T, R, E extends Exception> void run(
            Source<? extends T, E> items,
            ToLongFunction<? super T> size,
            long most,
            ExecutorService workers,
            Function<? super T, ? extends R> work,
            Receiver<? super R, E> results)
            throws E {
        Deque<Started<R>> inFlight = new ArrayDeque<>();
        long held = 0;
        try {
            for (T item = items.next(); item != null; item = items.next()) {
                T next = item;
                long its = size.applyAsLong(next);
                inFlight.add(new Started<>(workers.submit(() -> work.apply(next)), its));
                held += its;
                while (held >= most) {
                    Started<R> oldest = inFlight.remove();
                    results.receive(result(oldest.result()));
                    held -= oldest.size();
                }
            }
            while (!inFlight.isEmpty()) {
                results.receive(result(inFlight.remove().result()));
            }
        } finally {
            inFlight.forEach(started -> started.result().cancel(true));
        }
    }

    private static <R> R result(Future<R> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KindredException("interrupted while waiting for results; start again", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw new IllegalStateException("an item failed", e.getCause());
        }
    }
}
