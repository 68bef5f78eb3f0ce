package org.kindred.reward.client;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
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
}
