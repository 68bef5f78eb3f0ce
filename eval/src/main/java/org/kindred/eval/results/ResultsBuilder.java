package org.kindred.eval.results;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Json;
import org.kindred.datasets.Sha256;
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
import org.kindred.eval.table.Table;
import org.kindred.options.OptionTree;

/** Fills {@link Results}; what is not given is absent from them. */
public final class ResultsBuilder {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./#-]+");

    /** User and password of an address. */
    private static final Pattern SECRET = Pattern.compile("(://)[^/@\\s]+@");

    private final Results.Kind kind;
    private final List<Results.Data> data = new ArrayList<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private final List<Table> tables = new ArrayList<>();
    private List<String> command = List.of();
    private long seed;
    private JsonNode options = JsonNodeFactory.instance.objectNode();
    private List<String> policies = List.of();
    private @Nullable JsonNode details;
    private Results.@Nullable Prototypes prototypes;
    private RewardBenchmark.@Nullable Result rewardModel;
    private List<TrainingSize> trainingSizes = List.of();
    private List<ListRanking> rankings = List.of();
    private @Nullable Alignment alignment;
    private @Nullable HeldOutTable heldOut;
    private List<OverOptimisation> overOptimisation = List.of();
    private List<PersonaEffect> personaEffect = List.of();
    private List<RewardReliability> rewardReliability = List.of();
    private List<Likeness> likeness = List.of();
    private List<Drift> drift = List.of();
    private List<Results.Curve> curves = List.of();

    ResultsBuilder(Results.Kind kind) {
        this.kind = kind;
    }

    /** The words of the command line; user and password of an address are left out. */
    public ResultsBuilder command(List<String> words) {
        command = words.stream().map(word -> SECRET.matcher(word).replaceAll("$1")).toList();
        return this;
    }

    public ResultsBuilder seed(long value) {
        seed = value;
        return this;
    }

    /** Effective options. */
    public ResultsBuilder options(Record effective) {
        options = OptionTree.tree(effective);
        return this;
    }

    /** A canonical folder or a file that was read, named as it was typed. */
    public ResultsBuilder data(Path path) {
        return data(path.toString(), path);
    }

    /**
     * @param name by which results name it, for example relative to the run folder
     */
    public ResultsBuilder data(String name, Path path) {
        data.add(new Results.Data(name, hash(path)));
        return this;
    }

    /** A sentence that a reader should know; blank ones are passed over. */
    public ResultsBuilder note(String sentence) {
        if (!sentence.isBlank()) {
            notes.add(sentence);
        }
        return this;
    }

    /** A table of the command's own, after those of the sections. */
    public ResultsBuilder table(Table table) {
        tables.add(table);
        return this;
    }

    /** Numbers in a form of the command's own. */
    public ResultsBuilder details(Object value) {
        details = Json.mapper().valueToTree(value);
        return this;
    }

    public ResultsBuilder policies(List<String> names) {
        policies = names;
        return this;
    }

    public ResultsBuilder prototypes(Results.Prototypes found) {
        prototypes = found;
        return this;
    }

    /** Notes too which arms left pairs unscored. */
    public ResultsBuilder rewardModel(RewardBenchmark.Result found) {
        rewardModel = found;
        found.silences().forEach(this::note);
        return this;
    }

    public ResultsBuilder trainingSizes(List<TrainingSize> found) {
        trainingSizes = found;
        return this;
    }

    public ResultsBuilder rankings(List<ListRanking> found) {
        rankings = found;
        return this;
    }

    public ResultsBuilder alignment(Alignment found) {
        alignment = found;
        return this;
    }

    public ResultsBuilder heldOut(HeldOutTable found) {
        heldOut = found;
        return this;
    }

    public ResultsBuilder overOptimisation(List<OverOptimisation> found) {
        overOptimisation = found;
        return this;
    }

    public ResultsBuilder personaEffect(List<PersonaEffect> found) {
        personaEffect = found;
        return this;
    }

    public ResultsBuilder rewardReliability(List<RewardReliability> found) {
        rewardReliability = found;
        return this;
    }

    public ResultsBuilder likeness(List<Likeness> found) {
        likeness = found;
        return this;
    }

    public ResultsBuilder drift(List<Drift> found) {
        drift = found;
        return this;
    }

    public ResultsBuilder curves(List<Results.Curve> found) {
        curves = found;
        return this;
    }

    public Results build() {
        Results sections = with(List.of());
        List<Table> all = new ArrayList<>(ResultTables.of(sections));
        all.addAll(tables);
        return with(all);
    }

    private Results with(List<Table> all) {
        return new Results(
                Results.SCHEMA,
                Results.VERSION,
                kind,
                command,
                Results.PROGRAM,
                seed,
                options,
                data,
                policies,
                List.copyOf(notes),
                all,
                details,
                prototypes,
                rewardModel,
                trainingSizes,
                rankings,
                alignment,
                heldOut,
                personaEffect,
                rewardReliability,
                overOptimisation,
                likeness,
                drift,
                curves);
    }

    /** Words as a line for a shell: quoted where a shell would read them otherwise. */
    static String commandLine(List<String> words) {
        return words.stream()
                .map(
                        word ->
                                PLAIN.matcher(word).matches()
                                        ? word
                                        : "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
    }

    /** Over the files of rows in the order of their names; users and manifest are not rows. */
    private static String hash(Path source) {
        try {
            return Sha256.of(files(source));
        } catch (IOException e) {
            throw AtomicFiles.failure("hashing", source, e);
        }
    }

    private static List<Path> files(Path data) throws IOException {
        if (!Files.isDirectory(data)) {
            return List.of(data);
        }
        try (Stream<Path> entries = Files.list(data)) {
            return entries.filter(
                            file -> {
                                String name = String.valueOf(file.getFileName());
                                return name.startsWith(CanonicalReader.PREFERENCES)
                                        || name.startsWith(CanonicalReader.TASKS);
                            })
                    .sorted()
                    .toList();
        }
    }
}
