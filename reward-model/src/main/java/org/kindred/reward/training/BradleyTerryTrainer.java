package org.kindred.reward.training;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.Json;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.Sha256;
import org.kindred.policy.metrics.StepMetrics;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.ForwardPass;
import org.kindred.policy.run.Checkpoint;
import org.kindred.policy.run.ModelProbe;
import org.kindred.policy.run.RunState;
import org.kindred.policy.run.StepClock;
import org.kindred.policy.run.TrainingLoop;
import org.kindred.policy.sft.SftOptions;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * Trains the head of {@link BradleyTerryHead}, and the model below it: {@code L = mean softplus(-(r
 * (chosen) - r(rejected)))} over the pairs of a batch. The discriminative competitor of chains. The
 * caller owns the model. A run repeats bit for bit on one machine at one thread count.
 */
public final class BradleyTerryTrainer implements TrainingLoop {
    private final CausalLm model;
    private final Tokenizer tokenizer;
    private final List<BradleyTerryPair> pairs;
    private final SftOptions options;
    private final BradleyTerryHead head;
    private final SeedTree seeds;
    private final int batchesPerEpoch;
    private StepMetrics timings = new StepMetrics(0, Map.of());
    private int stepsDone;
    private long tokensSeen;

    /**
     * @param options rows of a batch are pairs; windows and measurements of it are not read
     */
    public BradleyTerryTrainer(
            CausalLm model, Tokenizer tokenizer, List<BradleyTerryPair> pairs, SftOptions options) {
        if (pairs.isEmpty()) {
            throw new IllegalArgumentException("pairs: none given; at least one is needed");
        }
        this.model = model;
        this.tokenizer = tokenizer;
        this.pairs = List.copyOf(pairs);
        this.options = options;
        head = BradleyTerryHead.of(tokenizer);
        seeds = SeedTree.root(options.seed()).child("bradley-terry");
        batchesPerEpoch = (pairs.size() + options.batchRows() - 1) / options.batchRows();
    }

    /** Updates of the whole run. */
    public int steps() {
        return Math.multiplyExact(batchesPerEpoch, options.epochs());
    }

    /**
     * One update on the next batch.
     *
     * @return {@code loss}, {@code accuracy} on the batch before the update, {@code grad_norm},
     *     {@code learning_rate}, {@code epoch}, {@code num_tokens}
     */
    @Override
    public StepMetrics step() {
        StepClock clock = new StepClock(System::nanoTime);
        List<BradleyTerryPair> batch = batch();
        double loss = 0;
        double right = 0;
        for (int from = 0; from < batch.size(); from += options.microBatchRows()) {
            List<BradleyTerryPair> part =
                    batch.subList(from, Math.min(batch.size(), from + options.microBatchRows()));
            try (ForwardPass pass = model.forward(head.batch(part), 1)) {
                double[] margins = BradleyTerryHead.margins(pass.scores().logProbs());
                for (double margin : margins) {
                    loss += softplus(-margin) / batch.size();
                    right += margin > 0 ? 1 : margin == 0 ? 0.5 : 0;
                }
                model.backward(pass, gradient(margins, batch.size()), null);
            }
        }
        clock.lap("forward_backward_time");
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("loss", loss);
        metrics.put("accuracy", right / batch.size());
        double rate = options.optimizer().rate(stepsDone, steps());
        metrics.put("grad_norm", model.step(rate, options.optimizer().adamw()));
        metrics.put("learning_rate", rate);
        clock.lap("optimizer_time");
        stepsDone++;
        tokensSeen += batch.stream().mapToLong(p -> p.chosen().length + p.rejected().length).sum();
        metrics.put("epoch", (double) stepsDone / batchesPerEpoch);
        metrics.put("num_tokens", (double) tokensSeen);
        timings = new StepMetrics(stepsDone, clock.seconds());
        return new StepMetrics(stepsDone, metrics);
    }

    /** {@code ln(1 + exp(x))}, also for large x. */
    static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    /** dL / d log-probability of the four rows of each pair. */
    static float[][] gradient(double[] margins, int pairs) {
        float[][] gradient = new float[4 * margins.length][];
        for (int i = 0; i < margins.length; i++) {
            float g = (float) (1 / (1 + Math.exp(margins[i])) / pairs); // sigma(-margin) / n
            gradient[4 * i] = new float[] {-g};
            gradient[4 * i + 1] = new float[] {g};
            gradient[4 * i + 2] = new float[] {g};
            gradient[4 * i + 3] = new float[] {-g};
        }
        return gradient;
    }

    private List<BradleyTerryPair> batch() {
        List<BradleyTerryPair> shuffled = seeds.child(stepsDone / batchesPerEpoch).shuffled(pairs);
        int from = stepsDone % batchesPerEpoch * options.batchRows();
        return shuffled.subList(from, Math.min(shuffled.size(), from + options.batchRows()));
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
                "bradley_terry",
                stepsDone,
                tokensSeen,
                Json.tree(options),
                dataHash(),
                "",
                ModelProbe.of(model, pairs.get(0).chosen()),
                new double[0]);
    }

    private String dataHash() {
        return Sha256.ofLines(
                pairs, p -> Arrays.toString(p.chosen()) + "\t" + Arrays.toString(p.rejected()));
    }

    @Override
    public CausalLm policy() {
        return model;
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** Goes on where a checkpoint was saved; see {@link Checkpoint#restore}. */
    public void restore(Checkpoint checkpoint) {
        RunState state = checkpoint.restore(this, false);
        stepsDone = Math.toIntExact(state.steps());
        tokensSeen = state.tokens();
    }
}
