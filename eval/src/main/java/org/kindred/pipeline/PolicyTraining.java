package org.kindred.pipeline;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Message;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.grpo.PolicyPrompt;
import org.kindred.policy.grpo.Trainer;
import org.kindred.policy.grpo.TrainerInputs;
import org.kindred.policy.metrics.StepMetrics;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.run.Checkpoint;
import org.kindred.policy.run.TrainingListener;
import org.kindred.policy.run.TrainingRun;
import org.kindred.policy.run.Watch;
import org.kindred.policy.tokenizer.Tokenizer;
import org.kindred.reward.judges.RewardData;

/**
 * Reinforcement learning of a Hugging Face folder on a canonical data set, in a run folder:
 * checkpoints as they come, at the end {@code model/}, a Hugging Face folder of the best checkpoint
 * (adapters merged), and {@code results.json}.
 */
public final class PolicyTraining {
    private final Path base;
    private final Path data;
    private final PolicyTrainingOptions options;
    private final TrainingListener log;
    private final Progress progress;
    private final SeedTree seeds;
    private volatile @Nullable TrainingRun running;

    /**
     * What came of it; {@code results.json} holds the same.
     *
     * @param model the finished model's folder; null if the run was stopped before its end
     * @param steps done
     * @param prompts learned from
     * @param tooLong items left out because they exceed the model's context
     * @param groups prompts of each group
     * @param selectedBy number that chose the checkpoint; null without validation
     * @param selectedStep step of the chosen checkpoint
     * @param last numbers of the last step of this process
     */
    public record Result(
            @Nullable String model,
            long steps,
            int prompts,
            int tooLong,
            Map<String, Integer> groups,
            @Nullable String selectedBy,
            long selectedStep,
            Map<String, Double> last) {}

    /**
     * @param base folder of the model to start from
     * @param data canonical folder
     * @param log hears of every step besides {@code progress}, for example MLflow
     */
    public PolicyTraining(
            Path base,
            Path data,
            PolicyTrainingOptions options,
            TrainingListener log,
            Progress progress) {
        this.base = base;
        this.data = data;
        this.options = options;
        this.log = log;
        this.progress = progress;
        this.seeds = SeedTree.root(options.seed()).child("train");
    }

    /** Asks {@link #run} to save and return after the step in progress. Safe from any thread. */
    public void requestStop() {
        TrainingRun run = running;
        if (run != null) {
            run.requestStop();
        }
    }

    /**
     * Trains to the end, to an early stop, or to a requested one; goes on where the folder's newest
     * checkpoint is.
     *
     * @throws KindredException if no prompt fits the model, a checkpoint belongs to other options
     *     or data, or a step fails
     */
    public Result run(Path folder) {
        progress.stage("read", data.toString());
        CanonicalReader.Loaded loaded = CanonicalReader.read(data);
        List<TrainingItem> items = options.prompts().items(loaded, options.historyItems());
        Reporter reporter = new Reporter();
        try (TrainingRun run = TrainingRun.open(folder, options.checkpoints(), reporter);
                TrainingJudge judge =
                        new TrainingJudge(
                                options,
                                RewardData.forTraining(loaded.dataset()),
                                folder,
                                seeds.child("judge"));
                Tokenizer tokenizer = Tokenizer.load(tokenizerFolder())) {
            running = run;
            Optional<Checkpoint> last = run.newestCheckpoint();
            try (CausalLm policy =
                            last.map(c -> c.loadPolicy(options.engine())).orElseGet(this::start);
                    CausalLm start = CausalLm.load(base, options.engine())) {
                Prompts prompts = new Prompts(items, judge, tokenizer, policy);
                Trainer trainer =
                        new Trainer(
                                new TrainerInputs(
                                        policy,
                                        options.regularisation().beta() > 0 ? start : null,
                                        tokenizer,
                                        prompts.learned,
                                        new TrainingRewards(items, judge)
                                                .of(options.rewards(), tokenizer, start)),
                                options.trainer());
                last.ifPresent(checkpoint -> trainer.restore(checkpoint, false));
                Watch watch =
                        new Watch(options.guards(), validation(prompts), options.samplesEvery());
                progress.stage("train", prompts.summary());
                run.train(trainer, watch);
                Result result = finish(run, trainer, watch, prompts, folder, reporter);
                Json.write(folder.resolve("results.json"), result);
                return result;
            }
        } finally {
            running = null;
        }
    }

    private Path tokenizerFolder() {
        return Files.exists(base.resolve("tokenizer.json")) ? base : CausalLm.baseFolder(base);
    }

    private CausalLm start() {
        CausalLm model = CausalLm.load(base, options.engine());
        if (options.loraRank() > 0) {
            model.addAdapter(options.lora(), seeds.child("adapter"));
        }
        return model;
    }

    private Watch.@Nullable Validation validation(Prompts prompts) {
        if (prompts.heldOut.isEmpty()) {
            return null;
        }
        List<TrainingItem> items = prompts.heldOut.stream().map(HeldOut.Prompt::item).toList();
        String metric =
                options.selectBy().equals("auto") ? HeldOut.usualMetric(items) : options.selectBy();
        return new Watch.Validation(
                new HeldOut(prompts.heldOut, prompts.tokenizer, options.sampling().maxNewTokens()),
                metric,
                options.validation());
    }

    private Result finish(
            TrainingRun run,
            Trainer trainer,
            Watch watch,
            Prompts prompts,
            Path folder,
            Reporter reporter) {
        Watch.Validation validation = watch.validation();
        boolean stopped = !trainer.done() && !run.stoppedEarly(validation);
        Path newest = run.newestCheckpoint().orElseThrow().folder();
        Path chosen = validation == null ? newest : run.best(validation).orElse(newest);
        String model = null;
        if (!stopped) {
            if (validation != null && run.best(validation).isEmpty()) {
                progress.stage(
                        "warning",
                        "no checkpoint was better than the model at the start by "
                                + validation.metric()
                                + "; model/ is the newest");
            }
            model = export(chosen, prompts.tokenizer, folder.resolve("model")).toString();
        }
        return new Result(
                model,
                trainer.stepsDone(),
                prompts.learned.size(),
                prompts.tooLong,
                prompts.groups,
                validation == null ? null : validation.metric(),
                Checkpoint.open(chosen).steps(),
                reporter.last.values());
    }

    private Path export(Path checkpoint, Tokenizer tokenizer, Path target) {
        try (CausalLm chosen = CausalLm.load(checkpoint, options.engine())) {
            AtomicFiles.replaceFolder(
                    target,
                    inside -> {
                        chosen.save(inside);
                        tokenizer.save(inside);
                    });
        }
        return target;
    }

    /** Reports steps, and keeps the last one's numbers. */
    private final class Reporter implements TrainingListener {
        private StepMetrics last = new StepMetrics(0, Map.of());
        private String heldOut = "";

        @Override
        public void onStep(StepMetrics metrics, StepMetrics timings) {
            last = metrics;
            log.onStep(metrics, timings);
            progress.step(metrics.step(), options.steps(), note(metrics.values()) + heldOut);
        }

        private static String note(Map<String, Double> numbers) {
            StringBuilder note = new StringBuilder();
            for (String name : List.of("reward", "group/worst_reward", "kl", "entropy")) {
                Double value = numbers.get(name);
                if (value != null) {
                    String word = name.substring(name.indexOf('/') + 1).replace('_', ' ');
                    note.append(note.isEmpty() ? "" : ", ")
                            .append(String.format(Locale.ROOT, "%s %.3f", word, value));
                }
            }
            return note.toString();
        }

        @Override
        public void onValidation(StepMetrics metrics) {
            log.onValidation(metrics);
            StringBuilder text = new StringBuilder();
            metrics.values()
                    .forEach(
                            (name, value) ->
                                    text.append(
                                            String.format(Locale.ROOT, "; %s %.4f", name, value)));
            heldOut = text + " after step " + metrics.step();
        }

        @Override
        public void onWarning(String message) {
            progress.stage("warning", message);
        }
    }

    /** The items as prompts, those for learning and those held out. */
    private final class Prompts {
        private final Tokenizer tokenizer;
        private final List<PolicyPrompt> learned = new ArrayList<>();
        private final List<HeldOut.Prompt> heldOut = new ArrayList<>();
        private final Map<String, Integer> groups = new TreeMap<>();
        private int tooLong;

        Prompts(
                List<TrainingItem> items,
                TrainingJudge judge,
                Tokenizer tokenizer,
                CausalLm policy) {
            this.tokenizer = tokenizer;
            if (options.persona() && !judge.embedded()) {
                throw new KindredException(
                        "persona = true: only the embedded rubric judge writes personas; set"
                                + " persona = false with --judge "
                                + options.judge());
            }
            Map<String, String> groupOf =
                    options.groups().of(items, () -> judge.prototypes(items, progress), seeds);
            int longest =
                    policy.config().maxPositionEmbeddings() - options.sampling().maxNewTokens();
            Map<TrainingItem, int[]> fitting = new LinkedHashMap<>();
            for (TrainingItem item : items) {
                int[] tokens = tokens(item, judge);
                if (tokens.length <= longest && tokens.length > 0) {
                    fitting.put(item, tokens);
                } else {
                    tooLong++;
                }
            }
            List<TrainingItem> shuffled = seeds.child("held-out").shuffled(fitting.keySet());
            int held =
                    Math.min(
                            options.heldOutMost(),
                            (int) Math.round(options.heldOutShare() * shuffled.size()));
            Set<String> out = new HashSet<>();
            shuffled.subList(0, held).forEach(item -> out.add(item.id()));
            fitting.forEach(
                    (item, tokens) -> {
                        if (out.contains(item.id())) {
                            heldOut.add(new HeldOut.Prompt(item, tokens));
                        } else {
                            String group = groupOf.get(item.id());
                            learned.add(new PolicyPrompt(item.id(), group, item.userId(), tokens));
                            groups.merge(group, 1, Integer::sum);
                        }
                    });
            if (learned.isEmpty()) {
                throw new KindredException(
                        "nothing to learn from: "
                                + items.size()
                                + " prompts, "
                                + tooLong
                                + " of them longer than the "
                                + longest
                                + " tokens that the model's context leaves for them, "
                                + held
                                + " held out");
            }
        }

        private int[] tokens(TrainingItem item, TrainingJudge judge) {
            if (options.raw()) {
                String text = Message.text(item.prompt());
                return tokenizer.encode(
                        options.persona() ? judge.persona(item) + "\n" + text : text, true);
            }
            List<Message> messages = new ArrayList<>();
            if (options.persona()) {
                messages.add(Message.system(judge.persona(item)));
            }
            messages.addAll(item.prompt());
            return tokenizer.chat(messages, true);
        }

        String summary() {
            return learned.size()
                    + " prompts in groups "
                    + groups
                    + ", "
                    + heldOut.size()
                    + " held out"
                    + (tooLong == 0 ? "" : ", " + tooLong + " too long for the model left out");
        }
    }
}
