package org.kindred.serve;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How often a client address may ask: a bucket each, which holds a second's requests at most and
 * fills evenly. The addresses least lately heard of are forgotten.
 */
final class ClientRates {
    private static final int MOST_CLIENTS = 10_000;

    private final double perSecond;
    private final LongSupplier nanos;
    private final Map<String, Bucket> buckets =
            new LinkedHashMap<>(64, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
                    return size() > MOST_CLIENTS;
                }
            };

    private record Bucket(double tokens, long at) {}

    /**
     * @param perSecond requests; 0 for no limit
     * @param nanos a clock
     */
    ClientRates(double perSecond, LongSupplier nanos) {
        this.perSecond = perSecond;
        this.nanos = nanos;
    }

    /**
     * @throws ServeException 429 for a client that has asked too often
     */
    synchronized void check(String client) {
        if (perSecond == 0) {
            return;
        }
        long now = nanos.getAsLong();
        double most = Math.max(1, perSecond);
        Bucket before = buckets.getOrDefault(client, new Bucket(most, now));
        double filled =
                before.tokens
                        + perSecond * (now - before.at) / (double) TimeUnit.SECONDS.toNanos(1);
        double tokens = Math.min(most, filled);
        boolean may = tokens >= 1;
        buckets.put(client, new Bucket(may ? tokens - 1 : tokens, now));
        if (!may) {
            throw ServeException.later(
                    429,
                    (int) Math.ceil((1 - tokens) / perSecond),
                    "more than "
                            + perSecond
                            + " requests a second from one address"
                            + " (service.requests_per_second); come again later");
        }
    }
}
