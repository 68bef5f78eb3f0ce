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
     * One step in place; scales the gradients.
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
        // Decayed arrays first, as the script expects them.
        NDList[] lists = {new NDList(), new NDList(), new NDList(), new NDList()};
        for (boolean decayed : new boolean[] {true, false}) {
            for (int i = 0; i < weights.size(); i++) {
                if (layout.weights().get(i).decayed() == decayed) {
                    lists[0].add(weights.get(i));
                    lists[1].add(gradients.get(i));
                    lists[2].add(means.get(i));
                    lists[3].add(squares.get(i));
                }
            }
        }
        double[] numbers = {
            learningRate,
            options.beta1(),
            options.beta2(),
            options.epsilon(),
            options.weightDecay(),
            options.maxGradNorm(),
            layout.decayed()
        };
        try (NDManager scope = owner.newSubManager()) {
            NDArray knobs = scope.create(numbers);
            float norm =
                    script.call(
                                    scope, "adamw", false, lists[0], lists[1], lists[2], lists[3],
                                    step, knobs)
                            .singletonOrThrow()
                            .getFloat();
            if (!Float.isFinite(norm)) {
                throw new KindredException(
                        "Optimizer step "
                                + (steps() + 1)
                                + ": the norm of the gradients is "
                                + norm
                                + "; weights were left as they were. Lower the learning rate or"
                                + " look for non-finite rewards or log-probabilities");
            }
            return norm;
        }
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
