package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
        name = "score",
        mixinStandardHelpOptions = true,
        description = "Score both responses of every held-out pair of DATA in its user's name.")
final class ScoreCommand implements Callable<Integer>, RunSettings.Holder {
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

    @Option(
            names = "--individual",
            paramLabel = "M",
            description = "Own samples; shorthand for --set scaling.individual=M.")
    private @Nullable Integer individual;

    @Option(
            names = "--prototype",
            paramLabel = "N",
            description = "Neighbours; shorthand for --set scaling.prototype=N.")
    private @Nullable Integer prototype;

    @Override
    public RunSettings settings() {
        return settings;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, String> shorthands = new TreeMap<>();
        if (individual != null) {
            shorthands.put("scaling.individual", individual.toString());
        }
        if (prototype != null) {
            shorthands.put("scaling.prototype", prototype.toString());
        }
        OptionTree<RewardOptions> options = settings.resolve(RewardOptions.defaults(), shorthands);
        if (settings.printConfig()) {
            out.print(options.describe());
            out.flush();
            return 0;
        }
        Path folder = settings.outOr("score");
        settings.refuseOccupied(folder);
        RewardWork.Scored scored;
        try (Console console = new Console(out)) {
            scored = new RewardWork(folder, options.options(), console).score(data, judge);
        }
        out.printf(
                Locale.ROOT,
                "%d pairs: accuracy %.1f %% (ties one half), %d ties, %d without scores; %d samples, %d tokens; heard %s -> %s%n",
                scored.pairs(),
                100 * scored.accuracy(),
                scored.ties(),
                scored.unscored(),
                scored.asked(),
                scored.tokens(),
                scored.sources(),
                folder);
        out.flush();
        return scored.pairs() == scored.unscored() ? 1 : 0;
    }
}
