package org.kindred.reward.client;

import java.util.concurrent.TimeUnit;

/** Time, so that tests need not wait. */
interface Ticker {

    /** Nanoseconds since some fixed moment. */
    long nanos();

    void sleep(long nanos) throws InterruptedException;

    /** The machine's own. */
    static Ticker system() {
        return new Ticker() {
            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public void sleep(long nanos) throws InterruptedException {
                TimeUnit.NANOSECONDS.sleep(nanos);
            }
        };
    }
}
