package org.kindred.eval.results;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Checksums;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.alignment.Drift;
import org.kindred.eval.alignment.HeldOutTable;
import org.kindred.eval.alignment.Likeness;
import org.kindred.eval.alignment.OverOptimisation;
import org.kindred.eval.alignment.PersonaEffect;
import org.kindred.eval.alignment.RewardReliability;
import org.kindred.eval.benchmark.ListRanking;
import org.kindred.eval.benchmark.RewardBenchmark;
import org.kindred.eval.benchmark.TrainingSize;
import org.kindred.eval.metric.ResultJson;
import org.kindred.eval.table.Table;

/**
 * What a command found: {@code results.json}, one envelope for all of them. Every number stands in
 * a table, whatever the command; sections beside them are what charts draw. It holds neither dates
 * nor durations, so that two runs with one seed write the same bytes. Its JSON Schema is the
 * resource {@code results-1.schema.json}. Made by {@link #builder}.
 *
 * @param schema always {@link #SCHEMA}
 * @param version of the schema
 * @param kind of command
 * @param command the words of the command line that makes the results again
 * @param program and its version
 * @param seed of the run
 * @param options as effective, every default written out
 * @param data what was read
 * @param policies in the order of tables; empty where none were compared
 * @param notes sentences: warnings, and what could not be measured and why
 * @param tables every number that was found
 * @param details numbers of the command's own in a form of its own; null for most
 * @param prototypes the preference groups that were found
 * @param rewardModel accuracy of reward models on held-out choices
 * @param trainingSizes accuracy by number of training users
 * @param rankings of candidate lists
 * @param alignment completions of the policies per group
 * @param heldOut how policies find held-out choices
 * @param personaEffect what the persona in the prompt is worth; left out where empty
 * @param rewardReliability whether the reward is noise to groups; left out where empty
 * @param overOptimisation gains by the rewarding and by the evaluating judge
 * @param likeness of completions to the users' chosen answers
 * @param drift of the policies from their common start
 * @param curves reward by training step, for the learning curves
 */
public record Results(
        String schema,
        int version,
        Kind kind,
        List<String> command,
        String program,
        long seed,
        JsonNode options,
        List<Data> data,
        List<String> policies,
        List<String> notes,
        List<Table> tables,
        @Nullable JsonNode details,
        @Nullable Prototypes prototypes,
        RewardBenchmark.@Nullable Result rewardModel,
        List<TrainingSize> trainingSizes,
        List<ListRanking> rankings,
        @Nullable Alignment alignment,
        @Nullable HeldOutTable heldOut,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<PersonaEffect> personaEffect,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<RewardReliability> rewardReliability,
        List<OverOptimisation> overOptimisation,
        List<Likeness> likeness,
        List<Drift> drift,
        List<Curve> curves) {

    public static final String SCHEMA = "kindred-results";
    public static final int VERSION = 1;
    public static final String PROGRAM = "kindred 0.1.0";
    public static final String FILE = "results.json";

    /** Steps over which a learning curve is averaged. */
    public static final int CURVE_WINDOW = 5;

    /** The command that found the results. */
    public enum Kind {
        RUN,
        BENCHMARK,
        WIN_RATE,
        RANKING,
        SCORES,
        REWARD_SCORE,
        REWARD_COMPARISON,
        REWARD_TRAINING,
        POLICY_TRAINING;

        @JsonValue
        public String spelling() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** As a heading. */
        public String title() {
            return switch (this) {
                case RUN -> "Kindred run";
                case BENCHMARK -> "Benchmark of reward models";
                case WIN_RATE -> "Win rates of policies";
                case RANKING -> "Policies as rankers";
                case SCORES -> "Scores under a published protocol";
                case REWARD_SCORE -> "Scores of a reward model";
                case REWARD_COMPARISON -> "Comparison of reward models";
                case REWARD_TRAINING -> "Training of a reward model";
                case POLICY_TRAINING -> "Training of a policy";
            };
        }
    }

    /**
     * What was read.
     *
     * @param path as typed, or inside the run folder
     * @param sha256 over the files of rows
     */
    public record Data(String path, String sha256) {}

    /**
     * @param ari adjusted Rand index of prototypes and groups over training users; NaN without
     *     groups
     * @param ariUnseen likewise over users that were assigned after training
     */
    public record Prototypes(
            int count, double ari, double ariUnseen, List<Prototype> list, List<Point> map) {}

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
        command = List.copyOf(command);
        data = List.copyOf(data);
        policies = List.copyOf(policies);
        notes = List.copyOf(notes);
        tables = List.copyOf(tables);
        details = details == null || details.isNull() ? null : details;
        options = options == null ? JsonNodeFactory.instance.objectNode() : options;
        trainingSizes = List.copyOf(trainingSizes);
        rankings = List.copyOf(rankings);
        overOptimisation = List.copyOf(overOptimisation);
        personaEffect = personaEffect == null ? List.of() : List.copyOf(personaEffect);
        rewardReliability = rewardReliability == null ? List.of() : List.copyOf(rewardReliability);
        likeness = List.copyOf(likeness);
        drift = List.copyOf(drift);
        curves = List.copyOf(curves);
    }

    /** Results of a command, to be filled. */
    public static ResultsBuilder builder(Kind kind) {
        return new ResultsBuilder(kind);
    }

    /** {@link #command} as a line for a shell, words quoted where they need it. */
    @JsonIgnore
    public String commandLine() {
        return ResultsBuilder.commandLine(command);
    }

    /** A table by its name; null if there is none. */
    public @Nullable Table table(String name) {
        return tables.stream().filter(table -> table.name().equals(name)).findFirst().orElse(null);
    }

    /**
     * Writes {@code results.json}, and each table for people, into a folder.
     *
     * @throws IllegalStateException if the file would not be what the schema says
     */
    public void write(Path folder) {
        ResultSchema.require(asWritten(), "these results");
        Json.write(folder.resolve(FILE), this);
        ResultTables.write(folder, tables);
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
     * Reads a {@code results.json}.
     *
     * @param file the file, or a folder that holds one, itself or below {@code eval}
     * @throws KindredException if there is none, or it is damaged
     */
    public static Results read(Path file) {
        Path found = find(file);
        if (!Files.exists(found)) {
            throw new KindredException(
                    found
                            + " does not exist: name the folder of a finished command, or finish the"
                            + " run with kindred run --resume");
        }
        Checksums.check(
                found.toAbsolutePath().getParent(), // the report is made of the others
                sibling -> !sibling.endsWith("report.html"));
        try {
            byte[] json = Files.readAllBytes(found);
            ResultSchema.require(Json.mapper().readTree(json), found.toString());
            return ResultJson.read(json, Results.class);
        } catch (JsonProcessingException e) {
            throw new KindredException(found + " is damaged: " + Json.explain(e));
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", found, e);
        }
    }

    /** Where a folder keeps its results; a file is its own place. */
    public static Path find(Path file) {
        if (!Files.isDirectory(file)) {
            return file;
        }
        Path ofRun = file.resolve("eval").resolve(FILE);
        return Files.exists(ofRun) ? ofRun : file.resolve(FILE);
    }
}
