package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.source.DataSource;
import org.kindred.options.OptionLayer;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;
import org.kindred.pipeline.RecipeOptions;
import org.kindred.pipeline.ServedRun;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.RewardOptions;
import org.kindred.serve.Clients;
import org.kindred.serve.ServeOptions;
import org.kindred.serve.Serving;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = {
            "The reward model of a finished run over HTTP, for trainers that own the GPUs:",
            "personalised rewards, raw or normalised by group histories. Ctrl-C stops it."
        })
final class ServeCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private OptionSettings.Seeded settings;
    @Mixin private EngineSettings engine;

    @Parameters(
            paramLabel = "RUN",
            arity = "0..1",
            description = "Folder of a run; histories go to its serve/.")
    private @Nullable Path run;

    @Option(
            names = "--client",
            paramLabel = "TRAINER",
            description = {
                "Print the client for a trainer, one Python file, and stop: trl, verl, openrlhf,",
                "nemo-rl, skyrl, ms-swift or slime."
            })
    private @Nullable String client;

    @Option(
            names = "--data",
            paramLabel = "DATA",
            description = "Users with their pasts, besides those of the run. " + DataArgument.WHAT)
    private @Nullable DataSource data;

    @Option(names = "--judge", paramLabel = "JUDGE", description = RecipeCommand.JUDGES)
    private @Nullable String judge;

    @Option(names = "--port", paramLabel = "N", description = "Port (default: 8400).")
    private @Nullable Integer port;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            description = "Address (default: 127.0.0.1, this machine alone).")
    private @Nullable String bind;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "File with the token that requests must name.")
    private @Nullable Path tokenFile;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (client != null) {
            out.print(Clients.text(client));
            out.flush();
            return 0;
        }
        Path folder = run;
        if (folder == null) {
            throw new OptionsException(
                    "RUN is missing: name the folder of a finished run, for example kindred serve runs/run-1;"
                            + " or --client TRAINER for the file that a trainer takes");
        }
        engine.addTo(settings);
        settings.set("judge.spec", judge);
        settings.set("service.port", port);
        settings.set("service.bind", bind);
        settings.set("service.token_file", tokenFile);
        OptionTree<ServeOptions> options = options(folder);
        if (settings.printed(options, out)) {
            return 0;
        }
        AtomicReference<@Nullable Serving> serving = new AtomicReference<>();
        try (Console console = new Console(out)) {
            return Interruption.during(
                    () -> {
                        Serving open = serving.get();
                        if (open != null) {
                            open.close();
                        }
                        out.println("stopped; the same command goes on");
                        out.flush();
                    },
                    () -> {
                        Serving open = Serving.start(folder, data, options.options(), console);
                        serving.set(open);
                        out.println("kindred serve -> " + open.address());
                        out.flush();
                        waitForInterruption();
                        return 0;
                    });
        }
    }

    /** Requests have threads of their own; the process ends where its interruption is handled. */
    private static void waitForInterruption() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Those of the run below what is given now, so that it rewards as it would its own arms. */
    private OptionTree<ServeOptions> options(Path folder) {
        Path config = ServedRun.config(folder);
        RecipeOptions of = OptionTree.load(config, RecipeOptions.class);
        Map<String, Object> own = new LinkedHashMap<>();
        own.put("judge.spec", new JudgeSpec.Run(folder).spelling());
        own.put("judge_unit", of.reinforcement().judgeUnit());
        OptionTree<ServeOptions> options =
                settings.resolve(
                        ServeOptions.defaults(),
                        OptionLayer.file(config).only(Set.of("seed", "judge", "groups", "engine")),
                        OptionLayer.of("the run", own));
        OptionTree<ServeOptions> read = options;
        for (Map.Entry<String, String> unread :
                RewardOptions.unread(options.options().judge()).entrySet()) {
            read = read.refuse("judge." + unread.getKey(), unread.getValue(), config.toString());
        }
        return read.refuse("judge.persona", "no policy reads a persona here", config.toString());
    }
}
