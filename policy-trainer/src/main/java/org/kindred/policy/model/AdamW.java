package org.kindred.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.kindred.datasets.KindredException;
import org.kindred.policy.checkpoint.SafeTensors;
import org.kindred.policy.checkpoint.StorageType;
import org.kindred.policy.checkpoint.TensorSpec;

/** Optimizer state of a model: the number of steps and two moments per weight, in float32. */
final class AdamW implements AutoCloseable {
    private static final String MEAN = "exp_avg.";
    private static final String SQUARE = "exp_avg_sq.";
    private static final TensorSpec STEP = new TensorSpec("step", 1);

    private final NDManager owner;
    private final WeightLayout layout;
    private final NDList means;
    private final NDList squares;
    private final NDArray step;

    /** State before the first step. */
    AdamW(NDManager parent, WeightLayout layout) {
        this.layout = layout;
        owner = parent.newSubManager();
        means = Weights.zeros(owner, layout);
        squares = Weights.zeros(owner, layout);
        step = owner.zeros(new Shape());
    }

    /** State from a file that {@link #save} wrote. */
    AdamW(NDManager parent, WeightLayout layout, Path file) {
        this.layout = layout;
        SafeTensors stored = SafeTensors.openFile(file);
        List<TensorSpec> expected = new ArrayList<>(layout.tensors(MEAN));
        expected.addAll(layout.tensors(SQUARE));
        expected.add(STEP);
        stored.requireExactly(expected);
        owner = parent.newSubManager();
        means = Weights.read(owner, layout, stored, MEAN);
        squares = Weights.read(owner, layout, stored, SQUARE);
        step = owner.create(stored.float32(STEP.name()).asFloatBuffer().get(0));
    }

    /**
     * One step in place; may scale the gradients.
     *
     * @return the global norm before clipping
     * @throws KindredException if it is not finite; nothing has changed then
     */
    double update(
            ScriptModule script,
            NDList weights,
            NDList gradients,
            double learningRate,
            AdamWOptions options) {
        try (NDManager scope = owner.newSubManager()) {
            double norm =
                    script.call(scope, "gradient_norm", false, gradients)
                            .singletonOrThrow()
                            .getFloat();
            if (!Double.isFinite(norm)) {
                throw new KindredException(
                        "Optimizer step "
                                + (steps() + 1)
                                + ": the norm of the gradients is "
                                + norm
                                + "; weights were left as they were. Lower the learning rate or"
                                + " look for non-finite rewards or log-probabilities");
            }
            step.addi(1);
            for (boolean decayed : new boolean[] {true, false}) {
                NDArray knobs =
                        scope.create(
                                new double[] {
                                    scale(norm, options),
                                    learningRate,
                                    options.beta1(),
                                    options.beta2(),
                                    options.epsilon(),
                                    decayed ? options.weightDecay() : 0
                                });
                NDList own = select(weights, decayed);
                if (!own.isEmpty()) {
                    script.call(
                            scope,
                            "adamw",
                            false,
                            own,
                            select(gradients, decayed),
                            select(means, decayed),
                            select(squares, decayed),
                            step,
                            knobs);
                }
            }
            return norm;
        }
    }

    private static double scale(double norm, AdamWOptions options) {
        double largest = options.maxGradNorm();
        return largest == 0 ? 1 : Math.min(1, largest / (norm + 1e-6));
    }

    /** Arrays of the matrices, or those of norms and biases. */
    private NDList select(NDList arrays, boolean decayed) {
        NDList selected = new NDList();
        for (int i = 0; i < arrays.size(); i++) {
            if (layout.weights().get(i).decayed() == decayed) {
                selected.add(arrays.get(i));
            }
        }
        return selected;
    }

    int steps() {
        return (int) step.getFloat();
    }

    void save(Path file) {
        Map<TensorSpec, Supplier<FloatBuffer>> tensors = Weights.tensors(MEAN, layout, means);
        tensors.putAll(Weights.tensors(SQUARE, layout, squares));
        tensors.put(STEP, () -> FloatBuffer.wrap(step.toFloatArray()));
        Weights.write(file, StorageType.F32, tensors);
    }

    @Override
    public void close() {
        owner.close();
    }
}
