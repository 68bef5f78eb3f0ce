package org.kindred.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class OrderedWorkTest {

    @Test
    void run_resultsComeInTheOrderOfTheItems_andFewItemsAreHeld() {
        int[] pulled = {0};
        int[] taken = {0};
        Iterator<Integer> items =
                IntStream.range(0, 200)
                        .peek(
                                i -> {
                                    pulled[0]++;
                                    assertThat(pulled[0] - taken[0]).isLessThanOrEqualTo(6);
                                })
                        .iterator();
        List<Integer> results = new ArrayList<>();

        OrderedWork.run(
                items,
                3,
                i -> i * i,
                square -> {
                    taken[0]++;
                    results.add(square);
                });

        assertThat(results).isEqualTo(IntStream.range(0, 200).mapToObj(i -> i * i).toList());
    }

    @Test
    void runInBatches_theLastBatchIsShort() {
        List<Integer> sizes = new ArrayList<>();
        List<Integer> results = new ArrayList<>();

        OrderedWork.<Integer, Integer>runInBatches(
                List.of(1, 2, 3, 4, 5).iterator(),
                2,
                1,
                some -> {
                    sizes.add(some.size());
                    return some;
                },
                results::add);

        assertThat(results).containsExactly(1, 2, 3, 4, 5);
        assertThat(sizes).containsExactly(2, 2, 1);
    }

    @Test
    void run_failureOfWork_isThrownAsItIs() {
        assertThatThrownBy(
                        () ->
                                OrderedWork.run(
                                        List.of(1, 0).iterator(), 2, i -> 1 / i, result -> {}))
                .isInstanceOf(ArithmeticException.class);
    }

    @Test
    void run_sizedItems_waitForRoom_andAFailingReceiverStopsAll() {
        ExecutorService workers = Executors.newFixedThreadPool(2);
        CountDownLatch never = new CountDownLatch(1);
        Iterator<Long> sizes = List.of(5L, 5L, 20L, 1L, 1L).iterator();
        long[] held = {0};
        try {
            assertThatThrownBy(
                            () ->
                                    OrderedWork.<Long, Long, IOException>run(
                                            () -> sizes.hasNext() ? sizes.next() : null,
                                            size -> {
                                                held[0] += size;
                                                return size;
                                            },
                                            10,
                                            workers,
                                            size -> {
                                                if (size == 1) {
                                                    await(never);
                                                }
                                                return size;
                                            },
                                            size -> {
                                                held[0] -= size;
                                                assertThat(held[0]).isLessThan(30);
                                                if (size == 20) {
                                                    throw new IOException("the disk is full");
                                                }
                                            }))
                    .hasMessage("the disk is full");
        } finally {
            never.countDown();
            workers.shutdownNow();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
