package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.kindred.options.OptionTree;
import org.kindred.pipeline.RewardWork;
import org.kindred.reward.judges.RewardOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "derive",
        mixinStandardHelpOptions = true,
        description = "Write personas and evaluation chains for the training users of DATA.")
final class DeriveCommand implements Callable<Integer>, RunSettings.Holder {
    @Spec private CommandSpec spec;
    @Mixin private RunSettings settings;

    @Parameters(paramLabel = "DATA", description = "Canonical folder.")
    private Path data;

    @Option(
            names = "--judge",
            defaultValue = "rubric",
            description =
                    "rubric | openai:URL#MODEL (key in KINDRED_API_KEY) | ollama:URL#MODEL |"
                            + " local:DIR (default: ${DEFAULT-VALUE}).")
    private String judge;

    @Override
    public RunSettings settings() {
        return settings;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        OptionTree<RewardOptions> options = settings.resolve(RewardOptions.defaults());
        if (settings.printConfig()) {
            out.print(options.describe());
            out.flush();
            return 0;
        }
        Path run = settings.outOr("reward");
        settings.refuseOccupied(run);
        RewardWork.Derived derived;
        try (Console console = new Console(out)) {
            derived = new RewardWork(run, options.options(), console).derive(data, judge);
        }
        out.printf("%d chains, %d failed -> %s%n", derived.chains(), derived.failed(), run);
        out.flush();
        return derived.chains() == 0 ? 1 : 0;
    }
}
