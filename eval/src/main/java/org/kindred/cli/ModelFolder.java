package org.kindred.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.kindred.datasets.KindredException;
import org.kindred.options.OptionsException;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.tokenizer.Tokenizer;

/** A model as users name it: a Hugging Face folder, or PEFT's folder of an adapter. */
final class ModelFolder {
    private ModelFolder() {}

    /** Refuses what is no folder, before anything is loaded. */
    static void require(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new OptionsException(
                    "--model "
                            + folder
                            + ": no such folder. Expected a Hugging Face folder with config.json,"
                            + " tokenizer.json and safetensors");
        }
    }

    /** Refuses a tokenizer that knows more tokens than the model has embeddings for. */
    static void requireMatching(Path folder, Tokenizer tokenizer, CausalLm model) {
        int tokens = tokenizer.vocabularySize();
        int rows = model.config().vocabSize();
        if (tokens > rows) {
            throw new KindredException(
                    folder.resolve("tokenizer.json")
                            + ": has ids up to "
                            + (tokens - 1)
                            + ", but model.embed_tokens.weight has "
                            + rows
                            + " rows; the tokenizer belongs to another model");
        }
    }

    /** The tokenizer in the folder, or that of the base model where an adapter has none. */
    static Tokenizer tokenizer(Path folder) {
        return Tokenizer.load(
                Files.exists(folder.resolve("tokenizer.json"))
                        ? folder
                        : CausalLm.baseFolder(folder));
    }
}
