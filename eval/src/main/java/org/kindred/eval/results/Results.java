package org.kindred.eval.results;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.alignment.Drift;
import org.kindred.eval.benchmark.Accuracy;
import org.kindred.eval.benchmark.ListRanking;
import org.kindred.eval.benchmark.RewardBenchmark;
import org.kindred.eval.benchmark.TrainingSize;
import org.kindred.eval.metric.ResultJson;

/**
 * What a run or a benchmark found: {@code results.json}. It holds neither dates nor durations, so
 * that two runs with one seed write the same bytes. Its JSON Schema is the resource {@code
 * results-2.schema.json}; files of version 1 are read too.
 *
 * @param schema always {@link #SCHEMA}
 * @param version of the schema
 * @param seed of the run
 * @param provenance what the numbers were made from: {@code command}, {@code program}, {@code
 *     options_sha256}, {@code data_sha256} and, for a benchmark, {@code data} in words
 * @param policies in the order of tables; empty for a benchmark of reward models
 * @param prototypes the preference groups that were found; null for a benchmark
 * @param rewardModel accuracy of reward models on held-out choices
 * @param trainingSizes accuracy by number of training users, where asked for
 * @param rankings of candidate lists, where the data have some
 * @param alignment the policies per group; null for a benchmark
 * @param drift of the policies from their common start
 * @param curves reward by training step, for the learning curves
 */
public record Results(
        String schema,
        int version,
        long seed,
        Map<String, String> provenance,
        List<String> policies,
        @Nullable Prototypes prototypes,
        @JsonProperty("reward_model") RewardBenchmark.Result rewardModel,
        @JsonProperty("training_sizes") List<TrainingSize> trainingSizes,
        List<ListRanking> rankings,
        @Nullable Alignment alignment,
        List<Drift> drift,
        List<Curve> curves) {

    public static final String SCHEMA = "kindred-results";
    private static final String BENCHMARK = "kindred-benchmark";
    public static final int VERSION = 2;

    /** Steps over which a learning curve is averaged. */
    public static final int CURVE_WINDOW = 5;

    /**
     * @param ari adjusted Rand index of prototypes and true groups over training users
     * @param ariUnseen likewise over users that were assigned after training
     */
    public record Prototypes(
            int count,
            double ari,
            @JsonProperty("ari_unseen") double ariUnseen,
            List<Prototype> list,
            List<Point> map) {}

    /**
     * @param persona the persona of the prototype's rubric
     * @param stability bootstrap Jaccard, 0 to 1; null if it was not asked for
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Prototype(String name, int users, String persona, @Nullable Double stability) {
        /** For the report. */
        public String stabilityText() {
            return stability == null ? "\u2013" : String.format(Locale.ROOT, "%.2f", stability);
        }
    }

    /**
     * One training user on the map: coordinates along the first two axes of the users' features.
     */
    public record Point(double x, double y, String prototype, String group) {}

    /**
     * Mean reward of a prototype's completions while a policy was trained.
     *
     * @param points {@code {step, reward}}, running mean of {@link #CURVE_WINDOW} steps
     */
    public record Curve(String policy, String group, List<List<Double>> points) {}

    public Results {
        if (!SCHEMA.equals(schema) || version < 1 || version > VERSION) {
            throw new IllegalArgumentException(
                    "schema "
                            + schema
                            + " version "
                            + version
                            + ": this program reads "
                            + SCHEMA
                            + " 1 to "
                            + VERSION);
        }
        provenance = provenance == null ? Map.of() : Map.copyOf(provenance);
        policies = policies == null ? List.of() : List.copyOf(policies);
        trainingSizes = trainingSizes == null ? List.of() : List.copyOf(trainingSizes);
        rankings = rankings == null ? List.of() : List.copyOf(rankings);
        drift = drift == null ? List.of() : List.copyOf(drift);
        curves = curves == null ? List.of() : List.copyOf(curves);
    }

    /** The program and its version, as provenance names it. */
    public static String program() {
        return "kindred 0.1.0";
    }

    /**
     * @throws IllegalStateException if the file would not be what the schema says
     */
    public void write(Path file) {
        ResultSchema.require(asWritten(), "these results");
        Json.write(file, this);
    }

    /** With null for what is not a number, as the file has it. */
    private JsonNode asWritten() {
        try {
            return Json.mapper().readTree(Json.line(this));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("results cannot be read back", e);
        }
    }

    /**
     * Reads {@code results.json}, of the present version or an older one.
     *
     * @throws KindredException if there is none, or it is damaged
     */
    public static Results read(Path file) {
        if (!Files.exists(file)) {
            throw new KindredException(
                    file
                            + " does not exist: the run has not been evaluated. Finish it with kindred run --resume.");
        }
        try {
            byte[] json = Files.readAllBytes(file);
            JsonNode tree = Json.mapper().readTree(json);
            if (BENCHMARK.equals(tree.path("schema").asText())) {
                return ResultJson.read(json, FirstBenchmark.class).results();
            }
            ResultSchema.require(tree, file.toString());
            return ResultJson.read(json, Results.class);
        } catch (JsonProcessingException e) {
            throw new KindredException(file + " is damaged: " + Json.explain(e));
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", file, e);
        }
    }

    /** What a benchmark wrote before it wrote results of version 2. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record FirstBenchmark(
            String data,
            long seed,
            List<Accuracy> rows,
            List<RewardBenchmark.Difference> differences) {

        Results results() {
            return new Results(
                    SCHEMA,
                    1,
                    seed,
                    Map.of("data", data),
                    List.of(),
                    null,
                    new RewardBenchmark.Result(rows, differences),
                    List.of(),
                    List.of(),
                    null,
                    List.of(),
                    List.of());
        }
    }
}
