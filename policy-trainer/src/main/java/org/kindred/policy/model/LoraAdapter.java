package org.kindred.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.checkpoint.BaseFolder;
import org.kindred.policy.checkpoint.JsonFields;
import org.kindred.policy.checkpoint.SafeTensors;
import org.kindred.policy.checkpoint.StorageType;
import org.kindred.policy.checkpoint.TensorSpec;

/** The low-rank matrices of a model: A and B per adapted projection, layer by layer. */
final class LoraAdapter implements AutoCloseable {
    private static final String CONFIG = BaseFolder.ADAPTER;
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final String PREFIX = "base_model.model.";

    private final NDManager owner;
    private final LoraOptions options;
    private final WeightLayout layout;
    private final NDList arrays;

    private LoraAdapter(NDManager owner, LoraOptions options, WeightLayout layout, NDList arrays) {
        this.owner = owner;
        this.options = options;
        this.layout = layout;
        this.arrays = arrays;
    }

    /** A uniform in {@code +-1 / sqrt(in)}, B zero, as PEFT starts: the model is unchanged. */
    static LoraAdapter fresh(
            NDManager parent, ModelConfig config, LoraOptions options, SeedTree seeds) {
        WeightLayout layout = layout(config, options);
        NDManager owner = parent.newSubManager();
        NDList arrays = new NDList();
        for (WeightLayout.Weight weight : layout.weights()) {
            TensorSpec tensor = weight.parts().get(0);
            arrays.add(
                    tensor.name().contains("lora_B")
                            ? owner.zeros(tensor.shape())
                            : uniform(owner, tensor.shape(), seeds.child(tensor.name()).random()));
        }
        return new LoraAdapter(owner, options, layout, arrays);
    }

    private static NDArray uniform(NDManager owner, Shape shape, SplittableRandom random) {
        double bound = 1 / Math.sqrt((double) shape.get(1));
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (bound * (2 * random.nextDouble() - 1));
        }
        return owner.create(values, shape);
    }

    /** Reads a PEFT folder. */
    static LoraAdapter read(NDManager parent, ModelConfig config, Path folder) {
        PeftConfig peft = PeftConfig.read(JsonFields.read(folder.resolve(CONFIG)), config);
        WeightLayout layout = layout(config, peft.options());
        SafeTensors stored = SafeTensors.openFile(folder.resolve(WEIGHTS));
        List<TensorSpec> there = new ArrayList<>();
        for (TensorSpec tensor : layout.tensors("")) {
            PeftConfig.Module module = peft.modules().get(module(tensor));
            if (module != null) {
                there.add(withRank(tensor, module.rank()));
            }
        }
        stored.requireExactly(there);
        NDManager owner = parent.newSubManager();
        if (there.equals(layout.tensors("")) && peft.isUniform()) {
            return new LoraAdapter(
                    owner, peft.options(), layout, Weights.read(owner, layout, stored, ""));
        }
        NDList arrays = new NDList();
        for (TensorSpec tensor : layout.tensors("")) {
            arrays.add(filled(owner, tensor, peft, stored));
        }
        return new LoraAdapter(owner, peft.options(), layout, arrays);
    }

    /** A module's matrix in the common shape: zeros where it has less, B in the common scaling. */
    private static NDArray filled(
            NDManager owner, TensorSpec tensor, PeftConfig peft, SafeTensors stored) {
        float[] values = new float[Math.toIntExact(tensor.shape().size())];
        PeftConfig.Module module = peft.modules().get(module(tensor));
        if (module != null) {
            boolean isB = tensor.name().contains("lora_B");
            double factor = isB ? module.scaling() / peft.options().scaling() : 1;
            FloatBuffer own = stored.float32(tensor.name()).asFloatBuffer();
            int columns = (int) tensor.shape().get(1);
            int ownColumns = isB ? module.rank() : columns;
            for (int i = 0; i < own.limit(); i++) {
                values[i / ownColumns * columns + i % ownColumns] = (float) (factor * own.get(i));
            }
        }
        return owner.create(values, tensor.shape());
    }

    /** The module of {@code base_model.model.MODULE.lora_A.weight}. */
    private static String module(TensorSpec tensor) {
        return tensor.name().substring(PREFIX.length(), tensor.name().lastIndexOf(".lora_"));
    }

    private static TensorSpec withRank(TensorSpec tensor, int rank) {
        return tensor.name().contains("lora_B")
                ? new TensorSpec(tensor.name(), tensor.shape().get(0), rank)
                : new TensorSpec(tensor.name(), rank, tensor.shape().get(1));
    }

    /** Writes a PEFT folder. */
    void save(Path folder, String baseModel) {
        Weights.write(
                folder.resolve(WEIGHTS), StorageType.F32, Weights.tensors("", layout, arrays));
        JsonFields.write(folder.resolve(CONFIG), options.toJson(baseModel));
    }

    private static WeightLayout layout(ModelConfig config, LoraOptions options) {
        List<WeightLayout.Weight> weights = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            for (LoraOptions.Projection target : options.targets()) {
                String module = PREFIX + "model.layers." + layer + "." + target.module;
                Place place = place(config, target);
                long rows = place.to() - place.from();
                weights.add(single(module + ".lora_A.weight", options.rank(), place.columns()));
                weights.add(single(module + ".lora_B.weight", rows, options.rank()));
            }
        }
        return new WeightLayout(List.copyOf(weights));
    }

    private static WeightLayout.Weight single(String name, long rows, long columns) {
        return new WeightLayout.Weight(List.of(new TensorSpec(name, rows, columns)), false, 1);
    }

    /** Where a projection stands: array of the layer, its rows there, and columns. */
    record Place(int slot, long from, long to, long columns) {}

    static Place place(ModelConfig config, LoraOptions.Projection target) {
        long row = 0;
        for (TensorSpec tensor : WeightLayout.layer(config, 0).get(target.slot).parts()) {
            long end = row + tensor.shape().get(0);
            if (tensor.name().contains(target.module + ".")) {
                return new Place(target.slot, row, end, tensor.shape().get(1));
            }
            row = end;
        }
        throw new IllegalStateException(target + " is in no array");
    }

    LoraOptions options() {
        return options;
    }

    WeightLayout layout() {
        return layout;
    }

    NDList arrays() {
        return arrays;
    }

    @Override
    public void close() {
        owner.close();
    }
}
