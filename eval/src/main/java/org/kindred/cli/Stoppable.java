package org.kindred.cli;

import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Training that saves where it is on Ctrl-C or SIGTERM. */
final class Stoppable {
    static final String SAME_COMMAND = "interrupted; continue with the same command and --resume";
    private static final long SAVING_SECONDS = 120;

    private Stoppable() {}

    /**
     * Trains; an interruption lets the step in progress finish and be saved.
     *
     * @param requestStop asks the training to save and return, and says whether it will
     * @param hint what people are told to type to go on
     */
    static <T> T run(
            BooleanSupplier requestStop, String hint, PrintWriter out, Supplier<T> training) {
        CountDownLatch saved = new CountDownLatch(1);
        return Interruption.during(
                () -> {
                    if (requestStop.getAsBoolean()) {
                        await(saved);
                    }
                    out.println();
                    out.println(hint);
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
