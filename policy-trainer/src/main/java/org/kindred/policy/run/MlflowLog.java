package org.kindred.policy.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.policy.metrics.StepMetrics;

/**
 * Sends the numbers of a run to an MLflow tracking server, by its REST interface (version 2.0):
 * options as parameters, metrics under our names. The id of the run at the server is kept in {@code
 * mlflow.json}, so that a resumed run goes on there. A server that fails while training goes on
 * costs its numbers, which stand in {@code metrics.jsonl} anyway, and a warning; never the
 * training.
 */
public final class MlflowLog implements TrainingListener, AutoCloseable {
    private static final String API = "/api/2.0/mlflow/";
    private static final int METRICS_PER_CALL = 1000;
    private static final int PARAMETERS_PER_CALL = 100;
    private static final int LONGEST_PARAMETER = 500;
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final String server;
    private final Clock clock;
    private final Consumer<String> warnings;
    private String run = "";
    private boolean lost;

    /** Where the id is kept, until then: the run's folder need not be there when this is opened. */
    private @Nullable Path unsaved;

    /** What the run folder keeps. */
    private record Kept(String server, String runId) {}

    private MlflowLog(String server, Clock clock, Consumer<String> warnings) {
        this.server = server;
        this.clock = clock;
        this.warnings = warnings;
    }

    /**
     * Opens a run at the server, or the one that the folder already has there.
     *
     * @param target {@code URL#EXPERIMENT}
     * @param folder of the run
     * @param parameters options by key
     * @param warnings hears once if numbers cannot be sent any more
     * @throws KindredException if the server cannot be reached or refuses
     */
    public static MlflowLog open(
            String target,
            Path folder,
            Map<String, String> parameters,
            Clock clock,
            Consumer<String> warnings) {
        int hash = target.lastIndexOf('#');
        if (hash < 1 || hash + 1 == target.length() || !target.matches("https?://[^\\s#]+#.+")) {
            throw new KindredException(
                    "MLflow target "
                            + target
                            + ": must be URL#EXPERIMENT, for example http://localhost:5000#kindred");
        }
        String server = target.substring(0, hash).replaceAll("/+$", "");
        MlflowLog log = new MlflowLog(server, clock, warnings);
        Path file = folder.resolve("mlflow.json");
        try {
            if (Files.exists(file)) {
                log.run = Json.read(file, Kept.class, "the MLflow run").runId();
            } else {
                log.start(target.substring(hash + 1), folder, parameters);
                log.unsaved = file;
            }
            return log;
        } catch (IOException | IllegalArgumentException e) {
            throw new KindredException(
                    "MLflow server "
                            + server
                            + " cannot be used: "
                            + reason(e)
                            + ". Start it or correct the address (mlflow server --port 5000), or leave"
                            + " --mlflow out: metrics.jsonl has all numbers",
                    e);
        }
    }

    private void start(String experiment, Path folder, Map<String, String> parameters)
            throws IOException {
        ObjectNode request = Json.mapper().createObjectNode();
        request.put("experiment_id", experimentId(experiment));
        request.put("start_time", clock.millis());
        request.put("run_name", String.valueOf(folder.getFileName()));
        run = post("runs/create", request).at("/run/info/run_id").asText();
        List<ObjectNode> entries = new ArrayList<>();
        parameters.forEach(
                (key, value) ->
                        entries.add(
                                Json.mapper()
                                        .createObjectNode()
                                        .put("key", key)
                                        .put(
                                                "value",
                                                value.substring(
                                                        0,
                                                        Math.min(
                                                                LONGEST_PARAMETER,
                                                                value.length())))));
        batches("params", entries, PARAMETERS_PER_CALL);
    }

    private String experimentId(String name) throws IOException {
        HttpResponse<String> found =
                send(
                        HttpRequest.newBuilder(
                                        uri(
                                                "experiments/get-by-name?experiment_name="
                                                        + URLEncoder.encode(
                                                                name, StandardCharsets.UTF_8)))
                                .GET());
        if (found.statusCode() == 200) {
            return Json.mapper().readTree(found.body()).at("/experiment/experiment_id").asText();
        }
        ObjectNode request = Json.mapper().createObjectNode().put("name", name);
        return post("experiments/create", request).path("experiment_id").asText();
    }

    @Override
    public void onStep(StepMetrics metrics, StepMetrics timings) {
        send(metrics, "");
        send(timings, "time/");
    }

    @Override
    public void onValidation(StepMetrics metrics) {
        send(metrics, "held_out/");
    }

    private void send(StepMetrics metrics, String prefix) {
        if (lost) {
            return;
        }
        if (unsaved != null) {
            Json.write(unsaved, new Kept(server, run));
            unsaved = null;
        }
        List<ObjectNode> entries = new ArrayList<>();
        long now = clock.millis();
        metrics.values()
                .forEach(
                        (name, value) ->
                                entries.add(
                                        Json.mapper()
                                                .createObjectNode()
                                                .put("key", prefix + name)
                                                .put("value", value)
                                                .put("timestamp", now)
                                                .put("step", metrics.step())));
        try {
            batches("metrics", entries, METRICS_PER_CALL);
        } catch (IOException e) {
            lost = true;
            warnings.accept(
                    "MLflow server "
                            + server
                            + " takes no more numbers ("
                            + reason(e)
                            + "); the run goes on, metrics.jsonl has them all");
        }
    }

    private void batches(String kind, List<ObjectNode> entries, int most) throws IOException {
        for (int from = 0; from < entries.size(); from += most) {
            ObjectNode request = Json.mapper().createObjectNode().put("run_id", run);
            ArrayNode array = request.putArray(kind);
            entries.subList(from, Math.min(entries.size(), from + most)).forEach(array::add);
            post("runs/log-batch", request);
        }
    }

    /** Java's own exceptions of connections have no words. */
    private static String reason(Exception e) {
        if (e instanceof HttpTimeoutException) {
            return "it did not answer within " + TIMEOUT.toSeconds() + " s";
        }
        if (e instanceof ConnectException) {
            return "nothing answers there";
        }
        return e instanceof JsonProcessingException ? "its reply is no JSON" : e.getMessage();
    }

    private URI uri(String call) {
        return URI.create(server + API + call);
    }

    private JsonNode post(String call, ObjectNode body) throws IOException {
        HttpResponse<String> response =
                send(
                        HttpRequest.newBuilder(uri(call))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(Json.line(body))));
        if (response.statusCode() != 200) {
            throw new IOException(call + " answered HTTP " + response.statusCode());
        }
        return Json.mapper().readTree(response.body());
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
        try {
            return http.send(
                    request.timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Tells the server that the run is over. */
    @Override
    public void close() {
        if (lost) {
            return;
        }
        ObjectNode request = Json.mapper().createObjectNode().put("run_id", run);
        request.put("status", "FINISHED").put("end_time", clock.millis());
        try {
            post("runs/update", request);
        } catch (IOException e) {
            warnings.accept("MLflow server " + server + " was not told that the run is over");
        }
    }
}
