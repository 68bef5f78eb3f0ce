package org.kindred.policy.gguf;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Checksums;
import org.kindred.datasets.KindredException;
import org.kindred.policy.checkpoint.SafeTensorsWriter;
import org.kindred.policy.checkpoint.StorageType;
import org.kindred.policy.checkpoint.TensorSpec;
import org.kindred.policy.model.ModelConfig;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * Makes a Hugging Face folder of a GGUF file: {@code config.json}, {@code model.safetensors},
 * {@code tokenizer.json}, {@code tokenizer_config.json} and {@code generation_config.json}, which
 * transformers, common servers and {@link org.kindred.policy.model.CausalLm#load} read.
 *
 * <p>Float32 holds every dequantised value exactly; the smaller formats round to nearest. Memory:
 * one tensor at a time.
 */
public final class GgufConverter {
    /** Values from here on round to infinity in float16. */
    private static final float FLOAT16_LIMIT = 65520;

    private GgufConverter() {}

    /** Whether a path is meant as a GGUF file: by its name, or by its first bytes. */
    public static boolean isGguf(Path path) {
        return GgufFile.is(path);
    }

    /**
     * Converts a file.
     *
     * @param folder is made, or replaced, in one step
     * @param type F32, F16 or BF16
     * @return what the model is
     * @throws KindredException naming the file and what in it is damaged or not supported
     */
    public static ModelConfig convert(Path file, Path folder, StorageType type) {
        GgufFile gguf = GgufFile.open(file);
        GgufTokens tokens = GgufTokens.read(gguf.metadata());
        GgufModel model = new GgufModel(gguf, tokens);
        ModelConfig config = model.config(type);
        model.requireExactly(config);
        AtomicFiles.replaceFolder(
                folder,
                inside -> {
                    new GgufTokenizer(gguf.metadata(), tokens)
                            .write(inside, config.maxPositionEmbeddings());
                    requireTokenizer(file, inside);
                    SafeTensorsWriter.write(
                            inside.resolve("model.safetensors"),
                            type,
                            config.tensors(),
                            spec -> fitting(file, spec, model.values(spec, config), type));
                    config.write(inside);
                    Checksums.addAll(inside);
                });
        return config;
    }

    /** What was made of a damaged vocabulary is found before the weights are written. */
    private static void requireTokenizer(Path file, Path folder) {
        try {
            Tokenizer.load(folder).close();
        } catch (KindredException e) {
            throw new KindredException(
                    file
                            + ": tokenizer.ggml.*: no tokenizer could be made of it: "
                            + e.getMessage(),
                    e);
        }
    }

    private static FloatBuffer fitting(
            Path file, TensorSpec spec, FloatBuffer values, StorageType type) {
        for (int i = values.position(); type == StorageType.F16 && i < values.limit(); i++) {
            if (Math.abs(values.get(i)) >= FLOAT16_LIMIT) {
                throw new KindredException(
                        file
                                + ": tensor "
                                + GgufModel.ggufName(spec.name())
                                + ": value "
                                + i
                                + " is "
                                + values.get(i)
                                + ", beyond the 65504 of float16; take bfloat16 or float32");
            }
        }
        return values;
    }
}
