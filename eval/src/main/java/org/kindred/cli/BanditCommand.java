package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.options.OptionTree;
import org.kindred.policy.bandit.BanditOptions;
import org.kindred.policy.bandit.BanditStudy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "bandit",
        mixinStandardHelpOptions = true,
        description =
                "Estimators and levers compared on a bandit with preference groups, at one learning rate"
                        + " and with tuned ones; writes results.json and tables.md.")
final class BanditCommand implements Callable<Integer>, RunSettings.Holder {
    @Spec private CommandSpec spec;
    @Mixin private RunSettings settings;

    @Override
    public RunSettings settings() {
        return settings;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        OptionTree<BanditOptions> options = settings.resolve(BanditOptions.defaults());
        if (settings.printConfig()) {
            out.print(options.describe());
            out.flush();
            return 0;
        }
        Path folder = settings.outOr("bandit");
        settings.refuseOccupied(folder);
        BanditStudy.Result result;
        try (Console console = new Console(out)) {
            console.stage("bandit", folder.toString());
            int[] total = new int[1];
            BanditStudy study =
                    new BanditStudy(
                            options.options(), (cell, done) -> console.step(done, total[0], cell));
            total[0] = study.cells();
            result = study.run();
        }
        String tables =
                "At one rate\n\n"
                        + BanditStudy.markdown(result.fixed())
                        + "\nWith tuned rates\n\n"
                        + BanditStudy.markdown(result.tuned());
        Json.write(folder.resolve("results.json"), result);
        AtomicFiles.writeText(folder.resolve("tables.md"), tables);
        out.print(tables);
        out.flush();
        return 0;
    }
}
