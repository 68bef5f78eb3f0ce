package org.kindred.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.metrics.StepMetrics;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.run.Checkpoint;
import org.kindred.policy.run.TrainingListener;
import org.kindred.policy.run.TrainingRun;
import org.kindred.policy.sft.SftExample;
import org.kindred.policy.sft.SftTrainer;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * Fine-tunes a model on chosen answers in a run folder: checkpoints as they come, at the end {@code
 * model/}, a Hugging Face folder (adapters merged), and {@code adapter/} where one was trained.
 */
public final class FineTuning {
    private final Path base;
    private final List<Preference> rows;
    private final FineTuningOptions options;
    private final Progress progress;
    private volatile @Nullable TrainingRun running;

    /**
     * What came of it.
     *
     * @param model the finished model's folder; null if the run was stopped before its end
     * @param steps updates done
     * @param examples learned from
     * @param tooLong examples left out because they exceed the model's context
     * @param last metrics of the last update of this process
     */
    public record Result(
            @Nullable Path model, long steps, int examples, int tooLong, StepMetrics last) {}

    /**
     * @param base folder of the model to start from
     * @param rows whose chosen answers are learned
     */
    public FineTuning(
            Path base, List<Preference> rows, FineTuningOptions options, Progress progress) {
        this.base = base;
        this.rows = rows;
        this.options = options;
        this.progress = progress;
    }

    /** Asks {@link #run} to save and return after the update in progress. Safe from any thread. */
    public void requestStop() {
        TrainingRun run = running;
        if (run != null) {
            run.requestStop();
        }
    }

    /**
     * Trains to the end, or to a requested stop; goes on where the folder's newest checkpoint is.
     *
     * @throws KindredException if no example fits the model, or a checkpoint belongs to other
     *     options or data
     */
    public Result run(Path folder) {
        progress.stage("load", base.toString());
        Recorder recorder = new Recorder();
        try (TrainingRun run = TrainingRun.open(folder, options.checkpoints(), recorder);
                Tokenizer tokenizer = Tokenizer.load(base)) {
            running = run;
            Optional<Checkpoint> last = run.newestCheckpoint();
            try (CausalLm model =
                    last.map(c -> c.loadPolicy(options.engine())).orElseGet(this::start)) {
                Examples examples = new Examples(tokenizer, model.config().maxPositionEmbeddings());
                SftTrainer trainer = examples.trainer(model, tokenizer);
                last.ifPresent(trainer::restore);
                recorder.total = trainer.steps();
                progress.stage(
                        "sft",
                        examples.learned.size()
                                + " examples, "
                                + trainer.steps()
                                + " updates"
                                + (examples.tooLong == 0
                                        ? ""
                                        : "; "
                                                + examples.tooLong
                                                + " longer than the model's context left out"));
                run.train(trainer);
                Path finished = null;
                if (trainer.done()) {
                    finished = folder.resolve("model");
                    save(model, tokenizer, folder);
                }
                return new Result(
                        finished,
                        trainer.stepsDone(),
                        examples.learned.size(),
                        examples.tooLong,
                        recorder.last);
            }
        } finally {
            running = null;
        }
    }

    private CausalLm start() {
        CausalLm model = CausalLm.load(base, options.engine());
        if (options.loraRank() > 0) {
            model.addAdapter(options.lora(), SeedTree.root(options.seed()).child("adapter"));
        }
        return model;
    }

    private void save(CausalLm model, Tokenizer tokenizer, Path folder) {
        Path target = folder.resolve("model");
        try {
            Files.createDirectories(target);
            if (options.loraRank() > 0) {
                Path adapter = folder.resolve("adapter");
                Files.createDirectories(adapter);
                model.saveTrained(adapter);
                tokenizer.save(adapter);
            }
        } catch (IOException e) {
            throw AtomicFiles.failure("creating the folder", target, e);
        }
        model.save(target);
        tokenizer.save(target);
    }

    /** Reports updates and keeps the last one's numbers. */
    private final class Recorder implements TrainingListener {
        private long total;
        private StepMetrics last = new StepMetrics(0, Map.of());

        @Override
        public void onStep(StepMetrics metrics, StepMetrics timings) {
            last = metrics;
            Double heldOut = metrics.values().get("eval_loss");
            progress.step(
                    metrics.step(),
                    total,
                    String.format(Locale.ROOT, "loss %.3f", metrics.values().get("loss"))
                            + (heldOut == null
                                    ? ""
                                    : String.format(Locale.ROOT, ", held-out %.3f", heldOut)));
        }

        @Override
        public void onWarning(String message) {
            progress.stage("warning", message);
        }
    }

    /** The rows as tokens, those for learning and those held out. */
    private final class Examples {
        private final List<SftExample> learned = new ArrayList<>();
        private final List<SftExample> heldOut = new ArrayList<>();
        private int tooLong;

        Examples(Tokenizer tokenizer, int context) {
            List<SftExample> all = new ArrayList<>();
            for (Preference row : rows) {
                SftExample example = example(tokenizer, row);
                if (example.prompt().length + example.completion().length <= context) {
                    all.add(example);
                } else {
                    tooLong++;
                }
            }
            SeedTree.shuffle(all, SeedTree.root(options.seed()).child("held-out").random());
            int held = (int) Math.round(options.heldOutShare() * all.size());
            heldOut.addAll(all.subList(0, held));
            learned.addAll(all.subList(held, all.size()));
            if (learned.isEmpty()) {
                throw new KindredException(
                        "nothing to learn from: "
                                + rows.size()
                                + " training rows, "
                                + tooLong
                                + " of them longer than the "
                                + context
                                + " tokens of the model, "
                                + held
                                + " held out");
            }
        }

        SftTrainer trainer(CausalLm model, Tokenizer tokenizer) {
            return new SftTrainer(model, tokenizer, learned, heldOut, options.sft(learned.size()));
        }
    }

    private SftExample example(Tokenizer tokenizer, Preference row) {
        if (options.raw()) {
            return new SftExample(
                    tokenizer.encode(row.promptText(), true),
                    tokenizer.encodeEnded(row.chosenText()));
        }
        int[] prompt = tokenizer.chat(row.prompt(), true);
        List<Message> whole = new ArrayList<>(row.prompt());
        whole.addAll(row.chosen());
        int[] tokens = tokenizer.chat(whole, false);
        boolean continues =
                tokens.length > prompt.length && Arrays.mismatch(prompt, tokens) == prompt.length;
        // Some templates render the last answer otherwise than its beginning: then by hand.
        return new SftExample(
                prompt,
                continues
                        ? upToEnd(
                                tokenizer, Arrays.copyOfRange(tokens, prompt.length, tokens.length))
                        : tokenizer.encodeEnded(row.chosenText()));
    }

    /** Without what a template writes after the last end token, usually a line break. */
    private static int[] upToEnd(Tokenizer tokenizer, int[] completion) {
        for (int i = completion.length - 1; i > 0; i--) {
            if (tokenizer.eosIds().contains(completion[i])) {
                return Arrays.copyOf(completion, i + 1);
            }
        }
        return completion;
    }
}
