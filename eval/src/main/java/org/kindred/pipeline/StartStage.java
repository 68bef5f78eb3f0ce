package org.kindred.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Checksums;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.simulation.Corpus;
import org.kindred.policy.metrics.StepMetrics;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.run.Checkpoint;
import org.kindred.policy.run.TrainingListener;
import org.kindred.policy.run.TrainingRun;
import org.kindred.policy.sft.SftExample;
import org.kindred.policy.sft.SftOptions;
import org.kindred.policy.sft.SftTrainer;
import org.kindred.policy.tokenizer.BpeTrainer;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * {@code policy/sft/model}: the policy that all arms start from. A decoder with random weights
 * learns the language first; then every model learns the answers that training users chose, the
 * user's persona in the system message.
 */
final class StartStage implements Stage {
    static final String NAME = "sft";
    private static final String LANGUAGE = "policy/language";
    private static final String FINE_TUNING = StartOptions.FOLDER;

    /** Texts of which one is the best for a user. */
    private static final int CANDIDATES = 8;

    /** Texts to draw candidates from, for each that is learned; few are then learned twice. */
    private static final int POOL = 4;

    private final RunContext context;
    private volatile @Nullable TrainingRun running;
    private volatile boolean stopRequested;

    StartStage(RunContext context) {
        this.context = context;
    }

    private StartOptions options() {
        return context.options().start();
    }

    private EngineOptions engine() {
        return context.options().engine();
    }

    private SeedTree seeds() {
        return context.seeds().child("policy");
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String note() {
        String model = options().scratch() ? "a decoder with random weights" : options().model();
        return options().sft().epochs() == 0 ? model : model + ", on chosen answers";
    }

    @Override
    public Map<String, String> reads(RecipeOptions options) {
        Map<String, String> read = RunContext.leaves(options, "seed", "start.", "engine.");
        read.remove("start.least_persona_effect"); // asked of what was learned
        return read;
    }

    @Override
    public List<String> after() {
        if (context.options().picks()) {
            return List.of(DataStage.NAME, JudgeStage.NAME, GroupStage.NAME);
        }
        return options().persona()
                ? List.of(DataStage.NAME, JudgeStage.NAME)
                : List.of(DataStage.NAME);
    }

    @Override
    public String inputs() {
        return options().scratch() ? "" : context.modelHash();
    }

    @Override
    public boolean requestStop() {
        stopRequested = true;
        TrainingRun run = running;
        if (run != null) {
            run.requestStop();
        }
        return run != null;
    }

    @Override
    public boolean run() {
        Path model = context.startFolder();
        if (options().scratch()) {
            model = context.path(LANGUAGE).resolve("model");
            if (!Files.exists(model) && !learnLanguage(model)) {
                return false;
            }
        }
        return options().sft().epochs() == 0 || fineTune(model);
    }

    /** Where the arms start from, as the options say. */
    static Path model(RunContext context) {
        StartOptions options = context.options().start();
        if (options.sft().epochs() > 0) {
            return context.path(FINE_TUNING).resolve("model");
        }
        return options.scratch() ? context.path(LANGUAGE).resolve("model") : context.startFolder();
    }

    /** Tokenizer and model from nothing, on texts without anybody's opinion. */
    private boolean learnLanguage(Path model) {
        List<JudgePicks.Text> texts = texts(options().language().examples(), "corpus");
        Path folder = context.path(LANGUAGE);
        Path untrained = folder.resolve("untrained");
        if (!Files.exists(untrained)) {
            AtomicFiles.writeFolder(untrained, inside -> randomWeights(inside, texts));
        }
        return train(
                "language",
                folder,
                untrained,
                model,
                AdapterOptions.none(),
                0,
                (tokenizer, limit) ->
                        texts.stream().map(text -> example(tokenizer, "", text)).toList(),
                (examples, seed) ->
                        options()
                                .sft()
                                .language(examples, options().language().learningRate(), seed));
    }

    private SftExample example(Tokenizer tokenizer, String persona, JudgePicks.Text text) {
        return context.form()
                .example(
                        tokenizer,
                        persona,
                        text.prompt(),
                        List.of(Message.assistant(text.answer())));
    }

    /** Texts for nobody in particular: those of the simulation, or of training rows. */
    private List<JudgePicks.Text> texts(int most, String which) {
        List<JudgePicks.Text> texts = new ArrayList<>();
        if (context.data().truth() != null) {
            Corpus.write(
                            context.options().data().simulation().world(),
                            most,
                            knownPrompts(),
                            seeds().child(which))
                    .forEach(
                            task ->
                                    texts.add(
                                            new JudgePicks.Text(
                                                    task.prompt(),
                                                    String.valueOf(task.reference()))));
            return texts;
        }
        for (Preference row : context.data().dataset().training()) {
            texts.add(new JudgePicks.Text(row.prompt(), row.chosenText()));
            texts.add(new JudgePicks.Text(row.prompt(), row.rejectedText()));
        }
        List<JudgePicks.Text> drawn = seeds().child(which).shuffled(texts);
        return drawn.subList(0, Math.min(most, drawn.size()));
    }

    private Set<String> knownPrompts() {
        Set<String> prompts = new TreeSet<>();
        context.data().dataset().preferences().forEach(row -> prompts.add(row.promptText()));
        return prompts;
    }

    private void randomWeights(Path folder, List<JudgePicks.Text> texts) throws IOException {
        List<String> words = new ArrayList<>();
        for (JudgePicks.Text text : texts) {
            words.add(Message.text(text.prompt()));
            words.add(text.answer());
        }
        for (Preference row : context.data().dataset().training()) {
            words.add(row.promptText());
            words.add(row.chosenText());
            words.add(row.rejectedText());
        }
        if (options().persona() && context.judge().embedded()) {
            context.users()
                    .keySet()
                    .forEach(user -> context.persona(user, "").ifPresent(words::add));
        }
        BpeTrainer.train(
                words.stream(),
                new BpeTrainer.Options(options().decoder().vocabularySize(), List.of(), 2),
                folder);
        try (Tokenizer tokenizer = Tokenizer.load(folder);
                CausalLm model =
                        options().decoder().create(tokenizer, engine(), seeds().child("weights"))) {
            model.save(folder);
        }
        Checksums.addAll(folder);
    }

    private boolean fineTune(Path base) {
        Path folder = context.path(FINE_TUNING);
        return train(
                NAME,
                folder,
                base,
                folder.resolve("model"),
                options().lora(),
                options().sft().heldOutShare(),
                this::answers,
                options().sft()::sft);
    }

    /** Chosen answers, and what the judge picks for users, each under its user's persona. */
    private List<SftExample> answers(Tokenizer tokenizer, int limit) {
        List<Preference> rows =
                seeds().child("chosen").shuffled(context.data().dataset().training());
        int most = options().sft().examples() == 0 ? rows.size() : options().sft().examples();
        List<Preference> drawn = rows.subList(0, Math.min(most, rows.size()));
        context.askPersonas(
                drawn.stream().map(row -> new Personas.Asked(row.userId(), row.promptText())));
        List<SftExample> examples = new ArrayList<>();
        int without = 0;
        for (Preference row : drawn) {
            Optional<String> persona = context.persona(row.userId(), row.promptText());
            if (persona.isEmpty()) {
                without++;
                continue;
            }
            examples.add(
                    context.form().example(tokenizer, persona.get(), row.prompt(), row.chosen()));
        }
        if (context.options().picks()) {
            examples.addAll(picks(tokenizer));
            examples.addAll(suited(tokenizer));
        }
        if (without > 0) {
            context.note(
                    without
                            + " of "
                            + drawn.size()
                            + " chosen answers were not learned: the judge wrote no persona of their"
                            + " users ("
                            + context.personas().failures()
                            + ")");
        }
        return examples;
    }

    private List<SftExample> picks(Tokenizer tokenizer) {
        return examples(
                tokenizer,
                new JudgePicks(context, seeds().child("picks")).draw(options().sft().picks()));
    }

    /** Texts for nobody in particular, each under the persona of a user whom it suits. */
    private List<SftExample> suited(Tokenizer tokenizer) {
        int most = options().sft().suited();
        return most == 0
                ? List.of()
                : examples(
                        tokenizer,
                        new JudgePicks(context, seeds().child("suited"))
                                .suited(texts(pool(most), "suited"), most, CANDIDATES));
    }

    private static int pool(int learned) {
        return (int) Math.min((long) POOL * learned, Corpus.MOST);
    }

    private List<SftExample> examples(Tokenizer tokenizer, List<JudgePicks.Pick> picks) {
        context.askPersonas(
                picks.stream().map(p -> new Personas.Asked(p.userId(), p.promptText())));
        List<SftExample> examples = new ArrayList<>();
        for (JudgePicks.Pick pick : picks) {
            context.persona(pick.userId(), pick.promptText())
                    .ifPresent(
                            persona ->
                                    examples.add(
                                            example(
                                                    tokenizer,
                                                    persona,
                                                    new JudgePicks.Text(
                                                            pick.prompt(), pick.answer()))));
        }
        return examples;
    }

    private interface Examples {
        /**
         * @param limit longest example that the model takes
         */
        List<SftExample> of(Tokenizer tokenizer, int limit);
    }

    private interface Schedule {
        SftOptions of(int examples, long seed);
    }

    /**
     * Trains to the end, or to a requested stop; goes on where the folder's newest checkpoint is.
     */
    private boolean train(
            String what,
            Path folder,
            Path base,
            Path target,
            AdapterOptions lora,
            double heldOutShare,
            Examples written,
            Schedule schedule) {
        Reporter reporter = new Reporter();
        try (TrainingRun run = TrainingRun.open(folder, options().checkpoints(), reporter);
                Tokenizer tokenizer = ModelFolder.tokenizer(base)) {
            running = run;
            if (stopRequested) {
                return false;
            }
            Optional<Checkpoint> last = run.newestCheckpoint();
            try (CausalLm model =
                    last.map(c -> c.loadPolicy(engine())).orElseGet(() -> begin(base, lora))) {
                int limit = model.config().maxPositionEmbeddings();
                List<SftExample> all = written.of(tokenizer, limit);
                List<SftExample> fitting =
                        new ArrayList<>(all.stream().filter(e -> e.length() <= limit).toList());
                SeedTree.shuffle(fitting, seeds().child(what).child("held-out").random());
                int held = (int) Math.round(heldOutShare * fitting.size());
                List<SftExample> learned = fitting.subList(held, fitting.size());
                requireSome(learned.size(), all.size(), held, limit);
                SftExample.mendings(all).forEach(context::note);
                SftTrainer trainer =
                        new SftTrainer(
                                model,
                                tokenizer,
                                learned,
                                fitting.subList(0, held),
                                schedule.of(learned.size(), seeds().child(what).seed()));
                last.ifPresent(trainer::restore);
                reporter.total = trainer.steps();
                context.progress()
                        .stage(
                                what,
                                learned.size()
                                        + " examples, "
                                        + trainer.steps()
                                        + " updates"
                                        + (all.size() == fitting.size()
                                                ? ""
                                                : "; "
                                                        + (all.size() - fitting.size())
                                                        + " longer than the model's context left out"));
                run.train(trainer);
                if (!trainer.done()) {
                    return false;
                }
                export(model, tokenizer, lora, folder, target);
                return true;
            }
        } finally {
            running = null;
        }
    }

    private static void requireSome(int learned, int all, int held, int limit) {
        if (learned == 0) {
            throw new KindredException(
                    "nothing to learn from: "
                            + all
                            + " examples, "
                            + held
                            + " of them held out; the others are longer than the model's "
                            + limit
                            + " tokens. Use a model with a longer context, or shorter prompts");
        }
    }

    private CausalLm begin(Path base, AdapterOptions lora) {
        CausalLm model = CausalLm.load(base, engine());
        model.notes().forEach(context::note);
        if (lora.wanted()) {
            model.addAdapter(lora.lora(), seeds().child("adapter"));
        }
        return model;
    }

    private static void export(
            CausalLm model, Tokenizer tokenizer, AdapterOptions lora, Path folder, Path target) {
        if (lora.wanted()) {
            AtomicFiles.replaceFolder(
                    folder.resolve("adapter"),
                    inside -> {
                        model.saveTrained(inside);
                        tokenizer.save(inside);
                        Checksums.addAll(inside);
                    });
        }
        ModelFolder.write(target, model, tokenizer);
    }

    /** Reports updates. */
    private final class Reporter implements TrainingListener {
        private long total;

        @Override
        public void onStep(StepMetrics metrics, StepMetrics timings) {
            Double heldOut = metrics.values().get("eval_loss");
            context.progress()
                    .step(
                            metrics.step(),
                            total,
                            String.format(Locale.ROOT, "loss %.3f", metrics.values().get("loss"))
                                    + (heldOut == null
                                            ? ""
                                            : String.format(
                                                    Locale.ROOT, ", held-out %.3f", heldOut)));
        }

        @Override
        public void onWarning(String message) {
            context.progress().stage("warning", message);
        }
    }
}
