package org.kindred.eval;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.benchmark.RewardBenchmark;

/**
 * What a run found: {@code eval/results.json}. It holds neither dates nor durations, so that two
 * runs with one seed write the same bytes.
 *
 * @param schema always {@link #SCHEMA}
 * @param version of the schema
 * @param seed of the run
 * @param policies in the order of tables
 * @param prototypes the preference groups that were found
 * @param rewardModel accuracy of the reward model on held-out choices
 * @param alignment the policies per group
 */
public record Results(
        String schema,
        int version,
        long seed,
        List<String> policies,
        Prototypes prototypes,
        @JsonProperty("reward_model") RewardBenchmark.Result rewardModel,
        Alignment alignment) {

    public static final String SCHEMA = "kindred-results";
    public static final int VERSION = 1;

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
     */
    public record Prototype(String name, int users, String persona) {}

    /**
     * One training user on the map: coordinates along the first two axes of the users' features.
     */
    public record Point(double x, double y, String prototype, String group) {}

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
    }

    public void write(Path file) {
        try {
            AtomicFiles.writeText(
                    file,
                    Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n");
        } catch (IOException e) {
            throw AtomicFiles.failure("writing", file, e);
        }
    }

    public static Results read(Path file) {
        if (!Files.exists(file)) {
            throw new KindredException(
                    file
                            + " does not exist: the run has not been evaluated. Finish it with kindred run --resume.");
        }
        try {
            return ResultJson.read(Files.readAllBytes(file), Results.class);
        } catch (IOException e) {
            throw new KindredException(
                    file + " is not a results file of this version: " + e.getMessage(), e);
        }
    }
}
