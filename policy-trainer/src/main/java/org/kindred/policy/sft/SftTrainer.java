package org.kindred.policy.sft;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.Sha256;
import org.kindred.policy.metrics.StepMetrics;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.ForwardPass;
import org.kindred.policy.model.TokenBatch;
import org.kindred.policy.model.TokenScores;
import org.kindred.policy.run.Checkpoint;
import org.kindred.policy.run.ModelProbe;
import org.kindred.policy.run.RunState;
import org.kindred.policy.run.StepClock;
import org.kindred.policy.run.TrainingLoop;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * Supervised fine-tuning: minimises {@code -sum log p(token | everything before it) / tokens} over
 * the completion tokens of a batch, so that every token counts alike, whatever its example's
 * length.
 *
 * <p>A run repeats bit for bit on one machine at one thread count. The caller owns the model. Not
 * safe for use by several threads.
 */
public final class SftTrainer implements TrainingLoop {
    private final CausalLm model;
    private final Tokenizer tokenizer;
    private final List<SftExample> examples;
    private final List<SftExample> primer;
    private final List<SftExample> heldOut;
    private final SftOptions options;
    private final SeedTree seeds;
    private final int batchesPerEpoch;
    private final int primerBatches;
    private List<List<SftExample>> epochBatches = List.of();
    private int passOfBatches = -1;
    private StepMetrics timings = new StepMetrics(0, Map.of());
    private int stepsDone;
    private long tokensSeen;

    /**
     * @param tokenizer saved beside the model in checkpoints
     * @param heldOut examples that are measured and never learned; may be empty
     * @throws KindredException if an example is longer than the model allows
     */
    public SftTrainer(
            CausalLm model,
            Tokenizer tokenizer,
            List<SftExample> examples,
            List<SftExample> heldOut,
            SftOptions options) {
        this(model, tokenizer, List.of(), examples, heldOut, options);
    }

    /**
     * @param primer examples of one more pass, before the first epoch; may be empty
     * @see #SftTrainer(CausalLm, Tokenizer, List, List, SftOptions)
     */
    public SftTrainer(
            CausalLm model,
            Tokenizer tokenizer,
            List<SftExample> primer,
            List<SftExample> examples,
            List<SftExample> heldOut,
            SftOptions options) {
        if (examples.isEmpty()) {
            throw new IllegalArgumentException("examples: none given; at least one is needed");
        }
        requireFitting("examples", examples, model);
        requireFitting("primer examples", primer, model);
        requireFitting("held-out examples", heldOut, model);
        this.model = model;
        this.tokenizer = tokenizer;
        this.examples = List.copyOf(examples);
        this.primer = List.copyOf(primer);
        this.heldOut = List.copyOf(heldOut);
        this.options = options;
        seeds = SeedTree.root(options.seed()).child("sft");
        batchesPerEpoch = batches(examples.size());
        primerBatches = batches(primer.size());
        if (options.optimizer().warmupUpdates() > steps()) {
            throw new IllegalArgumentException(
                    "warmup_updates = "
                            + options.optimizer().warmupUpdates()
                            + ": the run has only "
                            + steps()
                            + " updates");
        }
    }

    private static void requireFitting(String what, List<SftExample> examples, CausalLm model) {
        int most = model.config().maxPositionEmbeddings();
        long tooLong = examples.stream().filter(example -> example.length() > most).count();
        if (tooLong > 0) {
            throw new KindredException(
                    tooLong
                            + " of "
                            + examples.size()
                            + " "
                            + what
                            + " are longer than the "
                            + most
                            + " tokens that the model allows; shorten or leave them out, nothing"
                            + " is cut silently");
        }
    }

    private int batches(int of) {
        return (of + options.batchRows() - 1) / options.batchRows();
    }

    /** Updates of the whole run. */
    public int steps() {
        return Math.addExact(primerBatches, Math.multiplyExact(batchesPerEpoch, options.epochs()));
    }

    /**
     * One update on the next batch.
     *
     * @return {@code loss}, {@code entropy}, {@code grad_norm}, {@code learning_rate}, {@code
     *     epoch} (0 during the primer), {@code num_tokens}; where due also {@code eval_loss} and
     *     {@code eval_perplexity}
     */
    @Override
    public StepMetrics step() {
        if (done()) {
            throw new IllegalStateException("all " + steps() + " updates are done");
        }
        StepClock clock = new StepClock(System::nanoTime);
        List<SftExample> batch = nextBatch();
        Map<String, Double> metrics = accumulateGradients(batch);
        clock.lap("forward_backward_time");
        double rate = options.optimizer().rate(stepsDone, steps());
        metrics.put("grad_norm", model.step(rate, options.optimizer().adamw()));
        metrics.put("learning_rate", rate);
        clock.lap("optimizer_time");
        stepsDone++;
        tokensSeen += batch.stream().mapToLong(SftExample::length).sum();
        metrics.put("epoch", Math.max(0.0, stepsDone - primerBatches) / batchesPerEpoch);
        metrics.put("num_tokens", (double) tokensSeen);
        int every = options.evaluateEvery();
        if (!heldOut.isEmpty() && (done() || (every > 0 && stepsDone % every == 0))) {
            metrics.putAll(evaluate());
            clock.lap("evaluation_time");
        }
        timings = new StepMetrics(stepsDone, clock.seconds());
        return new StepMetrics(stepsDone, metrics);
    }

    private List<SftExample> nextBatch() {
        boolean priming = stepsDone < primerBatches;
        int learned = stepsDone - primerBatches;
        int pass = priming ? 0 : 1 + learned / batchesPerEpoch;
        if (pass != passOfBatches) {
            passOfBatches = pass;
            epochBatches =
                    SftBatches.ofEpoch(
                            priming ? primer : examples,
                            options.batchRows(),
                            options.windowBatches(),
                            priming ? seeds.child("primer") : seeds.child(pass - 1));
        }
        return epochBatches.get(priming ? stepsDone : learned % batchesPerEpoch);
    }

    private Map<String, Double> accumulateGradients(List<SftExample> batch) {
        int tokens = batch.stream().mapToInt(example -> example.completion().length).sum();
        double loss = 0;
        double entropy = 0;
        for (List<SftExample> part : SftBatches.cut(batch, options.microBatchRows())) {
            try (ForwardPass pass = model.forward(tokens(part), 1)) {
                loss -= sum(pass.scores().logProbs()) / tokens;
                entropy += sum(pass.scores().entropies()) / tokens;
                model.backward(pass, filledLike(pass.scores().logProbs(), -1f / tokens), null);
            }
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("loss", loss);
        metrics.put("entropy", entropy);
        return metrics;
    }

    /**
     * Loss per token and its exponential over the held-out examples.
     *
     * @return {@code eval_loss} and {@code eval_perplexity}; empty without held-out examples
     */
    public Map<String, Double> evaluate() {
        if (heldOut.isEmpty()) {
            return Map.of();
        }
        TokenBatch batch = tokens(heldOut);
        TokenScores scores = model.score(batch, 1);
        double loss = -sum(scores.logProbs()) / batch.completionTokens();
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("eval_loss", loss);
        metrics.put("eval_perplexity", Math.exp(loss));
        return metrics;
    }

    private static TokenBatch tokens(List<SftExample> examples) {
        return new TokenBatch(
                examples.stream().map(SftExample::prompt).toArray(int[][]::new),
                examples.stream().map(SftExample::completion).toArray(int[][]::new));
    }

    private static double sum(float[][] rows) {
        double sum = 0;
        for (float[] row : rows) {
            for (float value : row) {
                sum += value;
            }
        }
        return sum;
    }

    private static float[][] filledLike(float[][] rows, float value) {
        float[][] filled = new float[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            filled[i] = new float[rows[i].length];
            Arrays.fill(filled[i], value);
        }
        return filled;
    }

    @Override
    public boolean done() {
        return stepsDone >= steps();
    }

    @Override
    public long stepsDone() {
        return stepsDone;
    }

    @Override
    public StepMetrics timings() {
        return timings;
    }

    @Override
    public RunState state() {
        return new RunState(
                "sft",
                stepsDone,
                tokensSeen,
                Json.tree(options),
                dataHash(),
                "",
                ModelProbe.of(model, examples.get(0).prompt()),
                new double[0]);
    }

    private String dataHash() {
        List<SftExample> all = new ArrayList<>(primer);
        all.addAll(examples);
        return Sha256.ofLines(
                all, e -> Arrays.toString(e.prompt()) + "\t" + Arrays.toString(e.completion()));
    }

    @Override
    public CausalLm policy() {
        return model;
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /**
     * Goes on where a checkpoint was saved. Call it before the first update, with the model that
     * {@link Checkpoint#loadPolicy} gave.
     *
     * @throws KindredException if options, examples or model are not those of the checkpoint's run
     */
    public void restore(Checkpoint checkpoint) {
        RunState state = checkpoint.restore(this, false);
        stepsDone = Math.toIntExact(state.steps());
        tokensSeen = state.tokens();
    }
}
