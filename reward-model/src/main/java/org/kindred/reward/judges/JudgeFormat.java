package org.kindred.reward.judges;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.kindred.datasets.AtomicFiles;
import org.kindred.options.OptionTree;
import org.kindred.reward.llm.LlmOptions;

/**
 * How a model that was trained as a judge wants to be asked: a file of its folder. It takes the
 * place of the default prompt options when the folder is used as {@code local:DIR}; options that
 * were set to something else win.
 */
public final class JudgeFormat {
    static final String FILE = "kindred-judge.yaml";

    private JudgeFormat() {}

    /** Leaves the options in a model's folder. */
    public static void write(Path folder, LlmOptions options) {
        AtomicFiles.writeText(folder.resolve(FILE), OptionTree.yaml(options));
    }

    /** The folder's own options, if it has any. */
    static Optional<LlmOptions> read(Path folder) {
        Path file = folder.resolve(FILE);
        return Files.exists(file)
                ? Optional.of(OptionTree.load(file, LlmOptions.class))
                : Optional.empty();
    }

    /** The folder's own options, if it has any and none were set. */
    static LlmOptions of(JudgeSpec spec, LlmOptions set) {
        return set.equals(LlmOptions.defaults()) && spec instanceof JudgeSpec.Local local
                ? read(local.folder()).orElse(set)
                : set;
    }
}
