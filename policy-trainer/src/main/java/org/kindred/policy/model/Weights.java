package org.kindred.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.checkpoint.SafeTensors;
import org.kindred.policy.checkpoint.SafeTensorsWriter;
import org.kindred.policy.checkpoint.StorageType;
import org.kindred.policy.checkpoint.TensorSpec;

/** Float32 arrays in the order of a {@link WeightLayout}: weights, or what is kept per weight. */
final class Weights {
    private Weights() {}

    /**
     * Normal with standard deviation {@code std}, each tensor from its own seed; norms 1, biases 0.
     */
    static NDList initial(NDManager owner, WeightLayout layout, SeedTree seeds, double std) {
        return filled(
                owner,
                layout,
                seeds,
                (weight, normal) -> weight.isNorm() ? 1 : std * weight.scale() * normal);
    }

    /** Normal around 0, norms around 1: every part of a model shows in its output. */
    static NDList random(NDManager owner, WeightLayout layout, SeedTree seeds, double std) {
        return filled(
                owner, layout, seeds, (weight, normal) -> (weight.isNorm() ? 1 : 0) + std * normal);
    }

    private interface Draw {
        double value(WeightLayout.Weight weight, double normal);
    }

    private static NDList filled(NDManager owner, WeightLayout layout, SeedTree seeds, Draw draw) {
        NDList arrays = new NDList();
        for (WeightLayout.Weight weight : layout.weights()) {
            float[] values = new float[Math.toIntExact(weight.shape().size())];
            int at = 0;
            for (TensorSpec tensor : weight.parts()) {
                SplittableRandom random = seeds.child(tensor.name()).random();
                for (int end = at + Math.toIntExact(tensor.shape().size()); at < end; at++) {
                    values[at] = (float) draw.value(weight, random.nextGaussian());
                }
            }
            arrays.add(owner.create(values, weight.shape()));
        }
        return arrays;
    }

    /** Zeros in the shapes of the weights. */
    static NDList zeros(NDManager owner, WeightLayout layout) {
        NDList arrays = new NDList();
        for (WeightLayout.Weight weight : layout.weights()) {
            arrays.add(owner.zeros(weight.shape()));
        }
        return arrays;
    }

    /**
     * Reads tensors of a checkpoint.
     *
     * @param prefix of the stored names
     */
    static NDList read(NDManager owner, WeightLayout layout, SafeTensors stored, String prefix) {
        NDList arrays = new NDList();
        for (WeightLayout.Weight weight : layout.weights()) {
            try (NDManager scope = owner.newSubManager()) {
                NDList parts = new NDList();
                for (TensorSpec tensor : weight.parts()) {
                    // Shares the file's mapping, which must not be written to.
                    parts.add(
                            scope.create(
                                    stored.float32(prefix + tensor.name()),
                                    tensor.shape(),
                                    DataType.FLOAT32));
                }
                NDArray own =
                        parts.size() == 1 ? parts.get(0).duplicate() : NDArrays.concat(parts, 0);
                own.attach(owner);
                arrays.add(own);
            }
        }
        return arrays;
    }

    static NDList copy(NDManager owner, NDList arrays) {
        NDList copies = new NDList();
        for (NDArray array : arrays) {
            NDArray copy = array.duplicate();
            copy.attach(owner);
            copies.add(copy);
        }
        return copies;
    }

    /**
     * The checkpoint tensors of these arrays, each copied out of native memory when it is asked
     * for.
     *
     * @param prefix put before the names
     */
    static Map<TensorSpec, Supplier<FloatBuffer>> tensors(
            String prefix, WeightLayout layout, NDList arrays) {
        Map<TensorSpec, Supplier<FloatBuffer>> tensors = new LinkedHashMap<>();
        for (int i = 0; i < arrays.size(); i++) {
            NDArray array = arrays.get(i);
            long row = 0;
            for (TensorSpec tensor : layout.weights().get(i).parts()) {
                long from = row;
                long to = row += tensor.shape().get(0);
                tensors.put(
                        new TensorSpec(prefix + tensor.name(), tensor.shape()),
                        () -> values(array, from, to));
            }
        }
        return tensors;
    }

    /** Writes one safetensors file in one step. */
    static void write(Path file, StorageType type, Map<TensorSpec, Supplier<FloatBuffer>> tensors) {
        SafeTensorsWriter.write(file, type, tensors.keySet(), spec -> tensors.get(spec).get());
    }

    private static FloatBuffer values(NDArray array, long from, long to) {
        try (NDArray rows = array.get(new NDIndex(from + ":" + to))) {
            return rows.toByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
        }
    }
}
