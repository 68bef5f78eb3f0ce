package org.kindred.eval.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.kindred.eval.config.OptionsException;
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

    /** The tokenizer in the folder, or that of the base model where an adapter has none. */
    static Tokenizer tokenizer(Path folder) {
        return Tokenizer.load(
                Files.exists(folder.resolve("tokenizer.json"))
                        ? folder
                        : CausalLm.baseFolder(folder));
    }
}
