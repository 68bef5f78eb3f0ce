package org.kindred.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Checksums;
import org.kindred.datasets.KindredException;
import org.kindred.options.OptionsException;
import org.kindred.policy.checkpoint.BaseFolder;
import org.kindred.policy.gguf.ConvertedModels;
import org.kindred.policy.gguf.GgufConverter;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.ModelConfig;
import org.kindred.policy.tokenizer.Tokenizer;

/** A model as users name it: a Hugging Face folder, PEFT's folder of an adapter, or a GGUF file. */
public final class ModelFolder {
    private static final String TOKENIZER = "tokenizer.json";
    private static final int PROBED_BYTES = 1 << 16; // headers of weights, all of small files

    private ModelFolder() {}

    /** Refuses what is neither a folder nor a GGUF file, before anything is loaded. */
    public static void require(Path model) {
        if (!Files.isDirectory(model) && !GgufConverter.isGguf(model)) {
            throw new OptionsException(
                    "--model "
                            + model
                            + (Files.exists(model)
                                    ? ": is no GGUF file"
                                    : ": no such folder or file")
                            + ". Expected a Hugging Face folder with config.json, tokenizer.json and"
                            + " safetensors, or a GGUF file");
        }
    }

    /** The folder to load; of a GGUF file a temporary one, for commands that keep no model. */
    public static Path folder(Path model) {
        require(model);
        return ConvertedModels.folder(model);
    }

    /**
     * Refuses a tokenizer whose vocabulary has more tokens than the model has embeddings. Added
     * tokens behind it, such as padding, may have none: what a prompt holds is checked token by
     * token.
     *
     * @return what a person should know, usually nothing
     */
    public static List<String> requireMatching(
            Path folder, Tokenizer tokenizer, ModelConfig config) {
        int tokens = tokenizer.modelVocabularySize();
        int rows = config.vocabSize();
        if (tokens > rows) {
            throw new KindredException(
                    folder.resolve("tokenizer.json")
                            + ": has ids up to "
                            + (tokens - 1)
                            + ", but model.embed_tokens.weight has "
                            + rows
                            + " rows; the tokenizer belongs to another model");
        }
        List<String> without = tokenizer.addedFrom(rows);
        return without.isEmpty()
                ? List.of()
                : List.of(
                        folder
                                + ": "
                                + without.size()
                                + " added tokens ("
                                + String.join(", ", without.subList(0, Math.min(3, without.size())))
                                + (without.size() > 3 ? ", ..." : "")
                                + ") are beyond the "
                                + rows
                                + " rows of model.embed_tokens.weight; a prompt that holds one is"
                                + " refused");
    }

    /** Writes a model with its tokenizer, in place of what is there, with the files' checksums. */
    static void write(Path target, CausalLm model, Tokenizer tokenizer) {
        AtomicFiles.replaceFolder(
                target,
                inside -> {
                    model.save(inside);
                    tokenizer.save(inside);
                    Checksums.addAll(inside);
                });
    }

    /** The configuration of the model, or of the base model of an adapter. */
    static ModelConfig config(Path folder) {
        return ModelConfig.read(BaseFolder.of(folder).resolve(ModelConfig.FILE));
    }

    /** Changes with any file's name or size, or with the beginning of its content. */
    static String fingerprint(Path folder) {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                try (InputStream in = Files.newInputStream(file)) {
                    text.append(file.getFileName())
                            .append(' ')
                            .append(Files.size(file))
                            .append(' ')
                            .append(Arrays.hashCode(in.readNBytes(PROBED_BYTES)))
                            .append('\n');
                }
            }
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", folder, e);
        }
        return text.toString();
    }

    /** The tokenizer in the folder, or that of the base model where an adapter has none. */
    public static Tokenizer tokenizer(Path folder) {
        Path own = Files.exists(folder.resolve(TOKENIZER)) ? folder : BaseFolder.of(folder);
        if (!Files.exists(own.resolve(TOKENIZER))) {
            throw new KindredException(
                    own
                            + ": holds no "
                            + TOKENIZER
                            + ", which says how texts become tokens. Copy it from where the model came from;"
                            + " where that has tokenizer.model or vocab.json alone, transformers writes it"
                            + " (AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR))");
        }
        return Tokenizer.load(own);
    }
}
