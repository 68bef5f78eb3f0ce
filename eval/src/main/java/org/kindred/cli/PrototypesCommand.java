package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.kindred.datasets.Escape;
import org.kindred.options.OptionsException;
import org.kindred.pipeline.Recipe;
import org.kindred.pipeline.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "prototypes",
        mixinStandardHelpOptions = true,
        description =
                "Find preference groups with the judge of RUN: cells of like-minded users, or for a"
                        + " language model of (user, scenario) samples as published.")
final class PrototypesCommand extends RecipeCommand {
    @Parameters(
            paramLabel = "RUN",
            description = "Folder of kindred reward derive, or of another command with a judge.")
    private Path run;

    PrototypesCommand() {
        super(Recipe.Goal.GROUPS, Set.of("seed", "data", "judge", "groups", "engine"));
    }

    @Override
    void flags() {
        if (!Files.exists(run.resolve(RunFolder.CONFIG))) {
            throw new OptionsException(
                    run
                            + ": holds no run (no "
                            + RunFolder.CONFIG
                            + "). Make one with kindred reward derive DATA --out "
                            + run);
        }
        output.use(run);
    }

    /** The folder is a run; its groups are found anew where their options changed. */
    @Override
    RunFolder.Existing existing() {
        return RunFolder.Existing.RESUME;
    }

    @Override
    String folderName() {
        return "reward";
    }

    @Override
    void tell(Recipe recipe, PrintWriter out) {
        recipe.groups().stream().map(Escape::terminal).forEach(out::println);
    }
}
