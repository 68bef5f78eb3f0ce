package org.kindred.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Json;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.Sha256;
import org.kindred.datasets.simulation.SimulatedPopulation;
import org.kindred.datasets.source.DataSource;
import org.kindred.options.OptionTree;
import org.kindred.policy.run.TrainingListener;
import org.kindred.policy.sft.PromptForm;
import org.kindred.reward.RewardModel;
import org.kindred.reward.UserContext;
import org.kindred.reward.client.JudgeCache;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.OpenJudge;
import org.kindred.reward.judges.PersonaLevel;
import org.kindred.reward.judges.RewardData;
import org.kindred.reward.prototype.PreferenceGroups;

/**
 * What the stages of a run share: options, folder, seeds, and what earlier stages left, read when
 * it is first needed.
 */
final class RunContext implements AutoCloseable {
    /** Options that change no result: they may differ when a run goes on. */
    private static final Set<String> HARMLESS =
            Set.of(
                    "start.checkpoints.",
                    "reinforcement.checkpoints.",
                    "reinforcement.guards.",
                    "reinforcement.samples_every",
                    "reinforcement.validation.patience",
                    "reinforcement.scoring.max_failed_share",
                    "reinforcement.scoring.threads",
                    "judge.client.",
                    "judge.timeout_seconds");

    private final RecipeOptions options;
    private final RunFolder run;
    private final List<String> command;
    private final TrainingListener log;
    private final Progress progress;
    private final SeedTree seeds;
    private final List<String> notes = new ArrayList<>();
    private @Nullable RunData data;
    private @Nullable Map<String, UserContext> users;
    private @Nullable OpenJudge judge;
    private @Nullable RewardModel rewardModel;
    private @Nullable Personas personas;
    private @Nullable PreferenceGroups groups;
    private @Nullable Path startFolder;

    RunContext(
            RecipeOptions options,
            RunFolder run,
            List<String> command,
            TrainingListener log,
            Progress progress) {
        this.options = options;
        this.run = run;
        this.command = List.copyOf(command);
        this.log = log;
        this.progress = progress;
        seeds = SeedTree.root(options.seed());
    }

    /** Options by key that begin with one of the prefixes and change results. */
    static Map<String, String> leaves(RecipeOptions options, String... prefixes) {
        Map<String, String> read = new TreeMap<>();
        OptionTree.values(options)
                .forEach(
                        (key, value) -> {
                            for (String prefix : prefixes) {
                                if (key.startsWith(prefix) && !isHarmless(key)) {
                                    read.put(key, value);
                                }
                            }
                        });
        return read;
    }

    static boolean isHarmless(String key) {
        return HARMLESS.stream().anyMatch(key::startsWith);
    }

    RecipeOptions options() {
        return options;
    }

    List<String> command() {
        return command;
    }

    TrainingListener log() {
        return log;
    }

    Progress progress() {
        return progress;
    }

    SeedTree seeds() {
        return seeds;
    }

    Path path(String relative) {
        return run.path(relative);
    }

    /** Says something that belongs into the results, and tells it at once. */
    void note(String sentence) {
        if (!sentence.isBlank() && !notes.contains(sentence)) {
            notes.add(sentence);
            progress.stage("note", sentence);
        }
    }

    /** What the stage that has just ended said. */
    List<String> takeNotes() {
        List<String> taken = List.copyOf(notes);
        notes.clear();
        return taken;
    }

    /** What all stages so far said, whichever process they ran in. */
    List<String> allNotes() {
        List<String> all = new ArrayList<>(run.notes());
        all.addAll(notes);
        if (judge != null) {
            all.addAll(judge.notes());
        }
        return all;
    }

    CanonicalReader.Loaded readSource() {
        return DataSource.parse(options.data().source()).read(path("source"), progress);
    }

    /**
     * Of all files of the source; of one that is gone since, what it was when the run took its
     * rows.
     */
    String sourceHash() {
        Path source = DataSource.parse(options.data().source()).path();
        Path kept = path(DataStage.NAME).resolve(DataStage.SOURCE_HASH);
        if (!Files.exists(source) && Files.exists(kept)) {
            return text(kept);
        }
        try (Stream<Path> files = Files.walk(source)) {
            return Sha256.of(files.filter(Files::isRegularFile).sorted().toList());
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", source, e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", file, e);
        }
    }

    /** The model to start from; of a GGUF file what it was converted to, which the run keeps. */
    Path startFolder() {
        if (startFolder == null) {
            startFolder =
                    KeptModel.folder(
                            options.start().folder(), path(StartOptions.CONVERTED), this::note);
        }
        return startFolder;
    }

    /**
     * Names, sizes and configuration of a model's files; weights are told by their headers' sizes.
     * Of a GGUF file the SHA-256.
     */
    String modelHash() {
        Path folder = startFolder();
        return KeptModel.hash(folder).orElseGet(() -> ModelFolder.fingerprint(folder));
    }

    RunData data() {
        if (data == null) {
            data = RunData.read(path(DataStage.NAME));
        }
        return data;
    }

    /** Users that a group needs to be shown in tables. */
    int leastGroupUsers() {
        return SimulatedPopulation.isSource(data().dataset())
                ? 1
                : options.evaluation().leastGroupUsers();
    }

    /** What users have shown: every row but targets, at most as many as a judge may read. */
    Map<String, UserContext> users() {
        if (users == null) {
            int most = options.judge().mostShots();
            Map<String, UserContext> read = new TreeMap<>();
            UserContext.byUser(
                            data().dataset().preferences().stream()
                                    .filter(row -> !row.isTarget())
                                    .toList())
                    .forEach((id, user) -> read.put(id, user.firstChoices(most)));
            users = read;
        }
        return users;
    }

    /** All users of the data, those of whom nothing was shown as strangers. */
    List<UserContext> everybody() {
        return data().dataset().byUser().keySet().stream().map(this::user).toList();
    }

    /** The user with what may be read; a stranger where nothing was shown. */
    UserContext user(String id) {
        return users().getOrDefault(id, new UserContext(id, List.of()));
    }

    /** As the judge stage left it. */
    OpenJudge judge() {
        if (judge == null) {
            judge = open(new JudgeSpec.Run(path("")));
        }
        return judge;
    }

    /** As the options name it, nothing fitted yet; the caller closes it. */
    OpenJudge freshJudge() {
        return open(JudgeSpec.parse(options.judge().spec()));
    }

    private OpenJudge open(JudgeSpec spec) {
        return new OpenJudge(
                        spec,
                        RewardData.forJudging(data().dataset()),
                        options.judge(),
                        path("reward").resolve(JudgeCache.FILE),
                        seeds.child("reward"),
                        options.engine())
                .telling(progress);
    }

    /** The judge with its samples and its neighbours: what scores completions. */
    RewardModel rewardModel() {
        if (rewardModel == null) {
            rewardModel = judge().rewarding(progress);
        }
        return rewardModel;
    }

    Personas personas() {
        if (personas == null) {
            personas =
                    new Personas(
                            rewardModel(),
                            users(),
                            options.judge().persona() == PersonaLevel.PROMPT,
                            options.start().criteria());
        }
        return personas;
    }

    /** Has personas written many at a time, where any are wanted; {@link #persona} knows them. */
    void askPersonas(Stream<Personas.Asked> asked) {
        if (options.start().persona()) {
            personas().ask(asked.toList(), progress);
        }
    }

    /**
     * What stands in a policy's system message; blank where no persona is wanted, empty on failure.
     */
    Optional<String> persona(String userId, String prompt) {
        return options.start().persona() ? personas().of(userId, prompt) : Optional.of("");
    }

    /** As the group stage found them. */
    PreferenceGroups groups() {
        if (groups == null) {
            groups = PreferenceGroups.load(path(GroupStage.FILE));
        }
        return groups;
    }

    /** Whether the group stage had to find any. */
    boolean hasGroups() {
        return Files.exists(path(GroupStage.FILE));
    }

    /** Takes a file of another run's judge over. */
    void copyIfAbsent(Path from, String file) {
        Path target = path("reward").resolve(file);
        if (Files.exists(from.resolve(file)) && !Files.exists(target)) {
            AtomicFiles.write(target, out -> Files.copy(from.resolve(file), out));
        }
    }

    /** Writes a line for each row, complete or absent. */
    void writeLines(String file, List<?> rows) {
        AtomicFiles.write(
                path(file),
                out -> {
                    for (Object row : rows) {
                        Json.writeLine(out, row);
                    }
                });
    }

    PromptForm form() {
        return new PromptForm(options.start().raw());
    }

    Path policyFolder(String policy) {
        return path("policy").resolve(policy);
    }

    /** Folder of the model of a policy: of an arm, or of the start. */
    Path policy(String name) {
        return name.equals(options.startName())
                ? StartStage.model(this)
                : policyFolder(name).resolve("model");
    }

    /** The start, then all arms. */
    List<String> policies() {
        List<String> names = new ArrayList<>(List.of(options.startName()));
        options.arms().forEach(arm -> names.add(arm.name()));
        return names;
    }

    @Override
    public void close() {
        if (judge != null) {
            judge.close();
        }
    }
}
