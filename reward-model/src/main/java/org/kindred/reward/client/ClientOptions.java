package org.kindred.reward.client;

import org.kindred.options.Meaning;

/** How an endpoint is called. */
public record ClientOptions(
        @Meaning(
                        value =
                                "requests in flight at once; what the server batches well, 16 to 256",
                        essential = true)
                int concurrency,
        @Meaning("limit of new requests; 0 for none") int requestsPerSecond,
        @Meaning("most requests for one answer, the first included") int attempts,
        @Meaning("wait before the second attempt; doubles with each, times 0.5 to 1 by " + "seed")
                int firstWaitMillis,
        @Meaning("cap of a wait, except where the server asks for longer, up to ten minutes")
                int longestWaitMillis,
        @Meaning("time for all calls of a client together; 0 for none") long deadlineMillis,
        @Meaning("last calls of which a breaker looks at the failed share") int breakerWindow,
        @Meaning("failed share that opens the breaker, 0 to 1; 1 switches it off")
                double breakerShare,
        @Meaning("pause of all calls when it opens") int breakerWaitMillis,
        @Meaning(
                        value =
                                "tokens, prompts and answers, after which no call is begun; 0 for none. Calls in "
                                        + "flight are finished, so it may be passed by what concurrency calls take",
                        essential = true)
                long tokenBudget,
        @Meaning("the client stops when a larger share of at least 200 answers failed")
                double mostFailedShare,
        @Meaning("answer from the cache alone, without any network") boolean replayOnly,
        @Meaning(
                        "the client stops when calls failed for so long without one answer between them; 0 for"
                                + " never")
                int silenceSeconds) {
    public ClientOptions {
        require(concurrency >= 1 && concurrency <= 4096, "concurrency", concurrency, "1 to 4096");
        require(requestsPerSecond >= 0, "requestsPerSecond", requestsPerSecond, "0 or more");
        require(attempts >= 1 && attempts <= 100, "attempts", attempts, "1 to 100");
        require(firstWaitMillis >= 0, "firstWaitMillis", firstWaitMillis, "0 or more");
        require(
                longestWaitMillis >= firstWaitMillis,
                "longestWaitMillis",
                longestWaitMillis,
                "firstWaitMillis or more");
        require(deadlineMillis >= 0, "deadlineMillis", deadlineMillis, "0 or more");
        require(breakerWindow >= 2, "breakerWindow", breakerWindow, "2 or more");
        require(breakerShare > 0 && breakerShare <= 1, "breakerShare", breakerShare, "in (0, 1]");
        require(breakerWaitMillis >= 1, "breakerWaitMillis", breakerWaitMillis, "1 or more");
        require(tokenBudget >= 0, "tokenBudget", tokenBudget, "0 or more");
        require(
                mostFailedShare >= 0 && mostFailedShare <= 1,
                "mostFailedShare",
                mostFailedShare,
                "0 to 1");
        require(silenceSeconds >= 0, "silenceSeconds", silenceSeconds, "0 or more");
    }

    public static ClientOptions defaults() {
        return new ClientOptions(16, 0, 6, 500, 30_000, 0, 100, 0.8, 10_000, 0, 0.05, false, 300);
    }

    /** The same for a first call, which finds out soon whether anybody answers. */
    ClientOptions forProbe() {
        return new ClientOptions(
                1,
                0,
                Math.min(attempts, 3),
                firstWaitMillis,
                longestWaitMillis,
                deadlineMillis,
                breakerWindow,
                1,
                breakerWaitMillis,
                tokenBudget,
                mostFailedShare,
                replayOnly,
                silenceSeconds);
    }

    private static void require(boolean holds, String name, double value, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(name + " = " + value + ": must be " + allowed);
        }
    }
}
