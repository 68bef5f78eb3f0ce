package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.simulation.SimulatedPopulation;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;
import org.kindred.pipeline.PolicyTraining;
import org.kindred.pipeline.PolicyTrainingOptions;
import org.kindred.pipeline.RunFolder;
import org.kindred.policy.advantage.EstimatorKind;
import org.kindred.policy.run.MlflowLog;
import org.kindred.policy.run.TrainingListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description =
                "Reinforcement learning of a model on the prompts of DATA: GRPO, its relatives, and P-GRPO."
                        + " Writes checkpoints, metrics.jsonl, TensorBoard events, validation.jsonl and at the"
                        + " end model/, a Hugging Face folder of the best checkpoint.")
final class TrainCommand implements Callable<Integer>, RunSettings.Holder {
    private static final int SAMPLES_OF_SIMULATED_PEOPLE = 20;
    private static final Set<String> MAY_CHANGE_ON_RESUME =
            Set.of(
                    "guards.",
                    "samples_every",
                    "checkpoints.",
                    "validation.patience",
                    "scoring.max_failed_share",
                    "scoring.threads",
                    "steps"); // the checkpoint refuses another length where it matters

    @Spec private CommandSpec spec;
    @Mixin private RunSettings settings;
    @Mixin private EngineSettings engine;

    @Parameters(paramLabel = "DATA", description = "Canonical folder.")
    private Path data;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "Hugging Face folder of the model to start from.")
    private Path model;

    @Option(
            names = "--estimator",
            description =
                    "grpo, dr_grpo, rloo, reinforce_pp, reinforce_pp_baseline, lite_ppo, gdpo, p_grpo"
                            + " (default), p_grpo_shrunk.")
    private @Nullable String estimator;

    @Option(
            names = "--reward",
            paramLabel = "NAME[:WEIGHT]",
            split = ",",
            description =
                    "judge (default), next_item, similarity, fluency; several are summed with their"
                            + " weights.")
    private @Nullable List<String> rewards;

    @Option(
            names = "--judge",
            paramLabel = "JUDGE",
            description =
                    "rubric (default) | openai:URL#MODEL (key in KINDRED_API_KEY) | ollama:URL#MODEL |"
                            + " local:DIR | run:DIR, the judge of a kindred reward derive run.")
    private @Nullable String judge;

    @Option(names = "--groups", description = "prototypes (default), dataset, random, single.")
    private @Nullable String groups;

    @Option(names = "--steps", paramLabel = "N", description = "Rollouts (default: 200).")
    private @Nullable Integer steps;

    @Option(
            names = "--learning-rate",
            paramLabel = "RATE",
            description = "Peak rate (default: 1e-6).")
    private @Nullable Double learningRate;

    @Option(
            names = "--lora-rank",
            paramLabel = "RANK",
            description = "Train adapters of this rank; 0 (default) trains all weights.")
    private @Nullable Integer loraRank;

    @Option(
            names = "--samples-every",
            paramLabel = "K",
            description =
                    "Completions of every group to samples.jsonl, every K steps. They are texts about"
                            + " people: off (0) unless the data are simulated.")
    private @Nullable Integer samplesEvery;

    @Option(
            names = "--mlflow",
            paramLabel = "URL#EXPERIMENT",
            description = "Send numbers to an MLflow tracking server too.")
    private @Nullable String mlflow;

    @Override
    public RunSettings settings() {
        return settings;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        engine.addTo(settings);
        settings.set("advantage.estimator", estimator);
        settings.set("rewards", rewards);
        settings.set("judge", judge);
        settings.set("groups", groups);
        settings.set("steps", steps);
        settings.set("optimizer.learning_rate", learningRate);
        settings.set("lora_rank", loraRank);
        boolean simulated = Files.exists(data.resolve(SimulatedPopulation.TRUTH_FILE));
        settings.set(
                "samples_every",
                samplesEvery == null && simulated
                        ? Integer.valueOf(SAMPLES_OF_SIMULATED_PEOPLE)
                        : samplesEvery);
        OptionTree<PolicyTrainingOptions> options = resolved();
        if (settings.printConfig()) {
            out.print(options.describe());
            out.flush();
            return 0;
        }
        ModelFolder.require(model);
        Path folder = settings.outOr("train");
        try (RunFolder run =
                        RunFolder.open(
                                folder,
                                settings.existing(),
                                options.options(),
                                MAY_CHANGE_ON_RESUME);
                Console console = new Console(out)) {
            out.println("kindred policy train -> " + folder);
            TrainingListener log =
                    mlflow == null
                            ? TrainingListener.SILENT
                            : MlflowLog.open(
                                    mlflow,
                                    folder,
                                    OptionTree.flat(options.options()),
                                    Clock.systemUTC(),
                                    warning -> console.stage("warning", warning));
            PolicyTraining training =
                    new PolicyTraining(model, data, options.options(), log, console);
            PolicyTraining.Result result =
                    Stoppable.run(training::requestStop, out, () -> training.run(run.root()));
            console.close();
            if (result.model() != null) {
                out.println(
                        "model      "
                                + result.model()
                                + ", as after step "
                                + result.selectedStep()
                                + (result.selectedBy() == null
                                        ? ""
                                        : ", best by " + result.selectedBy()));
                out.flush();
            }
        }
        return 0;
    }

    /** Defaults of the estimator, wherever it is named. */
    private OptionTree<PolicyTrainingOptions> resolved() {
        PolicyTrainingOptions defaults = PolicyTrainingOptions.defaults();
        String named = settings.peek(defaults, "advantage.estimator");
        try {
            return settings.resolve(defaults.withEstimator(EstimatorKind.parse(named)));
        } catch (IllegalArgumentException e) {
            throw new OptionsException(e.getMessage());
        }
    }
}
