package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.source.DataSource;
import org.kindred.options.OptionTree;
import org.kindred.pipeline.RewardScoring;
import org.kindred.pipeline.RewardScoringOptions;
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
final class ScoreCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private OptionSettings.Seeded settings;
    @Mixin private OutputFolder output;

    @Parameters(paramLabel = "DATA", description = DataArgument.WHAT)
    private DataSource data;

    @Mixin private EngineSettings engine;

    @Option(names = "--judge", paramLabel = "JUDGE", description = RecipeCommand.JUDGES)
    private @Nullable String judge;

    @Option(
            names = "--individual",
            paramLabel = "M",
            description = "Own samples; shorthand for --set judge.scaling.individual=M.")
    private @Nullable Integer individual;

    @Option(
            names = "--prototype",
            paramLabel = "N",
            description = "Neighbours; shorthand for --set judge.scaling.prototype=N.")
    private @Nullable Integer prototype;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        engine.addTo(settings);
        settings.set("judge.spec", judge);
        settings.set("judge.scaling.individual", individual);
        settings.set("judge.scaling.prototype", prototype);
        OptionTree<RewardScoringOptions> all = settings.resolve(RewardScoringOptions.defaults());
        OptionTree<RewardScoringOptions> options =
                all.refuse("judge.", RewardOptions.unread(all.options().judge()))
                        .refuse("judge.persona", "no policy reads a persona here");
        if (settings.printed(options, out)) {
            return 0;
        }
        Path folder = output.folder("score");
        output.refuseOccupied(folder);
        RewardScoring.Scored scored;
        try (Console console = new Console(out)) {
            scored =
                    new RewardScoring(folder, options.options(), console)
                            .score(data, TypedCommand.words(spec));
        }
        out.println(scored.summary() + " -> " + folder);
        out.flush();
        return scored.pairs() == scored.unscored() ? 1 : 0;
    }
}
