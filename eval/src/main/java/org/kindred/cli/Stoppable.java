package org.kindred.cli;

import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Training that saves where it is on Ctrl-C or SIGTERM. */
final class Stoppable {
    private static final long SAVING_SECONDS = 120;

    private Stoppable() {}

    /**
     * Trains; an interruption lets the step in progress finish and be saved.
     *
     * @param requestStop asks the training to save and return
     */
    static <T> T run(Runnable requestStop, PrintWriter out, Supplier<T> training) {
        CountDownLatch saved = new CountDownLatch(1);
        return Interruption.during(
                () -> {
                    requestStop.run();
                    await(saved);
                    out.println("interrupted; continue with the same command and --resume");
                    out.flush();
                },
                () -> {
                    try {
                        return training.get();
                    } finally {
                        saved.countDown();
                    }
                });
    }

    private static void await(CountDownLatch saved) {
        try {
            if (!saved.await(SAVING_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("the step in progress could not be saved in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
