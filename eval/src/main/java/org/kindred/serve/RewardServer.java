package org.kindred.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinBindException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service over HTTP: who may ask, how much, and what is answered to whom. It listens from the
 * start, and answers 503 until {@link #serve} says what with.
 *
 * <p>Every answer but metrics is JSON; one of an error is {@code {"error": sentence}} and holds
 * neither texts of users nor paths of this machine. No header lets pages of other sites read
 * answers.
 */
final class RewardServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RewardServer.class);
    private static final String JSON = "application/json";
    private static final int SPARE_THREADS = 32; // that refuse what is too much
    private static final int STOP_SECONDS = 20;
    private static final String STOPS = "the server stops; come again";

    private final ServiceOptions options;
    private final Access access;
    private final ClientRates rates;
    private final Metrics metrics = new Metrics();
    private final Semaphore room;
    private final Set<String> routes = new TreeSet<>();
    private final Javalin javalin;
    private volatile @Nullable RewardService service;
    private volatile boolean stopping;

    /** What a route does with a request that may be answered. */
    private interface Work {
        JsonNode answer(Routes routes, Context context, Deadline deadline);
    }

    private RewardServer(ServiceOptions options, String token) {
        this.options = options;
        access = new Access(token, options.bind());
        rates = new ClientRates(options.requestsPerSecond(), System::nanoTime);
        room = new Semaphore(options.maxRequests());
        javalin = Javalin.create(this::configure);
    }

    /**
     * Listens.
     *
     * @param token that requests must name; empty for none
     * @throws KindredException if the port is taken
     */
    static RewardServer start(ServiceOptions options, String token) {
        RewardServer server = new RewardServer(options, token);
        try {
            server.javalin.start(options.bind(), options.port());
        } catch (JavalinBindException e) {
            throw new KindredException(
                    "port "
                            + options.port()
                            + " of "
                            + options.bind()
                            + " is taken by another process, or may not be used: stop that one, or choose"
                            + " another with --port",
                    e);
        }
        return server;
    }

    /** From now on requests are answered. */
    void serve(RewardService by) {
        service = by;
    }

    /** The port that it listens on. */
    int port() {
        return javalin.port();
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.http.defaultContentType = JSON;
        QueuedThreadPool threads =
                new QueuedThreadPool(options.maxRequests() + SPARE_THREADS, SPARE_THREADS);
        threads.setName("http");
        threads.setDaemon(true);
        config.jetty.threadPool = threads;
        config.jetty.modifyHttpConfiguration(http -> http.setSendServerVersion(false));
        config.jetty.modifyHttpConfiguration(
                http -> http.setIdleTimeout(TimeUnit.SECONDS.toMillis(options.bodySeconds())));
        config.jetty.modifyServer(
                server ->
                        server.setErrorHandler(
                                (request, response, callback) -> {
                                    response.getHeaders().put(HttpHeader.CONTENT_TYPE, JSON);
                                    Content.Sink.write(
                                            response,
                                            true,
                                            "{\"error\":\"not a request that can be read\"}",
                                            callback);
                                    return true;
                                }));
        handle(config, "GET", "/health", this::health);
        handle(config, "GET", "/ready", this::ready);
        handle(config, "GET", "/metrics", guarded("/metrics", this::metrics));
        handle(config, "GET", "/openapi.json", guarded("/openapi.json", RewardServer::openApi));
        route(config, "POST", "/v1/rewards", (r, c, d) -> r.rewards(body(c), d));
        route(config, "POST", "/get_reward", (r, c, d) -> r.getReward(body(c), c::queryParam, d));
        route(config, "POST", "/rm", (r, c, d) -> r.rm(body(c), c::queryParam, d));
        route(config, "POST", "/v1/rerank", (r, c, d) -> r.rerank(body(c), d));
        route(config, "POST", "/v1/score", (r, c, d) -> r.score(body(c), d));
        route(config, "GET", "/v1/history", (r, c, d) -> r.history(c::queryParam));
        route(config, "PUT", "/v1/history", (r, c, d) -> r.replace(body(c)));
        config.routes.exception(Exception.class, RewardServer::fail);
        config.routes.exception(HttpResponseException.class, RewardServer::fail);
    }

    private void route(JavalinConfig config, String method, String path, Work work) {
        Handler handler =
                guarded(
                        path,
                        context -> {
                            if (!room.tryAcquire()) {
                                throw ServeException.later(
                                        503,
                                        1,
                                        "more than "
                                                + options.maxRequests()
                                                + " requests at once (service.max_requests); come again"
                                                + " later");
                            }
                            try {
                                RewardService by = service;
                                if (stopping || by == null) {
                                    throw ServeException.later(
                                            503,
                                            5,
                                            stopping ? STOPS : "the judge is not ready yet");
                                }
                                Deadline deadline = Deadline.in(options.deadlineSeconds());
                                answer(
                                        context,
                                        200,
                                        work.answer(new Routes(by, metrics), context, deadline));
                            } finally {
                                room.release();
                            }
                        });
        handle(config, method, path, handler);
    }

    private void handle(JavalinConfig config, String method, String path, Handler handler) {
        routes.add(method + " " + path);
        switch (method) {
            case "GET" -> config.routes.get(path, handler);
            case "PUT" -> config.routes.put(path, handler);
            default -> config.routes.post(path, handler);
        }
    }

    /** What it answers, as {@code GET /health}. */
    Set<String> routes() {
        return routes;
    }

    /** Checks who asks, maps failures, and counts. */
    private Handler guarded(String path, Handler handler) {
        return context -> {
            long begin = System.nanoTime();
            try {
                rates.check(context.ip());
                access.check(context.header("Authorization"), context.header("Host"));
                handler.handle(context);
            } catch (Exception e) { // whatever it is, the client gets a status and we count it
                fail(e, context);
            } finally {
                metrics.request(path, context.statusCode(), System.nanoTime() - begin);
            }
        };
    }

    /** Another site's page may send a form or plain text without asking; JSON it may not. */
    private JsonNode body(Context context) {
        String type = String.valueOf(context.contentType()).toLowerCase(Locale.ROOT);
        if (!type.startsWith(JSON)) {
            throw ServeException.of(415, "content-type: must be " + JSON);
        }
        try {
            return Requests.object(
                    RequestBody.read(
                            context.req().getInputStream(),
                            context.req().getContentLengthLong(),
                            options.maxBodyBytes(),
                            Deadline.in(options.bodySeconds())));
        } catch (IOException e) {
            throw ServeException.malformed("body: cannot be read");
        }
    }

    private static void answer(Context context, int status, JsonNode body) {
        context.status(status).contentType(JSON).result(Json.line(body));
    }

    /** The one place that makes statuses of failures. */
    private static void fail(Exception e, Context context) {
        int status = 500;
        String message = "the server failed at this request; its log says at what";
        if (e instanceof ServeException refused) {
            status = refused.status();
            message = String.valueOf(refused.getMessage());
            if (refused.retryAfterSeconds() > 0) {
                context.header("Retry-After", String.valueOf(refused.retryAfterSeconds()));
            }
            if (status == 401) {
                context.header("WWW-Authenticate", "Bearer, Basic realm=\"kindred\"");
            }
            if (status == 413 || status == 408) {
                context.header("Connection", "close"); // the rest of the body is not read
            }
        } else if (e instanceof HttpResponseException http) {
            status = http.getStatus();
            message =
                    status == 404
                            ? "no such route; /openapi.json lists them"
                            : status == 405
                                    ? "the route knows another method; /openapi.json lists them"
                                    : "not a request that can be answered";
        } else {
            LOG.warn("a request failed: {}", e.getClass().getSimpleName());
            LOG.debug("a request failed", e);
        }
        ObjectNode body = Json.mapper().createObjectNode();
        body.put("error", message);
        answer(context, status, body);
    }

    private void health(Context context) {
        answer(context, 200, status(stopping ? "stopping" : "ok"));
    }

    private void ready(Context context) {
        if (stopping || service == null) {
            fail(
                    ServeException.later(503, 5, stopping ? STOPS : "the judge is not ready yet"),
                    context);
        } else {
            answer(context, 200, status("ready"));
        }
    }

    private static JsonNode status(String word) {
        ObjectNode body = Json.mapper().createObjectNode();
        return body.put("status", word);
    }

    private void metrics(Context context) {
        RewardService by = service;
        context.contentType(Metrics.TYPE)
                .result(
                        metrics.text(
                                options.maxRequests() - room.availablePermits(),
                                by == null ? Map.of() : by.runs()));
    }

    private static void openApi(Context context) {
        try (InputStream page = RewardServer.class.getResourceAsStream("openapi.json")) {
            if (page == null) {
                throw new IllegalStateException("openapi.json is not on the class path");
            }
            context.contentType(JSON)
                    .result(new String(page.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException("openapi.json cannot be read", e);
        }
    }

    /**
     * Answers what has been asked, as long as that takes seconds, and asks others to come again.
     */
    @Override
    public synchronized void close() {
        if (stopping) {
            return;
        }
        stopping = true;
        RewardService by = service;
        if (by != null) {
            by.release();
        }
        try {
            if (!room.tryAcquire(options.maxRequests(), STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("requests in progress were left without an answer");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        javalin.stop();
    }
}
