package org.kindred.serve;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.kindred.options.Meaning;
import org.kindred.options.OptionsException;

/** How the service listens and what it lets one request do. */
public record ServiceOptions(
        @Meaning(value = "port; 0 for any free one, which is told", essential = true) int port,
        @Meaning(
                        value =
                                "address to listen on; another than 127.0.0.1, ::1 or localhost needs token_file",
                        essential = true)
                String bind,
        @Meaning(
                        value =
                                "file whose first line every request must name, as bearer token or as password of"
                                        + " basic authentication; empty for none",
                        essential = true)
                String tokenFile,
        @Meaning(
                        value =
                                "train rewards in a window of normalise: stream where a request names no batch_size",
                        essential = true)
                int window,
        @Meaning(
                        value =
                                "answers of the data set, for each group, whose rewards a new history begins with; 0"
                                        + " for an empty one, under which the first step of a group gets 0",
                        essential = true)
                int coldStart,
        @Meaning(
                        value =
                                "a completion without a letter or digit: abstain (no reward) or lowest (the lowest"
                                        + " there is, as in kindred's own training)",
                        essential = true)
                Blank blank,
        @Meaning("most bytes of a request's body, above which it gets 413") int maxBodyBytes,
        @Meaning("requests at work or waiting at once, above which one gets 503") int maxRequests,
        @Meaning("requests a second of one client address, above which it gets 429; 0 for no limit")
                double requestsPerSecond,
        @Meaning("seconds until a request that has no answer gets 504") int deadlineSeconds,
        @Meaning("seconds in which a client must have sent its body") int bodySeconds,
        @Meaning(
                        "threads that ask the judge; 0 for the processors with the embedded judge, 32 with a"
                                + " served one, 1 with a local one")
                int threads) {
    private static final int LEAST_BODY = 1_024;
    private static final int MOST_BODY = 1 << 30;
    private static final int MOST_PORT = 65_535;

    public ServiceOptions {
        require(port >= 0 && port <= MOST_PORT, "port", port, "0 to " + MOST_PORT);
        require(!bind.isBlank(), "bind", "", "an address, for example 127.0.0.1");
        require(window >= 2, "window", window, "2 or more");
        require(coldStart >= 0, "cold_start", coldStart, "0 or more, for example 64");
        require(
                maxBodyBytes >= LEAST_BODY && maxBodyBytes <= MOST_BODY,
                "max_body_bytes",
                maxBodyBytes,
                LEAST_BODY + " to " + MOST_BODY);
        require(
                maxRequests >= 1 && maxRequests <= 10_000,
                "max_requests",
                maxRequests,
                "1 to 10000");
        require(
                requestsPerSecond >= 0 && Double.isFinite(requestsPerSecond),
                "requests_per_second",
                requestsPerSecond,
                "finite and 0 or more");
        require(deadlineSeconds >= 1, "deadline_seconds", deadlineSeconds, "1 or more");
        require(bodySeconds >= 1, "body_seconds", bodySeconds, "1 or more");
        require(threads >= 0 && threads <= 1024, "threads", threads, "0 to 1024");
    }

    public static ServiceOptions defaults() {
        return new ServiceOptions(
                8400, "127.0.0.1", "", 256, 0, Blank.ABSTAIN, 16 << 20, 1_024, 0, 600, 30, 0);
    }

    /** The same on another port. */
    ServiceOptions withPort(int other) {
        return new ServiceOptions(
                other,
                bind,
                tokenFile,
                window,
                coldStart,
                blank,
                maxBodyBytes,
                maxRequests,
                requestsPerSecond,
                deadlineSeconds,
                bodySeconds,
                threads);
    }

    /** Whether nobody outside of this machine can reach it. */
    boolean loopback() {
        try {
            for (InetAddress address : InetAddress.getAllByName(bind)) {
                if (!address.isLoopbackAddress()) {
                    return false;
                }
            }
            return true;
        } catch (UnknownHostException e) {
            throw new OptionsException(
                    "bind = " + bind + ": no such address of this machine, for example 127.0.0.1",
                    e);
        }
    }

    /**
     * @throws OptionsException if others could reach it without a token
     */
    void requireToken() {
        if (tokenFile.isEmpty() && !loopback()) {
            throw new OptionsException(
                    "bind = "
                            + bind
                            + ": other machines could reach the service, so it needs a token: write one"
                            + " into a file (openssl rand -hex 32 > token) and give --token-file token");
        }
    }

    private static void require(boolean holds, String key, Object value, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(key + " = " + value + ": must be " + allowed);
        }
    }
}
