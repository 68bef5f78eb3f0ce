package org.kindred.serve;

import java.util.concurrent.TimeUnit;

/** Until when a request must have its answer. */
final class Deadline {
    private final long end;
    private final int seconds;

    private Deadline(int seconds) {
        this.seconds = seconds;
        end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }

    static Deadline in(int seconds) {
        return new Deadline(seconds);
    }

    /** 0 when it has passed. */
    long nanosLeft() {
        return Math.max(0, end - System.nanoTime());
    }

    ServeException passed() {
        return ServeException.later(
                504,
                1,
                "no answer within " + seconds + " seconds (service.deadline_seconds); come again");
    }
}
