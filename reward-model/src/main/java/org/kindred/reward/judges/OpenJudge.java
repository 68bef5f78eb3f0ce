package org.kindred.reward.judges;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Checksums;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.OrderedWork;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.options.OptionsException;
import org.kindred.policy.model.EngineOptions;
import org.kindred.reward.BgeEmbedder;
import org.kindred.reward.RubricOutcome;
import org.kindred.reward.UserContext;
import org.kindred.reward.UserPrompt;
import org.kindred.reward.chain.BothOrders;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.chain.SoloWriter;
import org.kindred.reward.client.JudgeCache;
import org.kindred.reward.client.JudgeClient;
import org.kindred.reward.judge.RubricChainWriter;
import org.kindred.reward.judge.RubricJudge;
import org.kindred.reward.llm.LlmChainWriter;
import org.kindred.reward.llm.SoloChainWriter;
import org.kindred.reward.prototype.PreferenceGroups;
import org.kindred.reward.prototype.PrototypeSpace;
import org.kindred.reward.prototype.ScenarioSpace;
import org.kindred.reward.scaling.NeighbourSource;
import org.kindred.reward.scaling.PGenRm;
import org.kindred.reward.scaling.PrototypeNeighbours;
import org.kindred.reward.scaling.ScalingPlan;
import org.kindred.reward.scaling.ScenarioNeighbours;

/**
 * A judge opened for one data set: the embedded one, fitted when first needed, a language model
 * with its cache, or either as a finished run saved it. What is fitted is fitted once. Safe for
 * several threads where {@link #concurrent} says so; the caller closes it.
 */
public final class OpenJudge implements AutoCloseable {
    /** File beside the cache that names why calls failed. */
    public static final String FAILURES = "judge-failures.json";

    private static final int PROBES = 3;
    private static final UserContext STRANGER = new UserContext("probe", List.of());
    private static final String PROBE = "How do I make tea?";
    private static final List<String> PROBE_RESPONSES =
            List.of("Pour hot water over the leaves and wait three minutes.", "With love.");
    private static final String OLLAMA =
            "Ollama cuts prompts that do not fit its context, from the front and without an error:"
                    + " give it room for prompt and answer with OLLAMA_CONTEXT_LENGTH=16384, or num_ctx"
                    + " in a Modelfile";

    private final JudgeSpec spec;
    private final RewardOptions options;
    private final RewardData data;
    private final SeedTree seeds;
    private final @Nullable Path saved; // folder reward/ of a finished run
    private final JudgeSpec.@Nullable Opened opened;
    private final @Nullable JudgeClient client;
    private final @Nullable JudgeCache cache;
    private final @Nullable Path failureFile;
    private final Set<String> notes = Collections.synchronizedSet(new LinkedHashSet<>());
    private Progress progress = Progress.NONE;
    private @Nullable JudgeWatch watch;
    private @Nullable BgeEmbedder embedder;
    private @Nullable RubricJudge rubric;
    private @Nullable SoloWriter solo;
    private @Nullable PrototypeSpace users;
    private @Nullable ScenarioSpace scenarios;

    /** A judge with a local model on all processors, or on the GPU where there is one. */
    public OpenJudge(
            JudgeSpec spec,
            RewardData data,
            RewardOptions options,
            Path cacheFile,
            SeedTree seeds) {
        this(spec, data, options, cacheFile, seeds, EngineOptions.defaults());
    }

    /**
     * @param spec a saved judge keeps its fit; its cells, its prompts, how it is asked and scaled
     *     come from {@code options} ({@link RewardOptions#saved} has those that it was saved with)
     * @param cacheFile of a language model's answers; a saved judge has its own
     * @param engine where and how a local model computes
     * @throws OptionsException if a folder of the spec is missing or holds no judge
     */
    public OpenJudge(
            JudgeSpec spec,
            RewardData data,
            RewardOptions options,
            Path cacheFile,
            SeedTree seeds,
            EngineOptions engine) {
        RewardOptions how = options;
        if (spec instanceof JudgeSpec.Run run) {
            SavedJudge of = SavedJudge.read(run.folder());
            saved = run.folder().resolve(SavedJudge.FOLDER);
            this.spec = JudgeSpec.parse(of.judge());
            how = options.withFitOf(of.reward());
        } else {
            saved = null;
            this.spec = spec;
        }
        this.options = how.withLlm(JudgeFormat.of(this.spec, how.llm()));
        this.data = data;
        this.seeds = seeds;
        if (this.spec instanceof JudgeSpec.Embedded) {
            opened = null;
            client = null;
            cache = null;
            failureFile = null;
        } else {
            opened =
                    this.spec.open(
                            options.samplesPerRequest(),
                            Duration.ofSeconds(options.timeoutSeconds()),
                            engine);
            Path file = saved == null ? cacheFile : saved.resolve(JudgeCache.FILE);
            cache = options.cache() ? JudgeCache.open(file) : null;
            failureFile = file.resolveSibling(FAILURES);
            client =
                    new JudgeClient(
                            opened.endpoint(), cache, options.client(), seeds.child("calls"));
        }
    }

    /**
     * What a judge is first asked for, to find out whether it answers in the form that is needed.
     */
    public enum Form {
        /** Two responses read together. */
        PAIRS,
        /** A rubric before any response. */
        RUBRICS
    }

    /**
     * Finds out before long work whether the judge can be asked: a server has to answer a small
     * question in the form of the real ones, within three tries. The answer is kept in the cache.
     *
     * @throws OptionsException if the judge has nothing to learn from, or its files are missing
     * @throws KindredException if a server gives no answer that can be read; the message says why,
     *     what the server said and what to change
     */
    public void probe(Form form) {
        if (embedded()) {
            if (fits() && data.training().isEmpty()) {
                throw new OptionsException(
                        "judge rubric: learns from choices, and the data set has none that may be"
                                + " learnt from; give preferences, or another judge: "
                                + JudgeSpec.SYNTAX);
            }
            if (!fits() && !Files.exists(savedFile(SavedJudge.RUBRIC))) {
                throw missing(SavedJudge.RUBRIC);
            }
        } else if (spec instanceof JudgeSpec.Served served && !options.client().replayOnly()) {
            progress.stage("judge", "asks " + spec.spelling() + " a first question");
            if (served.ollama()) {
                told(progress, OLLAMA);
            }
            JudgeClient alone =
                    JudgeClient.probing(
                            opened().endpoint(), cache, options.client(), seeds.child("probe"));
            alone.telling(sentence -> told(progress, sentence));
            String reason;
            try (JudgeWatch watch = JudgeWatch.over(alone, progress)) {
                reason = firstQuestion(alone, form);
            }
            if (!reason.isEmpty()) {
                refuse(reason, served, alone.counts().failures());
            }
        }
    }

    /** As {@link #probe(Form)} where responses are judged alone, under rubrics. */
    public void probe() {
        probe(Form.RUBRICS);
    }

    /** Why no reply could be read; empty if one could. */
    private String firstQuestion(JudgeClient alone, Form form) {
        String reason = "";
        for (int sample = 0; sample < PROBES; sample++) {
            Samples one = new Samples(sample, 1, options.scaling().samplingTemperature());
            reason =
                    form == Form.PAIRS
                            ? reason(
                                    new LlmChainWriter(alone, options.llm(), seeds)
                                            .write(
                                                    new ChainRequest(
                                                            STRANGER, PROBE, PROBE_RESPONSES),
                                                    one)
                                            .get(0))
                            : reason(
                                    new SoloChainWriter(alone, options.llm(), seeds)
                                            .rubrics(List.of(new UserPrompt(STRANGER, PROBE)), one)
                                            .get(0)
                                            .get(0));
            if (reason.isEmpty() || !isUnread(reason)) {
                return reason; // calls that fail were tried again by the client
            }
        }
        return reason;
    }

    private static boolean isUnread(String reason) {
        return reason.startsWith("MALFORMED") || reason.equals("TRUNCATED");
    }

    private static String reason(ChainOutcome outcome) {
        return outcome instanceof ChainOutcome.Failed failed ? failed.reason() : "";
    }

    private static String reason(RubricOutcome outcome) {
        return outcome instanceof RubricOutcome.Failed failed ? failed.reason() : "";
    }

    private void refuse(
            String reason, JudgeSpec.Served served, List<JudgeClient.Failure> failures) {
        String said =
                failures.stream()
                        .filter(failure -> failure.reason().equals(reason))
                        .map(JudgeClient.Failure::words)
                        .filter(words -> !words.isEmpty())
                        .map(words -> "; the server says: " + words)
                        .findFirst()
                        .orElse("");
        String message =
                "judge "
                        + spec.spelling()
                        + (isUnread(reason) ? ": no answer that can be read (" : ": no answer (")
                        + reason
                        + said
                        + "). "
                        + advice(reason, served);
        if (isUnread(reason) && options.client().mostFailedShare() == 1) {
            progress.note(message); // all may fail: that is what was asked for
            return;
        }
        writeFailures(message, failures);
        throw new KindredException(message);
    }

    private String advice(String reason, JudgeSpec.Served served) {
        if (reason.startsWith("HTTP_3")) {
            return "Give the address that it sends on to";
        }
        if (reason.startsWith("MALFORMED")) {
            return "The model does not keep to the form asked for: take a larger one, set"
                    + " judge.llm.schema = true where the server knows schemas, or accept that with"
                    + " judge.client.most_failed_share = 1";
        }
        String tokens = "judge.llm.max_tokens = " + options.llm().maxTokens();
        return switch (reason) {
            case "HTTP_401", "HTTP_403" ->
                    "The server refuses the key: set the environment variable " + JudgeSpec.KEY;
            case "HTTP_404", "HTTP_400", "HTTP_405", "HTTP_422" ->
                    "Check that the server knows "
                            + served.base()
                            + "/chat/completions and the model "
                            + served.model()
                            + "; the URL of most servers ends in /v1";
            case "CONNECTION" -> "Start the server, or check the URL";
            case "TIMEOUT" ->
                    "Check that the server answers at all, or raise judge.timeout_seconds = "
                            + options.timeoutSeconds();
            case "CONTEXT_LENGTH" ->
                    "Prompt and answer do not fit the model: lower "
                            + tokens
                            + " or judge.llm.history, or give the server a longer context";
            case "TRUNCATED" ->
                    "The answer ended before it was whole: raise "
                            + tokens
                            + "; a model that reasons first needs thousands";
            case "EMPTY_REPLY", "ONLY_REASONING" ->
                    "The server's replies are empty: raise "
                            + tokens
                            + " for a model that reasons first, or check the server's reasoning"
                            + " parser and chat template";
            case "REFUSED", "CONTENT_FILTER" ->
                    "The model declines to judge: take another one, or change its filter";
            case "BROKEN_REPLY", "ERROR_REPLY" ->
                    "Check the URL, which ends in /v1 for most servers, and the server's log";
            default -> "Check the server's log";
        };
    }

    /** Leaves beside the answers what calls failed of; nothing where none did. */
    private void writeFailures(String message, List<JudgeClient.Failure> failures) {
        if (failureFile != null && (!message.isEmpty() || !failures.isEmpty())) {
            Map<String, Object> told = new TreeMap<>();
            told.put("judge", spec.spelling());
            told.put("failures", failures);
            if (!message.isEmpty()) {
                told.put("stopped", message);
            }
            Json.write(failureFile, told);
        }
    }

    /**
     * Tells from now on, at once, what a person who waits should know of the judge's calls.
     *
     * @param where may be called from other threads
     */
    public OpenJudge telling(Progress where) {
        progress = where;
        if (client != null) {
            client.telling(sentence -> told(where, sentence));
            if (watch != null) {
                watch.close();
            }
            watch = spec instanceof JudgeSpec.Served ? JudgeWatch.over(client, where) : null;
        }
        return this;
    }

    private void told(Progress where, String sentence) {
        if (notes.add(sentence)) {
            where.note("judge " + spec.label() + ": " + sentence);
        }
    }

    /** What results should say of the judge's calls: sentences, each once. */
    public List<String> notes() {
        List<String> all = new ArrayList<>(notes);
        if (client != null && !client.counts().failures().isEmpty()) {
            all.add(
                    "what the judge could not be asked, or answered in no form that can be read: "
                            + client.counts().failures());
        }
        return all;
    }

    private JudgeSpec.Opened opened() {
        if (opened == null) {
            throw new IllegalStateException("the rubric judge has no endpoint");
        }
        return opened;
    }

    /**
     * The reward model for rollouts: each response alone, under rubrics that are fixed before, with
     * the user's own samples and those of neighbours as the options want them.
     *
     * @throws OptionsException if the scaling compares responses with each other
     */
    public PGenRm rewarding(Progress progress) {
        ScalingPlan plan = options.scaling();
        if (plan.aggregate() == ScalingPlan.Aggregate.MARGIN_VOTE || plan.stopAt() > 0) {
            throw new OptionsException(
                    "scaling.aggregate = "
                            + plan.aggregate()
                            + ", scaling.stop_at = "
                            + plan.stopAt()
                            + ": a reward is of one response alone, votes on margins and early stops"
                            + " are for pairs; use two_means and 0");
        }
        return new PGenRm(solo(), neighbours(progress), plan);
    }

    /** The reward model for pairs: a language model reads both responses, in both orders. */
    public PGenRm pairs(Progress progress) {
        return new PGenRm(writer(), neighbours(progress), options.scaling());
    }

    /**
     * Preference groups: cells of users for the embedded judge, of (user, scenario) samples for
     * language models. Users whom the cells were not found with are assigned by their history; one
     * about whom no rubric can be read is {@link PreferenceGroups#UNPLACED}.
     *
     * @param users who needs a group, with the histories that may be read
     */
    public PreferenceGroups groups(
            Collection<UserContext> users, PreferenceGroups.Level level, Progress progress) {
        if (data.training().isEmpty() && fits()) {
            throw new KindredException(
                    "groups = prototypes: needs choices to learn from, and the data set has no"
                            + " preferences; use groups = dataset or single");
        }
        if (embedded()) {
            if (level == PreferenceGroups.Level.SCENARIO) {
                throw new OptionsException(
                        "group_level = scenario: the rubric judge's cells are of users; use user");
            }
            return PreferenceGroups.prototypes(users(), users);
        }
        ScenarioSpace space = scenarios(options.scenarios(), progress);
        Set<String> known = new TreeSet<>();
        space.members().forEach(member -> known.add(member.userId()));
        List<UserPrompt> others =
                users.stream()
                        .filter(user -> !known.contains(user.userId()))
                        .map(user -> new UserPrompt(user, ""))
                        .toList();
        return PreferenceGroups.scenarios(space, level, tastes(others));
    }

    /** What users want whatever is asked; empty where no rubric could be read. */
    private Map<String, double[]> tastes(List<UserPrompt> asked) {
        SoloWriter writer = solo();
        Map<String, double[]> tastes = new TreeMap<>();
        Iterator<UserPrompt> next = asked.iterator();
        OrderedWork.<UserPrompt, List<RubricOutcome>>runInBatches(
                asked.iterator(),
                writer.batch(),
                writer.threads(),
                some -> writer.rubrics(some, Samples.of(1)),
                outcomes ->
                        tastes.put(
                                next.next().user().userId(),
                                ScenarioSpace.taste(outcomes.get(0), embedder())));
        return tastes;
    }

    /** The judge as one that reads a pair once, in the order given. */
    public ChainWriter oneOrder() {
        return client == null
                ? solo()
                : new LlmChainWriter(client, options.llm(), seeds.child("shown"));
    }

    /** The judge as it scores: a language model in both orders, if so wanted. */
    public ChainWriter writer() {
        return client != null && options.bothOrders() ? new BothOrders(oneOrder()) : oneOrder();
    }

    /** The judge fixing rubrics first and reading responses one by one. */
    public synchronized SoloWriter solo() {
        if (solo == null) {
            solo =
                    client == null
                            ? new RubricChainWriter(fitted(), seeds.child("draws"))
                            : new SoloChainWriter(client, options.llm(), seeds.child("shown"));
        }
        return solo;
    }

    public synchronized RubricJudge fitted() {
        if (client != null) {
            throw new IllegalStateException("a language model has no fitted rubric judge");
        }
        if (rubric == null) {
            if (saved == null) {
                rubric =
                        RubricJudge.fit(
                                data.training(),
                                embedder(),
                                options.rubric(),
                                seeds.child("judge"));
            } else if (Files.exists(savedFile(SavedJudge.RUBRIC))) {
                rubric = RubricJudge.load(savedFile(SavedJudge.RUBRIC), embedder());
            } else {
                throw missing(SavedJudge.RUBRIC);
            }
        }
        return rubric;
    }

    private OptionsException missing(String file) {
        return new OptionsException(
                savedFile(file) + " is missing: the run has not fitted its judge; finish it first");
    }

    private Path savedFile(String name) {
        return saved == null ? Path.of(name) : saved.resolve(name);
    }

    private boolean isSaved(String name) {
        return saved != null && Files.exists(savedFile(name));
    }

    /** Which judge it is; of a saved one what was saved. */
    public JudgeSpec spec() {
        return spec;
    }

    /** The options in effect. */
    public RewardOptions options() {
        return options;
    }

    public boolean embedded() {
        return client == null;
    }

    /** Whether it has to be fitted to the data set's choices before it can be asked. */
    public boolean fits() {
        return embedded() && saved == null;
    }

    /** Whether several threads may ask at once; a model in this process computes one batch. */
    public boolean concurrent() {
        return !(spec instanceof JudgeSpec.Local);
    }

    /** The embedder, loaded when first needed. */
    public synchronized BgeEmbedder embedder() {
        if (embedder == null) {
            embedder = new BgeEmbedder(BgeEmbedder.Options.defaults());
        }
        return embedder;
    }

    public JudgeClient.@Nullable Counts counts() {
        return client == null ? null : client.counts();
    }

    /** Cells of users by fitted taste; for the embedded judge. */
    public synchronized PrototypeSpace users() {
        if (users == null) {
            users =
                    isSaved(SavedJudge.PROTOTYPES)
                            ? PrototypeSpace.load(savedFile(SavedJudge.PROTOTYPES), fitted())
                            : PrototypeSpace.fit(
                                    fitted(),
                                    data.training(),
                                    options.prototypes(),
                                    seeds.child("prototypes"));
        }
        return users;
    }

    /** Cells of (user, scenario) samples, as published: a rubric for every training choice. */
    public synchronized ScenarioSpace scenarios(ScenarioSpace.Options how, Progress progress) {
        if (!how.equals(options.scenarios())) {
            return found(how, progress);
        }
        if (scenarios == null) {
            scenarios =
                    isSaved(SavedJudge.SCENARIOS)
                            ? ScenarioSpace.load(savedFile(SavedJudge.SCENARIOS))
                            : found(how, progress);
        }
        return scenarios;
    }

    private ScenarioSpace found(ScenarioSpace.Options how, Progress progress) {
        Collection<UserContext> some = data.trainingUsers(options.rowsPerUser()).values();
        long choices = some.stream().mapToLong(user -> user.history().size()).sum();
        progress.stage("rubrics", choices + " training choices");
        return ScenarioSpace.fit(some, solo(), embedder(), how, seeds.child("scenarios"), progress);
    }

    public NeighbourSource neighbours(PrototypeSpace space, PrototypeNeighbours.Choice choice) {
        return new PrototypeNeighbours(space, choice, histories(), seeds.child("neighbours"));
    }

    public NeighbourSource neighbours(ScenarioSpace space, PrototypeNeighbours.Choice choice) {
        return new ScenarioNeighbours(
                space, choice, solo(), embedder(), histories(), seeds.child("neighbours"));
    }

    /** Neighbours as the options want them; cells are found only where they are needed. */
    public NeighbourSource neighbours(Progress progress) {
        if (options.scaling().prototype() == 0
                || options.neighbours() == PrototypeNeighbours.Choice.NONE) {
            return NeighbourSource.NOBODY;
        }
        return embedded()
                ? neighbours(users(), options.neighbours())
                : neighbours(scenarios(options.scenarios(), progress), options.neighbours());
    }

    private Map<String, UserContext> histories() {
        return data.trainingUsers(Integer.MAX_VALUE);
    }

    /**
     * Leaves in {@code reward/} of a run folder what {@code run:DIR} opens: which judge it is, and
     * what has been fitted so far.
     *
     * @return the files that were written
     */
    public synchronized List<Path> save(Path run) {
        Path folder = run.resolve(SavedJudge.FOLDER);
        SavedJudge.FILES.forEach(name -> Checksums.drop(folder.resolve(name)));
        new SavedJudge(spec.spelling(), options).write(run);
        List<Path> files = new ArrayList<>(List.of(folder.resolve(SavedJudge.FILE)));
        if (rubric != null) {
            files.add(folder.resolve(SavedJudge.RUBRIC));
            rubric.save(folder.resolve(SavedJudge.RUBRIC));
        }
        if (users != null) {
            files.add(folder.resolve(SavedJudge.PROTOTYPES));
            users.save(folder.resolve(SavedJudge.PROTOTYPES));
        }
        if (scenarios != null) {
            files.add(folder.resolve(SavedJudge.SCENARIOS));
            scenarios.save(folder.resolve(SavedJudge.SCENARIOS));
        }
        files.forEach(Checksums::add);
        return files;
    }

    @Override
    public synchronized void close() {
        if (watch != null) {
            watch.close();
        }
        if (client != null) {
            writeFailures("", client.counts().failures());
        }
        if (cache != null) {
            cache.close();
        }
        if (opened != null) {
            opened.free().run();
        }
        if (embedder != null) {
            embedder.close();
        }
    }
}
