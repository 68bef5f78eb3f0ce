package org.kindred.pipeline;

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
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;
import org.kindred.policy.grpo.PolicyPrompt;
import org.kindred.policy.grpo.Trainer;
import org.kindred.policy.grpo.TrainerInputs;
import org.kindred.policy.metrics.StepMetrics;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.run.Checkpoint;
import org.kindred.policy.run.TrainingListener;
import org.kindred.policy.run.TrainingRun;
import org.kindred.policy.run.Watch;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * {@code policy/<arm>/}: reinforcement learning of one policy, from the same start, on the same
 * prompts and seeds as every other arm. Leaves {@code model/}, a Hugging Face folder of the last
 * checkpoint, or of the best one where prompts are held out (adapters merged).
 */
final class ArmStage implements Stage {
    private static final String PREFIX = "reinforcement.";
    private static final int FEW_HELD_OUT = 5; // below, a group's number is mostly chance

    private final RunContext context;
    private final ArmOptions arm;
    private final ReinforcementOptions options;
    private final SeedTree seeds;
    private volatile @Nullable TrainingRun running;
    private volatile boolean stopRequested;

    ArmStage(RunContext context, ArmOptions arm) {
        this.context = context;
        this.arm = arm;
        options = arm.resolve(context.options().reinforcement());
        seeds = context.seeds().child("policy").child("reinforcement");
    }

    @Override
    public String name() {
        return arm.name();
    }

    @Override
    public String note() {
        return "reinforcement learning, "
                + options.advantage().estimator().spelling()
                + ", "
                + options.steps()
                + " steps";
    }

    @Override
    public Map<String, String> reads(RecipeOptions of) {
        Map<String, String> read = new TreeMap<>(RunContext.leaves(of, "seed", "engine."));
        of.arms().stream()
                .filter(other -> other.name().equals(arm.name()))
                .forEach(
                        own ->
                                OptionTree.values(own.resolve(of.reinforcement()))
                                        .forEach(
                                                (key, value) -> {
                                                    if (!RunContext.isHarmless(PREFIX + key)) {
                                                        read.put(name() + ": " + key, value);
                                                    }
                                                }));
        return read;
    }

    /** More steps are further training where nothing in it depends on their number. */
    @Override
    public boolean goesOn(String option, String was, String is) {
        return option.equals(name() + ": steps")
                && Integer.parseInt(was) < Integer.parseInt(is)
                && options.trainer(seeds.seed()).independentOfLength();
    }

    @Override
    public List<String> after() {
        return List.of(DataStage.NAME, JudgeStage.NAME, GroupStage.NAME, StartStage.NAME);
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

    private EngineOptions engine() {
        return context.options().engine();
    }

    @Override
    public boolean run() {
        Path start = StartStage.model(context);
        Path folder = context.policyFolder(arm.name());
        Reporter reporter = new Reporter();
        try (TrainingRun run = TrainingRun.open(folder, options.checkpoints(), reporter);
                Tokenizer tokenizer = ModelFolder.tokenizer(start)) {
            running = run;
            if (stopRequested) {
                return false;
            }
            Optional<Checkpoint> last = run.newestCheckpoint();
            try (CausalLm policy =
                            last.map(c -> c.loadPolicy(engine())).orElseGet(() -> begin(start));
                    CausalLm reference = refers() ? CausalLm.load(start, engine()) : null) {
                Prompts prompts = new Prompts(tokenizer, policy);
                Trainer trainer =
                        new Trainer(
                                new TrainerInputs(
                                        policy,
                                        options.regularisation().beta() > 0 ? reference : null,
                                        tokenizer,
                                        prompts.learned,
                                        new Rewards(context, options.judgeUnit(), prompts.items)
                                                .of(options.rewards(), tokenizer, reference)),
                                options.trainer(seeds.seed()));
                last.ifPresent(checkpoint -> trainer.restore(checkpoint, false));
                Watch watch =
                        new Watch(options.guards(), validation(prompts), options.samplesEvery());
                context.progress().stage(arm.name(), prompts.summary());
                run.train(trainer, watch);
                return finish(run, trainer, watch, tokenizer, folder);
            }
        } finally {
            running = null;
        }
    }

    private boolean refers() {
        return options.regularisation().beta() > 0 || options.rewards(RewardTerm.Kind.FLUENCY);
    }

    private CausalLm begin(Path start) {
        CausalLm model = CausalLm.load(start, engine());
        model.notes().forEach(context::note);
        if (options.lora().wanted()) {
            model.addAdapter(options.lora().lora(), seeds.child("adapter"));
        }
        return model;
    }

    private Watch.@Nullable Validation validation(Prompts prompts) {
        if (prompts.heldOut.isEmpty()) {
            return null;
        }
        String metric;
        try {
            metric = options.selectBy().key(prompts.heldOut);
        } catch (IllegalArgumentException e) {
            throw new OptionsException(PREFIX + e.getMessage(), e);
        }
        if (options.selectBy().byGroup()) {
            prompts.tellHeldOutGroups();
        }
        return new Watch.Validation(
                new HeldOut(prompts.heldOut, prompts.tokenizer, options.sampling().maxNewTokens()),
                metric,
                options.validation());
    }

    /**
     * @return whether training came to its end
     */
    private boolean finish(
            TrainingRun run, Trainer trainer, Watch watch, Tokenizer tokenizer, Path folder) {
        Watch.Validation validation = watch.validation();
        if (!trainer.done() && !run.stoppedEarly(validation)) {
            return false;
        }
        Path newest = run.newestCheckpoint().orElseThrow().folder();
        Path chosen = newest;
        if (validation != null) {
            chosen = run.best(validation).orElse(newest);
            if (run.best(validation).isEmpty()) {
                context.note(
                        arm.name()
                                + ": no checkpoint was better than the start by "
                                + validation.metric()
                                + "; its model is the newest");
            }
            context.progress()
                    .stage(
                            arm.name(),
                            "model as after step "
                                    + Checkpoint.open(chosen).steps()
                                    + ", best by "
                                    + validation.metric());
        }
        try (CausalLm model = CausalLm.load(chosen, engine())) {
            ModelFolder.write(folder.resolve("model"), model, tokenizer);
        }
        return true;
    }

    /** The prompts of the run as this arm reads them, those for learning and those held out. */
    private final class Prompts {
        private final Tokenizer tokenizer;
        private final List<TrainingItem> items;
        private final List<PolicyPrompt> learned = new ArrayList<>();
        private final List<HeldOut.Prompt> heldOut = new ArrayList<>();
        private final Map<String, Integer> groups = new TreeMap<>();
        private int tooLong;
        private int withoutPersona;

        Prompts(Tokenizer tokenizer, CausalLm policy) {
            this.tokenizer = tokenizer;
            List<TrainingItem> all =
                    options.prompts()
                            .items(
                                    context.data().dataset(),
                                    context.data().tasks(),
                                    options.historyItems());
            items =
                    options.maxPrompts() == 0 || options.maxPrompts() >= all.size()
                            ? all
                            : seeds.child("prompts").shuffled(all).subList(0, options.maxPrompts());
            Map<String, String> groupOf =
                    context.options().groups().by().of(items, context::groups, context.seeds());
            int longest =
                    policy.config().maxPositionEmbeddings() - options.sampling().maxNewTokens();
            Map<TrainingItem, int[]> fitting = fitting(longest);
            List<TrainingItem> shuffled = seeds.child("held-out").shuffled(fitting.keySet());
            int held =
                    Math.min(
                            options.heldOutMax(),
                            (int) Math.round(options.heldOutShare() * shuffled.size()));
            Set<String> out = new HashSet<>();
            shuffled.subList(0, held).forEach(item -> out.add(item.id()));
            fitting.forEach(
                    (item, tokens) -> {
                        String group = String.valueOf(groupOf.get(item.id()));
                        if (out.contains(item.id())) {
                            heldOut.add(new HeldOut.Prompt(item, group, tokens));
                        } else {
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
                                + " tokens that reinforcement.sampling.max_new_tokens = "
                                + options.sampling().maxNewTokens()
                                + " leaves of the model's context of "
                                + policy.config().maxPositionEmbeddings()
                                + ", "
                                + withoutPersona
                                + " without a persona"
                                + (withoutPersona == 0 ? "" : " " + context.personas().failures())
                                + ", "
                                + held
                                + " held out. Lower max_new_tokens or reinforcement.held_out_share,"
                                + " or take a model with a longer context");
            }
            tell();
        }

        private Map<TrainingItem, int[]> fitting(int longest) {
            context.askPersonas(
                    items.stream().map(i -> new Personas.Asked(i.userId(), i.promptText())));
            Map<TrainingItem, int[]> fitting = new LinkedHashMap<>();
            for (TrainingItem item : items) {
                Optional<String> persona = context.persona(item.userId(), item.promptText());
                if (persona.isEmpty()) {
                    withoutPersona++;
                    continue;
                }
                int[] tokens = context.form().tokens(tokenizer, persona.get(), item.prompt());
                if (tokens.length <= longest && tokens.length > 0) {
                    fitting.put(item, tokens);
                } else {
                    tooLong++;
                }
            }
            return fitting;
        }

        private void tell() {
            if (withoutPersona > 0) {
                context.note(
                        arm.name()
                                + ": "
                                + withoutPersona
                                + " of "
                                + items.size()
                                + " prompts were left out, since the judge wrote no persona ("
                                + context.personas().failures()
                                + ")");
            }
            if (tooLong > 0) {
                context.note(
                        arm.name()
                                + ": "
                                + tooLong
                                + " of "
                                + items.size()
                                + " prompts were left out as too long for the model");
            }
        }

        /** Groups on whose few or no held-out prompts a choice by groups cannot rest. */
        void tellHeldOutGroups() {
            Map<String, Integer> few = new TreeMap<>();
            groups.keySet().forEach(group -> few.put(group, 0));
            heldOut.forEach(prompt -> few.merge(prompt.group(), 1, Integer::sum));
            few.values().removeIf(count -> count >= FEW_HELD_OUT);
            if (!few.isEmpty()) {
                context.note(
                        arm.name()
                                + ": "
                                + PREFIX
                                + "select_by = "
                                + options.selectBy()
                                + " has fewer than "
                                + FEW_HELD_OUT
                                + " held-out prompts of groups "
                                + few
                                + " (those with none have no say); raise "
                                + PREFIX
                                + "held_out_share");
            }
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

    /** Reports steps and measurements. */
    private final class Reporter implements TrainingListener {
        private String heldOut = "";

        @Override
        public void onStep(StepMetrics metrics, StepMetrics timings) {
            context.log().onStep(metrics, timings);
            context.progress()
                    .step(metrics.step(), options.steps(), note(metrics.values()) + heldOut);
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
            context.log().onValidation(metrics);
            StringBuilder text = new StringBuilder();
            metrics.values()
                    .forEach(
                            (name, value) -> {
                                if (!name.startsWith("group/")) {
                                    text.append(
                                            String.format(Locale.ROOT, "; %s %.4f", name, value));
                                }
                            });
            heldOut = text + " after step " + metrics.step();
        }

        @Override
        public void onWarning(String message) {
            context.progress().stage("warning", message);
        }
    }
}
