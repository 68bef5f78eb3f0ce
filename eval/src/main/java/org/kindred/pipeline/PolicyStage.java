package org.kindred.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.Task;
import org.kindred.datasets.simulation.Corpus;
import org.kindred.policy.advantage.EstimatorKind;
import org.kindred.policy.grpo.FluencyReward;
import org.kindred.policy.grpo.PolicyPrompt;
import org.kindred.policy.grpo.RewardSource;
import org.kindred.policy.grpo.Trainer;
import org.kindred.policy.grpo.TrainerInputs;
import org.kindred.policy.grpo.TrainerOptions;
import org.kindred.policy.metrics.StepLog;
import org.kindred.policy.metrics.StepMetrics;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.run.Checkpoint;
import org.kindred.policy.run.TrainingListener;
import org.kindred.policy.run.TrainingRun;
import org.kindred.policy.sft.SftExample;
import org.kindred.policy.sft.SftTrainer;
import org.kindred.policy.tokenizer.BpeTrainer;
import org.kindred.policy.tokenizer.Tokenizer;
import org.kindred.reward.client.JudgeCache;
import org.kindred.reward.judge.Rubric;

/**
 * Trains the policies of a run: one by SFT from scratch, then one per estimator, all from that same
 * start.
 */
final class PolicyStage {
    private final PipelineOptions options;
    private final RunFolder run;
    private final PreferenceDataset dataset;
    private final List<Preference> training;
    private final RewardStage reward;
    private final SeedTree seeds;
    private final Progress progress;

    PolicyStage(
            PipelineOptions options,
            RunFolder run,
            PreferenceDataset dataset,
            RewardStage reward,
            SeedTree seeds,
            Progress progress) {
        this.options = options;
        this.run = run;
        this.dataset = dataset;
        this.training = dataset.training();
        this.reward = reward;
        this.seeds = seeds;
        this.progress = progress;
    }

    /**
     * The folder of a trained policy: weights, tokenizer, settings, as Hugging Face lays them out.
     */
    static Path model(RunFolder run, String policy) {
        Path folder = run.path("policy").resolve(Pipeline.folderName(policy));
        if (policy.equals(Pipeline.SFT)) {
            return folder.resolve("model");
        }
        return Checkpoint.newest(folder.resolve("checkpoints"), warning -> {})
                .orElseThrow()
                .folder();
    }

    /**
     * Tokenizer and model from nothing: first the language, then the answers that training users
     * chose.
     */
    void sft() {
        Path folder = run.path("policy/sft");
        Path model = folder.resolve("model");
        List<Task> corpus =
                Corpus.write(
                        options.simulation().world(),
                        options.sft().corpusExamples(),
                        promptsOfThePopulation(),
                        seeds.child("corpus"));
        createFolder(model);
        trainTokenizer(model, corpus);
        try (Tokenizer tokenizer = Tokenizer.load(model);
                CausalLm policy =
                        options.model()
                                .create(tokenizer, options.engine(), seeds.child("weights"));
                StepLog log = StepLog.openAfter(folder.resolve("metrics.jsonl"), 0)) {
            SftTrainer language =
                    new SftTrainer(
                            policy,
                            tokenizer,
                            corpusExamples(tokenizer, corpus),
                            List.of(),
                            options.sft().forCorpus(seeds));
            SftTrainer answers =
                    new SftTrainer(
                            policy,
                            tokenizer,
                            chosenAnswers(tokenizer),
                            List.of(),
                            options.sft().forChosenAnswers(training.size(), seeds));
            long total = language.steps() + answers.steps();
            while (!language.done()) {
                logStep(log, language.step(), 0, total);
            }
            while (!answers.done()) {
                logStep(log, answers.step(), language.steps(), total);
            }
            policy.save(model);
        }
    }

    private static void createFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw AtomicFiles.failure("creating the folder", folder, e);
        }
    }

    private void logStep(StepLog log, StepMetrics step, long before, long total) {
        StepMetrics metrics = new StepMetrics(before + step.step(), step.values());
        log.write(metrics);
        progress.step(
                metrics.step(),
                total,
                String.format(Locale.ROOT, "loss %.3f", metrics.values().get("loss")));
    }

    private Set<String> promptsOfThePopulation() {
        Set<String> prompts = new TreeSet<>();
        dataset.preferences().forEach(row -> prompts.add(row.promptText()));
        return prompts;
    }

    private void trainTokenizer(Path folder, List<Task> corpus) {
        List<String> texts = new ArrayList<>();
        for (Task task : corpus) {
            texts.add(Message.text(task.prompt()));
            texts.add(task.reference());
        }
        for (Preference row : training) {
            texts.add(row.promptText());
            texts.add(row.chosenText());
            texts.add(row.rejectedText());
        }
        corpus.forEach(task -> texts.add(reward.judge().personaSuitedBy(task.reference())));
        BpeTrainer.train(
                texts.stream(),
                new BpeTrainer.Options(options.model().vocabularySize(), List.of(), 2),
                folder);
    }

    /**
     * Each answer under the persona that it suits, so that the policy learns to follow personas
     * before it meets users.
     */
    private List<SftExample> corpusExamples(Tokenizer tokenizer, List<Task> corpus) {
        List<SftExample> examples = new ArrayList<>();
        for (Task task : corpus) {
            String persona = reward.judge().personaSuitedBy(task.reference());
            examples.add(
                    new SftExample(
                            PolicyFolder.prompt(tokenizer, persona, Message.text(task.prompt())),
                            tokenizer.encodeEnded(task.reference())));
        }
        return examples;
    }

    private List<SftExample> chosenAnswers(Tokenizer tokenizer) {
        List<Preference> rows = seeds.child("chosen").shuffled(training);
        List<SftExample> examples = new ArrayList<>();
        for (Preference row : rows.subList(0, Math.min(options.sft().examples(), rows.size()))) {
            examples.add(
                    new SftExample(
                            PolicyFolder.prompt(
                                    tokenizer,
                                    reward.rubric(row.userId(), row.promptText()).persona(),
                                    row.promptText()),
                            tokenizer.encodeEnded(row.chosenText())));
        }
        return examples;
    }

    /** Reinforcement learning from the judge, from the SFT model. */
    void train(EstimatorKind estimator) {
        TrainerOptions trainerOptions =
                options.reinforcement().forEstimator(estimator, seeds.child("reinforcement"));
        Path start = model(run, Pipeline.SFT);
        Path folder = run.path("policy").resolve(Pipeline.folderName(estimator.spelling()));
        TrainingListener listener =
                new TrainingListener() {
                    @Override
                    public void onStep(StepMetrics metrics, StepMetrics timings) {
                        progress.step(
                                metrics.step(),
                                trainerOptions.steps(),
                                String.format(
                                        Locale.ROOT,
                                        "reward %.3f",
                                        metrics.values().get("reward")));
                    }
                };
        try (TrainingRun training =
                        TrainingRun.open(folder, TrainingRun.Options.defaults(), listener);
                LanguageJudge judge = languageJudge();
                Tokenizer tokenizer = Tokenizer.load(start)) {
            if (judge != null) { // which had stages of its own
                progress.stage(estimator.spelling(), "on with " + options.rewardJudge());
            }
            Optional<Checkpoint> last = training.newestCheckpoint();
            try (CausalLm policy =
                            last.map(c -> c.loadPolicy(options.engine()))
                                    .orElseGet(() -> CausalLm.load(start, options.engine()));
                    CausalLm reference = CausalLm.load(start, options.engine())) {
                Map<String, Rubric> rubrics = new LinkedHashMap<>();
                List<PolicyPrompt> prompts = prompts(tokenizer, judge, rubrics);
                Trainer trainer =
                        new Trainer(
                                new TrainerInputs(
                                        policy,
                                        reference,
                                        tokenizer,
                                        prompts,
                                        rewards(tokenizer, reference, judge, rubrics)),
                                trainerOptions);
                last.ifPresent(checkpoint -> trainer.restore(checkpoint, false));
                training.train(trainer);
            }
        }
    }

    /** The judge of reinforcement learning where it is a language model; null for the rubric. */
    private @Nullable LanguageJudge languageJudge() {
        return options.rewardJudge().equals("rubric")
                ? null
                : new LanguageJudge(
                        options.rewardJudge(),
                        dataset,
                        options.prototypes(),
                        run.path("reward").resolve(JudgeCache.FILE),
                        seeds.child("judge"),
                        options.engine(),
                        progress);
    }

    private List<RewardSource> rewards(
            Tokenizer tokenizer,
            CausalLm reference,
            @Nullable LanguageJudge judge,
            Map<String, Rubric> rubrics) {
        List<RewardSource> rewards = new ArrayList<>();
        rewards.add(
                judge == null
                        ? RewardSource.of(
                                "rubric_judge",
                                (prompt, completions) ->
                                        reward.judge()
                                                .scoreAlone(rubrics.get(prompt.id()), completions))
                        : RewardSource.of("language_judge", judge));
        double weight = options.reinforcement().fluencyWeight();
        if (weight > 0) {
            rewards.add(
                    new RewardSource(
                            "fluency", weight, "fluency", new FluencyReward(tokenizer, reference)));
        }
        return rewards;
    }

    /**
     * Every training user's prompts, his persona before each. Fills in whose rubric judges which
     * prompt.
     */
    private List<PolicyPrompt> prompts(
            Tokenizer tokenizer, @Nullable LanguageJudge judge, Map<String, Rubric> rubrics) {
        List<PolicyPrompt> prompts = new ArrayList<>();
        for (Preference row : training) {
            Rubric rubric = reward.rubric(row.userId(), row.promptText());
            rubrics.put(row.id(), rubric);
            prompts.add(
                    new PolicyPrompt(
                            row.id(),
                            judge == null
                                    ? reward.groupOf(row.userId())
                                    : judge.groupOf(row.userId()),
                            row.userId(),
                            PolicyFolder.prompt(tokenizer, rubric.persona(), row.promptText())));
        }
        return prompts;
    }
}
