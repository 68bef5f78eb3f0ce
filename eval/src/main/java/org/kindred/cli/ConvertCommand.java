package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.kindred.options.OptionsException;
import org.kindred.policy.checkpoint.StorageType;
import org.kindred.policy.gguf.GgufConverter;
import org.kindred.policy.model.ModelConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "convert",
        mixinStandardHelpOptions = true,
        description =
                "Makes a Hugging Face folder of a GGUF file: configuration, weights, tokenizer and chat template."
                        + " Other commands take the file itself as --model; a folder is for other programs, or to"
                        + " convert once.")
final class ConvertCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private OutputFolder output;

    @Parameters(
            paramLabel = "FILE",
            description = "GGUF file of the architecture llama, qwen2 or qwen3.")
    private Path file;

    @Option(
            names = "--dtype",
            description =
                    "Numbers of the weights: float32 (default; every value as it is), bfloat16 or float16, rounded to nearest.")
    private Numbers numbers = Numbers.FLOAT32;

    private enum Numbers {
        FLOAT32(StorageType.F32),
        BFLOAT16(StorageType.BF16),
        FLOAT16(StorageType.F16);

        private final StorageType type;

        Numbers(StorageType type) {
            this.type = type;
        }
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (!Files.isRegularFile(file)) {
            throw new OptionsException(file + ": no such file. Expected a GGUF file");
        }
        Path folder = output.folder("convert");
        output.refuseForeign(folder, ModelConfig.FILE);
        if (file.toAbsolutePath().normalize().startsWith(folder.toAbsolutePath().normalize())) {
            throw new OptionsException(
                    "--out " + folder + ": holds " + file + " itself; name another folder");
        }
        ModelConfig config = GgufConverter.convert(file, folder, numbers.type);
        out.printf(
                Locale.ROOT,
                "model      %s: %s, %,d parameters, %s%n",
                folder,
                config.architecture().name().toLowerCase(Locale.ROOT),
                config.parameterCount(),
                numbers.type.configName());
        out.flush();
        return 0;
    }
}
