package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.kindred.options.OptionTree;
import org.kindred.pipeline.RewardWork;
import org.kindred.reward.judges.RewardOptions;
import org.kindred.reward.prototype.PrototypeSpace;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "prototypes",
        mixinStandardHelpOptions = true,
        description =
                "Find prototypes with the judge of RUN (made by kindred reward derive): cells of"
                        + " users, and cells of (user, scenario) samples as published.")
final class PrototypesCommand implements Callable<Integer>, RunSettings.Holder {
    @Spec private CommandSpec spec;
    @Mixin private RunSettings settings;

    @Parameters(paramLabel = "RUN", description = "Folder that kindred reward derive made.")
    private Path run;

    @Override
    public RunSettings settings() {
        return settings;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        RewardWork.source(run);
        OptionTree<RewardOptions> options =
                settings.resolve(OptionTree.load(run.resolve("config.yaml"), RewardOptions.class));
        if (settings.printConfig()) {
            out.print(options.describe());
            out.flush();
            return 0;
        }
        RewardWork.Cells cells;
        try (Console console = new Console(out)) {
            cells = new RewardWork(run, options.options(), console).prototypes();
        }
        out.printf(
                "%d cells of users, %d cells of scenarios -> %s%n",
                cells.users().size(), cells.scenarios(), run.resolve("reward"));
        for (PrototypeSpace.Prototype cell : cells.users()) {
            String stable =
                    cell.stability() == null
                            ? ""
                            : String.format(Locale.ROOT, ", stability %.2f", cell.stability());
            out.printf(
                    "%s: %d users%s. %s%n",
                    cell.label(), cell.members().size(), stable, cell.persona());
        }
        out.flush();
        return 0;
    }
}
