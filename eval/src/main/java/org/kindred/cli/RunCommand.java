package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kindred.options.OptionTree;
import org.kindred.pipeline.Pipeline;
import org.kindred.pipeline.PipelineOptions;
import org.kindred.pipeline.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description =
                "The whole pipeline: population, reward model, prototypes, SFT, GRPO, P-GRPO, evaluation, report.")
final class RunCommand implements Callable<Integer>, RunSettings.Holder {
    private static final Set<String> MAY_CHANGE_ON_RESUME =
            Set.of("reinforcement.scoring.max_failed_share", "reinforcement.scoring.threads");

    @Spec private CommandSpec spec;
    @Mixin private RunSettings settings;

    @Parameters(
            arity = "0..1",
            paramLabel = "CONFIG",
            description = "YAML file with the options that differ from the defaults.")
    private @Nullable Path config;

    @Override
    public RunSettings settings() {
        return settings;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Path folder =
                settings.resume() && settings.out() == null
                        ? RunFolder.newest(Path.of("runs"), "run-")
                        : settings.outOr("run");
        OptionTree<PipelineOptions> options = settings.resolve(base(folder), config);
        if (settings.printConfig()) {
            out.print(options.describe());
            out.flush();
            return 0;
        }
        try (RunFolder run =
                        RunFolder.open(
                                folder,
                                settings.existing(),
                                options.options(),
                                MAY_CHANGE_ON_RESUME);
                Console console = new Console(out)) {
            out.println("kindred run -> " + folder);
            Pipeline pipeline = new Pipeline(options.options(), run, console);
            String summary =
                    Interruption.during(
                            () -> {
                                out.println();
                                out.println(
                                        "interrupted; continue with: kindred run --resume --out "
                                                + folder);
                                out.flush();
                            },
                            () -> {
                                pipeline.run();
                                return pipeline.summary();
                            });
            out.println();
            out.print(summary);
            out.flush();
        }
        return 0;
    }

    /** A run that goes on does so with its own options, whatever they were given by. */
    private PipelineOptions base(Path folder) {
        Path saved = folder.resolve(RunFolder.CONFIG);
        return settings.resume() && Files.exists(saved)
                ? OptionTree.resolve(PipelineOptions.defaults(), saved, Map.of()).options()
                : PipelineOptions.defaults();
    }
}
