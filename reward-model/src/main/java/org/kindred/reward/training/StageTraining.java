package org.kindred.reward.training;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Checksums;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.options.Spelling;
import org.kindred.policy.grpo.PolicyPrompt;
import org.kindred.policy.grpo.PromptSchedule;
import org.kindred.policy.grpo.RewardSource;
import org.kindred.policy.grpo.Trainer;
import org.kindred.policy.grpo.TrainerInputs;
import org.kindred.policy.grpo.TrainerOptions;
import org.kindred.policy.metrics.StepMetrics;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.run.Checkpoint;
import org.kindred.policy.run.TrainingListener;
import org.kindred.policy.run.TrainingLoop;
import org.kindred.policy.run.TrainingRun;
import org.kindred.policy.run.Watch;
import org.kindred.policy.sft.SftTrainer;
import org.kindred.policy.tokenizer.Tokenizer;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.Coverage;
import org.kindred.reward.chain.MatchedCoverage;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.client.JudgeClient;
import org.kindred.reward.judges.JudgeFormat;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.llm.ChainPrompts;
import org.kindred.reward.llm.CoverageJudge;
import org.kindred.reward.prototype.PreferenceGroups;

/** Training of one stage in its folder: from the model of the one before to the best checkpoint. */
public final class StageTraining {
    private final RewardTrainingOptions options;
    private final ChainPrompts prompts;
    private final SeedTree seeds;
    private final Progress progress;
    private final Path folder;
    private final Path origin;
    private final Taught taught;
    private final ExpectedCriteria wishes;
    private final Consumer<TrainingRun> started;
    private final int newTokens;

    /**
     * What all stages learn from.
     *
     * @param kept chains of the teacher
     * @param exchanges made of them, to be imitated
     * @param teacher writes personas for the competitor that reads them
     * @param groups of the users who are learned from; null for one group of all
     */
    public record Taught(
            PairSets pairs,
            List<TeacherChain> kept,
            List<ChainExamples.Exchange> exchanges,
            ChainWriter teacher,
            @Nullable PreferenceGroups groups) {}

    /** A loop, and how it takes up a checkpoint. */
    private record Plan(TrainingLoop loop, Consumer<Checkpoint> restore) {}

    /**
     * @param folder of the stage
     * @param origin folder of the model that it starts from
     * @param started hears of the run, so that it can be asked to stop
     */
    public StageTraining(
            RewardTrainingOptions options,
            ChainPrompts prompts,
            SeedTree seeds,
            Progress progress,
            Path folder,
            Path origin,
            Taught taught,
            Consumer<TrainingRun> started) {
        this.options = options;
        this.prompts = prompts;
        this.seeds = seeds;
        this.progress = progress;
        this.folder = folder;
        this.origin = origin;
        this.taught = taught;
        this.wishes = new ExpectedCriteria(taught.kept());
        this.started = started;
        newTokens = options.judge().llm().maxTokens();
    }

    /**
     * @return what the finished stage says of the test pairs; empty if it did not come to its end
     */
    public Optional<List<ChainVerdict>> train(Stage stage) {
        Reporter reporter = new Reporter();
        try (TrainingRun run = TrainingRun.open(folder, options.checkpoints(), reporter);
                Tokenizer tokenizer = Tokenizer.load(origin);
                Raters raters = new Raters()) {
            started.accept(run);
            Optional<Checkpoint> last = run.newestCheckpoint();
            boolean refers = stage == Stage.CRE || stage == Stage.CURRICULUM;
            try (CausalLm policy =
                            last.map(c -> c.loadPolicy(options.engine())).orElseGet(this::begin);
                    CausalLm reference = refers ? CausalLm.load(origin, options.engine()) : null) {
                ChainTask task =
                        new ChainTask(prompts, tokenizer, policy.config().maxPositionEmbeddings());
                Plan plan = prepare(stage, policy, reference, task, raters);
                last.ifPresent(plan.restore());
                reporter.total = total(stage, plan.loop());
                Watch.Validation validation =
                        new Watch.Validation(
                                measure(stage, task), "accuracy", options.validation());
                run.train(plan.loop(), new Watch(Watch.Guards.NONE, validation, 0));
                if (!plan.loop().done() && !run.stoppedEarly(validation)) {
                    return Optional.empty();
                }
                export(best(run, validation), tokenizer, stage);
                return Optional.of(test(stage, task));
            }
        }
    }

    /** Where no step judges better than the start did, the stage hands on what it was given. */
    private Path best(TrainingRun run, Watch.Validation validation) {
        return run.startIsBest(validation)
                ? origin
                : run.best(validation)
                        .orElseGet(() -> run.newestCheckpoint().orElseThrow().folder());
    }

    private long total(Stage stage, TrainingLoop loop) {
        return switch (stage) {
            case PSI -> ((SftTrainer) loop).steps();
            case CRE -> options.cre().steps();
            case CURRICULUM -> options.outcome().steps();
            case BT_GLOBAL, BT_PERSONA -> ((BradleyTerryTrainer) loop).steps();
        };
    }

    private CausalLm begin() {
        CausalLm model = CausalLm.load(origin, options.engine());
        if (options.loraRank() > 0) {
            model.addAdapter(options.lora(), seeds.child("adapter"));
        }
        return model;
    }

    private Plan prepare(
            Stage stage,
            CausalLm policy,
            @Nullable CausalLm reference,
            ChainTask task,
            Raters raters) {
        long seed = seeds.child(Spelling.of(stage)).seed();
        return switch (stage) {
            case PSI -> {
                var examples = ChainExamples.tokens(taught.exchanges(), task);
                requireSome(examples.size(), "chains to learn from");
                progress.stage(
                        "psi",
                        examples.size()
                                + " examples, "
                                + (taught.exchanges().size() - examples.size())
                                + " too long for the model");
                SftTrainer trainer =
                        new SftTrainer(
                                policy,
                                task.tokenizer(),
                                ChainExamples.tokens(primer(), task),
                                examples,
                                List.of(),
                                options.psi().sft(examples.size(), seed));
                yield new Plan(trainer, trainer::restore);
            }
            case CRE -> reinforced(options.cre(), seed, policy, reference, task, raters, stage);
            case CURRICULUM ->
                    reinforced(options.outcome(), seed, policy, reference, task, raters, stage);
            case BT_GLOBAL, BT_PERSONA -> {
                List<BradleyTerryPair> learned = heads(taught.pairs().learned(), stage, task);
                requireSome(learned.size(), "pairs to learn on");
                BradleyTerryTrainer trainer =
                        new BradleyTerryTrainer(
                                policy,
                                task.tokenizer(),
                                learned,
                                options.bradleyTerry().sft(learned.size(), seed));
                yield new Plan(trainer, trainer::restore);
            }
        };
    }

    private List<ChainExamples.Exchange> primer() {
        return options.chains().solo() == ChainDataOptions.Solo.FIRST
                ? taught.exchanges().stream().filter(ChainExamples.Exchange::solo).toList()
                : List.of();
    }

    private Plan reinforced(
            ReinforcementStageOptions how,
            long seed,
            CausalLm policy,
            @Nullable CausalLm reference,
            ChainTask task,
            Raters raters,
            Stage stage) {
        List<AskedPair> asked = grouped(asked(taught.pairs().learned(), task, true));
        requireSome(asked.size(), "pairs to learn on");
        Map<String, List<PolicyPrompt>> byPair = new LinkedHashMap<>();
        asked.forEach(
                a ->
                        byPair.computeIfAbsent(a.pair().id(), id -> new ArrayList<>())
                                .add(a.prompt()));
        TrainerOptions trainerOptions = how.trainer(newTokens, byPair.size(), seed);
        boolean scheduled = stage == Stage.CURRICULUM && options.curriculum().enabled();
        ChainReward reward =
                new ChainReward(
                        asked,
                        task,
                        how.reward(),
                        how.reward().alpha() > 0 ? raters.coverage() : new MatchedCoverage());
        Trainer trainer =
                new Trainer(
                        new TrainerInputs(
                                policy,
                                how.klBeta() > 0 ? reference : null,
                                task.tokenizer(),
                                asked.stream().map(AskedPair::prompt).toList(),
                                List.of(
                                        new RewardSource(
                                                "chain",
                                                1,
                                                how.reward() + " " + options.coverage(),
                                                reward)),
                                scheduled
                                        ? schedule(how, trainerOptions, asked, policy, task)
                                        : null),
                        trainerOptions);
        return new Plan(trainer, checkpoint -> trainer.restore(checkpoint, false));
    }

    private PromptSchedule schedule(
            ReinforcementStageOptions how,
            TrainerOptions trainer,
            List<AskedPair> asked,
            CausalLm policy,
            ChainTask task) {
        List<AskedPair> measured = new ArrayList<>();
        Map<String, List<PolicyPrompt>> byPair = new LinkedHashMap<>();
        int most =
                options.curriculum().pairs() == 0
                        ? Integer.MAX_VALUE
                        : options.curriculum().pairs();
        for (AskedPair pair : asked) { // in the seeded order of pairs
            if (byPair.size() < most || byPair.containsKey(pair.pair().id())) {
                byPair.computeIfAbsent(pair.pair().id(), id -> new ArrayList<>())
                        .add(pair.prompt());
                measured.add(pair);
            }
        }
        return new Curriculum(
                byPair,
                options.curriculum(),
                trainer.steps(),
                trainer.batch().promptsPerStep(),
                () ->
                        PassRates.of(
                                policy,
                                measured,
                                task,
                                how.sampling(newTokens),
                                options.curriculum().rollouts() / 2,
                                seeds.child("pass-rates")),
                folder,
                seeds.child("curriculum"));
    }

    private List<AskedPair> grouped(List<AskedPair> asked) {
        PreferenceGroups groups = taught.groups();
        return groups == null ? asked : asked.stream().map(one -> one.in(groups)).toList();
    }

    private List<AskedPair> asked(List<TrainingPair> of, ChainTask task, boolean wanted) {
        List<AskedPair> asked = new ArrayList<>();
        for (TrainingPair pair : of) {
            List<String> wishesOfPair = wanted ? wishes.of(pair) : List.of();
            AskedPair first = task.ask(pair, true, wishesOfPair, newTokens);
            AskedPair second = task.ask(pair, false, wishesOfPair, newTokens);
            if (first != null && second != null) {
                asked.add(first);
                asked.add(second);
            }
        }
        return asked;
    }

    private List<BradleyTerryPair> heads(List<TrainingPair> of, Stage stage, ChainTask task) {
        List<BradleyTerryPair> heads = new ArrayList<>();
        ChainWriter judge = taught.teacher();
        for (TrainingPair pair : of) {
            String persona = "";
            if (stage == Stage.BT_PERSONA
                    && judge.write(pair.request(true), Samples.of(1)).get(0)
                            instanceof ChainOutcome.Written written) {
                persona = written.chain().persona();
            }
            BradleyTerryPair head = BradleyTerryPair.of(pair, persona, task.tokenizer());
            if (Math.max(head.chosen().length, head.rejected().length) < task.context()) {
                heads.add(head);
            }
        }
        return heads;
    }

    private Watch.Measure measure(Stage stage, ChainTask task) {
        return stage.writesChains()
                ? chains(taught.pairs().heldOut(), task)
                : BradleyTerryHead.measure(
                        heads(taught.pairs().heldOut(), stage, task), task.tokenizer());
    }

    /** The likeliest chain about each pair, in both orders. */
    private ChainMeasure chains(List<TrainingPair> of, ChainTask task) {
        return new ChainMeasure(
                asked(of, task, false),
                task,
                SamplingOptions.greedy(newTokens),
                seeds.child("measure"));
    }

    private void export(Path checkpoint, Tokenizer tokenizer, Stage stage) {
        try (CausalLm chosen = CausalLm.load(checkpoint, options.engine())) {
            AtomicFiles.replaceFolder(
                    folder.resolve("model"),
                    inside -> {
                        chosen.save(inside);
                        tokenizer.save(inside);
                        if (stage.writesChains()) {
                            JudgeFormat.write(inside, options.judge().llm());
                        }
                        Checksums.addAll(inside);
                    });
        }
    }

    private List<ChainVerdict> test(Stage stage, ChainTask task) {
        progress.stage(Spelling.of(stage), "test on " + taught.pairs().test().size() + " pairs");
        try (CausalLm model = CausalLm.load(folder.resolve("model"), options.engine())) {
            return stage.writesChains()
                    ? bothOrders(chains(taught.pairs().test(), task).verdicts(model))
                    : BradleyTerryHead.verdicts(
                            model, heads(taught.pairs().test(), stage, task), task.tokenizer());
        }
    }

    /**
     * @throws KindredException if none were found
     */
    public static void requireSome(int found, String what) {
        if (found == 0) {
            throw new KindredException(
                    "no "
                            + what
                            + ": the teacher's chains were all rejected, or no pair fits the model's"
                            + " context; see chains/chains.jsonl, and give a longer context, fewer"
                            + " shown choices (judge.llm.history) or judge.llm.prompt = compact");
        }
    }

    private static List<ChainVerdict> bothOrders(List<ChainVerdict> verdicts) {
        List<ChainVerdict> merged = new ArrayList<>();
        for (int i = 0; i < verdicts.size(); i += 2) {
            merged.add(verdicts.get(i).mean(verdicts.get(i + 1)));
        }
        return merged;
    }

    /** Opens the coverage judge when it is needed. */
    private final class Raters implements AutoCloseable {
        private Runnable free = () -> {};

        Coverage coverage() {
            if (options.coverage().equals("matched")) {
                return new MatchedCoverage();
            }
            JudgeSpec spec = JudgeSpec.parse(options.coverage());
            JudgeSpec.Opened opened =
                    spec.open(
                            1,
                            Duration.ofSeconds(options.judge().timeoutSeconds()),
                            options.engine());
            free = opened.free();
            return new CoverageJudge(
                    new JudgeClient(
                            opened.endpoint(),
                            null,
                            options.judge().client(),
                            seeds.child("cover")));
        }

        @Override
        public void close() {
            free.run();
        }
    }

    /** Reports steps and measurements. */
    private final class Reporter implements TrainingListener {
        private long total;
        private String heldOut = "";

        @Override
        public void onStep(StepMetrics metrics, StepMetrics timings) {
            StringBuilder note = new StringBuilder();
            for (String name : List.of("loss", "reward")) {
                Double value = metrics.values().get(name);
                if (value != null) {
                    note.append(note.isEmpty() ? "" : ", ")
                            .append(String.format(Locale.ROOT, "%s %.3f", name, value));
                }
            }
            progress.step(metrics.step(), total, note + heldOut);
        }

        @Override
        public void onValidation(StepMetrics metrics) {
            StringBuilder text = new StringBuilder();
            metrics.values()
                    .forEach((n, v) -> text.append(String.format(Locale.ROOT, "; %s %.3f", n, v)));
            heldOut = text + " after step " + metrics.step();
        }

        @Override
        public void onWarning(String message) {
            progress.stage("warning", message);
        }
    }
}
