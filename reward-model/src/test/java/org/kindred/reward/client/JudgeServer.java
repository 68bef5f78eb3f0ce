package org.kindred.reward.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Json;
import org.kindred.datasets.SeedTree;

/**
 * A server on this machine that speaks OpenAI's protocol and fails on purpose. Which fault a
 * request meets depends on the seed, the question and how often it was asked before.
 */
public final class JudgeServer implements AutoCloseable {

    /** What can go wrong. */
    public enum Fault {
        DELAY,
        TOO_MANY,
        TOO_MANY_WITH_RETRY_AFTER,
        SERVER_ERROR,
        RESET,
        MALFORMED_JSON,
        TRUNCATED_JSON,
        WRONG_SCHEMA,
        EMPTY_CHOICES,
        NULL_CONTENT,
        SLOW_DRIP
    }

    private final HttpServer server;
    private final ExecutorService pool;
    private final Function<String, String> answers;
    private final boolean whole;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
    private final Map<String, Map<String, AtomicInteger>> answered = new ConcurrentHashMap<>();
    private final Map<Fault, AtomicInteger> faults = new ConcurrentHashMap<>();
    private final AtomicInteger served = new AtomicInteger();
    private volatile double faultShare;
    private volatile Fault[] kinds = Fault.values();
    private volatile long seed = 1;
    private volatile int always; // HTTP status of every reply, 0 for none
    private volatile String lastBody = "";
    private volatile Function<JsonNode, @Nullable String> refusals = request -> null;
    private volatile UnaryOperator<ObjectNode> rewriting = reply -> reply;
    private final Set<String> bodies = ConcurrentHashMap.newKeySet();

    /**
     * @param answers the reply to the last message of a question
     */
    public JudgeServer(Function<String, String> answers) throws IOException {
        this(answers, false);
    }

    /**
     * @param answers the reply to all messages of a question, one after the other
     */
    public static JudgeServer reading(Function<String, String> answers) throws IOException {
        return new JudgeServer(answers, true);
    }

    private JudgeServer(Function<String, String> answers, boolean whole) throws IOException {
        this.answers = answers;
        this.whole = whole;
        server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        pool =
                Executors.newFixedThreadPool(
                        64,
                        task -> {
                            Thread thread = new Thread(task, "judge-server");
                            thread.setDaemon(true);
                            return thread;
                        });
        server.setExecutor(pool);
        server.createContext("/v1/chat/completions", this::openAi);
        server.start();
    }

    /** A share of requests meets one of these faults. */
    public JudgeServer failing(double share, long faultSeed, Fault... only) {
        faultShare = share;
        seed = faultSeed;
        kinds = only.length == 0 ? Fault.values() : only;
        return this;
    }

    public JudgeServer always(int status) {
        always = status;
        return this;
    }

    /** Thrown while a reply is made: it is sent in its place. */
    public static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final String body;

        public Refusal(int status, String body) {
            super("HTTP " + status);
            this.status = status;
            this.body = body;
        }
    }

    /**
     * Refuses requests with status 400.
     *
     * @param message of a request's refusal, null for none
     */
    public JudgeServer refusing(Function<JsonNode, @Nullable String> message) {
        refusals = message;
        return this;
    }

    /** Makes something else of each good reply, or throws a {@link Refusal}. */
    public JudgeServer replying(UnaryOperator<ObjectNode> change) {
        rewriting = change;
        asked.clear();
        return this;
    }

    /** The different requests so far, as they were sent. */
    public Set<String> bodies() {
        return bodies;
    }

    public String root() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Replies with an answer, one count a sample. */
    public int served() {
        return served.get();
    }

    /** Replies with an answer to each question of the client with this key. */
    public Map<String, AtomicInteger> answered(String apiKey) {
        return answered.getOrDefault("Bearer " + apiKey, Map.of());
    }

    public Map<Fault, AtomicInteger> faults() {
        return faults;
    }

    public int requests() {
        return asked.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    public String lastBody() {
        return lastBody;
    }

    private void openAi(HttpExchange exchange) throws IOException {
        JsonNode request = body(exchange);
        String question = question(request);
        int samples = request.path("n").asInt(1);
        ObjectNode reply = Json.mapper().createObjectNode();
        reply.put("id", "x").put("object", "chat.completion").put("created", 1).put("model", "m");
        ArrayNode choices = reply.putArray("choices");
        for (int i = 0; i < samples; i++) {
            choices.addObject()
                    .put("index", i)
                    .put("finish_reason", "stop")
                    .putObject("message")
                    .put("role", "assistant")
                    .put("content", answers.apply(whole ? all(request) : question));
        }
        reply.putObject("usage")
                .put("prompt_tokens", 100)
                .put("completion_tokens", 20 * samples)
                .put("total_tokens", 100 + 20 * samples);
        try {
            String refusal = refusals.apply(request);
            if (refusal != null) {
                ObjectNode error = Json.mapper().createObjectNode();
                error.putObject("error").put("message", refusal);
                throw new Refusal(400, error.toString());
            }
            respond(exchange, question, samples, rewriting.apply(reply));
        } catch (Refusal e) {
            asked.computeIfAbsent(question, q -> new AtomicInteger()).incrementAndGet();
            send(exchange, e.status, e.body);
        }
    }

    private JsonNode body(HttpExchange exchange) throws IOException {
        String text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        lastBody = text; // of whichever request comes last; never read back here
        bodies.add(text);
        return Json.mapper().readTree(text);
    }

    private static String question(JsonNode request) {
        JsonNode messages = request.path("messages");
        return messages.path(messages.size() - 1).path("content").asText();
    }

    private static String all(JsonNode request) {
        StringBuilder text = new StringBuilder();
        request.path("messages")
                .forEach(message -> text.append(message.path("content").asText()).append('\n'));
        return text.toString();
    }

    private void respond(HttpExchange exchange, String question, int samples, ObjectNode reply)
            throws IOException {
        int attempt = asked.computeIfAbsent(question, q -> new AtomicInteger()).incrementAndGet();
        if (always != 0) {
            send(exchange, always, "{\"error\":{\"message\":\"no\"}}");
            return;
        }
        var random = SeedTree.root(seed).child(question).child(attempt).random();
        if (random.nextDouble() < faultShare) {
            Fault fault = kinds[random.nextInt(kinds.length)];
            faults.computeIfAbsent(fault, f -> new AtomicInteger()).incrementAndGet();
            fail(exchange, fault, question, samples, reply);
            return;
        }
        answer(exchange, question, samples, reply);
    }

    private void answer(HttpExchange exchange, String question, int samples, ObjectNode reply)
            throws IOException {
        served.addAndGet(samples);
        String key = exchange.getRequestHeaders().getFirst("Authorization");
        answered.computeIfAbsent(String.valueOf(key), k -> new ConcurrentHashMap<>())
                .computeIfAbsent(question, q -> new AtomicInteger())
                .addAndGet(samples);
        send(exchange, 200, reply.toString());
    }

    private void fail(
            HttpExchange exchange, Fault fault, String question, int samples, ObjectNode reply)
            throws IOException {
        switch (fault) {
            case DELAY -> { // late, but in time
                waited(20);
                answer(exchange, question, samples, reply);
            }
            case TOO_MANY -> send(exchange, 429, "{}");
            case TOO_MANY_WITH_RETRY_AFTER -> {
                exchange.getResponseHeaders().add("Retry-After", "0");
                send(exchange, 429, "{}");
            }
            case SERVER_ERROR -> send(exchange, 500, "{}");
            case RESET -> exchange.close(); // no headers were sent: the connection just ends
            case MALFORMED_JSON -> send(exchange, 200, "{\"choices\": [oops");
            case TRUNCATED_JSON -> {
                String text = reply.toString();
                send(exchange, 200, text.substring(0, text.length() / 2));
            }
            case WRONG_SCHEMA -> send(exchange, 200, "{\"result\": \"ok\", \"usage\": {}}");
            case EMPTY_CHOICES -> {
                reply.putArray("choices");
                reply.remove("message");
                send(exchange, 200, reply.toString());
            }
            case NULL_CONTENT -> {
                for (JsonNode choice : reply.path("choices")) {
                    ((ObjectNode) choice.path("message")).putNull("content");
                }
                if (reply.path("message") instanceof ObjectNode message) {
                    message.putNull("content");
                }
                send(exchange, 200, reply.toString());
            }
            case SLOW_DRIP -> drip(exchange);
        }
    }

    /** Headers at once, then a byte now and then until the client has had enough. */
    private void drip(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 0; i < 200 && !waited(25); i++) {
                out.write(' ');
                out.flush();
            }
        } finally {
            exchange.close();
        }
    }

    /** True when the server closes. */
    private boolean waited(long millis) {
        try {
            return closing.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        pool.shutdownNow();
    }
}
