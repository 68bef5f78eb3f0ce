package org.kindred.cli;

import java.io.PrintWriter;
import java.util.Set;
import org.kindred.pipeline.Recipe;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "derive",
        mixinStandardHelpOptions = true,
        description =
                "Fit or reach the judge, and write personas and evaluation chains for the users of DATA."
                        + " Other commands take the result as --judge run:DIR, or go on in its folder.")
final class DeriveCommand extends RecipeCommand {
    @Parameters(
            paramLabel = "DATA",
            description = "Canonical folder, preferences file, or FORMAT:PATH of a published set.")
    private String data;

    DeriveCommand() {
        super(Recipe.Goal.CHAINS, Set.of("seed", "data", "judge", "engine"));
    }

    @Override
    void flags() {
        settings.set("data.source", data);
    }

    @Override
    String folderName() {
        return "reward";
    }

    @Override
    void tell(Recipe recipe, PrintWriter out) {
        out.println(recipe.chains() + " -> " + recipe.root());
    }
}
