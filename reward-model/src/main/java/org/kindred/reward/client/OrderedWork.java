package org.kindred.reward.client;

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

/**
 * Work of many items at once whose results come out in the order of the items. At most twice {@code
 * threads} items are held, however many there are.
 */
public final class OrderedWork {
    private OrderedWork() {}

    /**
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
                            Thread thread = new Thread(task, "judge-" + number.incrementAndGet());
                            thread.setDaemon(true);
                            return thread;
                        });
        Deque<Future<R>> running = new ArrayDeque<>();
        try {
            while (items.hasNext() || !running.isEmpty()) {
                while (items.hasNext() && running.size() < 2 * threads) {
                    T item = items.next();
                    running.add(pool.submit(() -> work.apply(item)));
                }
                results.accept(running.removeFirst().get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for results", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("an item failed", e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    /**
     * As {@link #run} with work that takes several items at once.
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
}
