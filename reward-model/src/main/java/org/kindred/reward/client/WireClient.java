package org.kindred.reward.client;

import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The JDK's HTTP client under LangChain4j's models. Unlike the library's own it bounds the time of
 * a whole reply, slow bodies included, and its size, and it keeps the server's Retry-After and what
 * it says with a refusal.
 */
final class WireClient implements dev.langchain4j.http.client.HttpClient {
    private static final int LARGEST_REPLY = 8 << 20;
    private static final int WORKERS = 2;

    /** When the call of this thread must be over, {@link System#nanoTime}; null for no limit. */
    private static final ThreadLocal<Long> LATEST = new ThreadLocal<>();

    private final HttpClient http;
    private final Duration timeout;
    private final UnaryOperator<SuccessfulHttpResponse> reading;
    private volatile URI address = URI.create("");

    private WireClient(
            Duration connectTimeout,
            Duration timeout,
            UnaryOperator<SuccessfulHttpResponse> reading) {
        this.reading = reading;
        http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(connectTimeout)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .executor(workers())
                        .build();
        this.timeout = timeout;
    }

    /**
     * Few threads, which read replies one after another: with a thread for every reply, as the
     * client has by default, waking them costs as much as the replies.
     */
    private static Executor workers() {
        ThreadPoolExecutor workers =
                new ThreadPoolExecutor(
                        WORKERS,
                        WORKERS,
                        1,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        task -> {
                            Thread thread = new Thread(task, "judge-wire");
                            thread.setDaemon(true);
                            return thread;
                        });
        workers.allowCoreThreadTimeOut(true);
        return workers;
    }

    /** Bounds the calls that this thread makes until {@link #unbounded}. */
    static void boundTo(long latestNanos) {
        LATEST.set(latestNanos);
    }

    static void unbounded() {
        LATEST.remove();
    }

    @Override
    public SuccessfulHttpResponse execute(HttpRequest request) {
        java.net.http.HttpRequest.Builder wire =
                java.net.http.HttpRequest.newBuilder(address(request.url()));
        request.headers().forEach((name, values) -> values.forEach(v -> wire.header(name, v)));
        wire.method(
                request.method().name(),
                request.body() == null
                        ? java.net.http.HttpRequest.BodyPublishers.noBody()
                        : java.net.http.HttpRequest.BodyPublishers.ofString(request.body()));
        long latest = System.nanoTime() + nanos();
        wire.timeout(Duration.ofNanos(nanos())); // until the headers are there
        try {
            // not sendAsync: on two processors it starts a thread for every reply
            HttpResponse<byte[]> response =
                    http.send(wire.build(), info -> new Bounded(LARGEST_REPLY, latest));
            byte[] body = unpacked(response);
            if (response.statusCode() / 100 != 2) {
                throw CallException.status(
                        response.statusCode(), retryAfter(response), words(response, body));
            }
            return reading.apply(
                    SuccessfulHttpResponse.builder()
                            .statusCode(response.statusCode())
                            .headers(response.headers().map())
                            .body(body)
                            .build());
        } catch (HttpTimeoutException e) {
            throw CallException.passing("TIMEOUT");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CallException.passing("INTERRUPTED");
        } catch (IOException e) {
            throw e.getCause() instanceof TimeoutException
                    ? CallException.passing("TIMEOUT")
                    : CallException.of(e);
        }
    }

    private static String words(HttpResponse<byte[]> response, byte[] body) {
        return response.statusCode() / 100 == 3
                ? "sent on to " + response.headers().firstValue("Location").orElse("nowhere")
                : ServerWords.of(body);
    }

    /** Some proxies pack replies unasked. */
    private static byte[] unpacked(HttpResponse<byte[]> response) throws IOException {
        byte[] body = response.body();
        if (!"gzip"
                .equalsIgnoreCase(response.headers().firstValue("Content-Encoding").orElse(""))) {
            return body;
        }
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
            byte[] plain = in.readNBytes(LARGEST_REPLY + 1);
            if (plain.length > LARGEST_REPLY) {
                throw new IOException("reply too large");
            }
            return plain;
        } catch (ZipException | EOFException e) {
            throw CallException.passing("BROKEN_REPLY", "gzip that cannot be unpacked");
        }
    }

    /** A client calls the same address again and again. */
    private URI address(String url) {
        URI last = address;
        if (!last.toString().equals(url)) {
            last = URI.create(url);
            address = last;
        }
        return last;
    }

    private long nanos() {
        Long latest = LATEST.get();
        long own = timeout.toNanos();
        return latest == null ? own : Math.max(1, Math.min(own, latest - System.nanoTime()));
    }

    /** Seconds or a date; 0 where there is none or it cannot be read. */
    private static long retryAfter(HttpResponse<byte[]> response) {
        String value = response.headers().firstValue("Retry-After").orElse("").strip();
        if (value.matches("[0-9]{1,15}")) {
            return 1000 * Long.parseLong(value);
        }
        try {
            Instant date =
                    ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            return Math.max(0, Duration.between(Instant.now(), date).toMillis());
        } catch (DateTimeParseException e) {
            return 0;
        }
    }

    @Override
    public void execute(
            HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
        throw new UnsupportedOperationException("judges are not streamed");
    }

    /** The settings under which LangChain4j builds its client. */
    static final class Builder implements HttpClientBuilder {
        private Duration connectTimeout = Duration.ofSeconds(10);
        private final UnaryOperator<SuccessfulHttpResponse> reading;
        private Duration readTimeout;

        /**
         * @param timeout of a whole call
         * @param reading what is made of a reply before the library reads it
         */
        Builder(Duration timeout, UnaryOperator<SuccessfulHttpResponse> reading) {
            readTimeout = timeout;
            this.reading = reading;
        }

        @Override
        public Duration connectTimeout() {
            return connectTimeout;
        }

        @Override
        public HttpClientBuilder connectTimeout(Duration value) {
            connectTimeout = value;
            return this;
        }

        @Override
        public Duration readTimeout() {
            return readTimeout;
        }

        @Override
        public HttpClientBuilder readTimeout(Duration value) {
            readTimeout = value;
            return this;
        }

        @Override
        public dev.langchain4j.http.client.HttpClient build() {
            return new WireClient(connectTimeout, readTimeout, reading);
        }
    }

    /** Collects a body and gives up on one that grows too large or takes too long. */
    private static final class Bounded implements HttpResponse.BodySubscriber<byte[]> {
        private final CompletableFuture<byte[]> result = new CompletableFuture<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final int most;

        /**
         * @param latest when the body must be there, {@link System#nanoTime}
         */
        Bounded(int most, long latest) {
            this.most = most;
            result.orTimeout(Math.max(1, latest - System.nanoTime()), TimeUnit.NANOSECONDS);
        }

        @Override
        public CompletionStage<byte[]> getBody() {
            return result;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            result.whenComplete(
                    (body, failure) -> {
                        if (failure != null) {
                            given.cancel(); // frees the connection
                        }
                    });
            given.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                if (bytes.size() + buffer.remaining() > most) {
                    result.completeExceptionally(new IOException("reply too large"));
                    return;
                }
                byte[] chunk = new byte[buffer.remaining()];
                buffer.get(chunk);
                bytes.write(chunk, 0, chunk.length);
            }
        }

        @Override
        public void onError(Throwable failure) {
            result.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            result.complete(bytes.toByteArray());
        }
    }
}
