package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import org.kindred.datasets.forget.ArtefactEraser;
import org.kindred.datasets.forget.Forgetting;
import org.kindred.pipeline.RunReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "forget",
        mixinStandardHelpOptions = true,
        description =
                "Remove a user from every artefact of a run or data folder that holds their text.")
final class ForgetCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "RUN|DIR", description = "Folder to clean.")
    private Path folder;

    @Parameters(index = "1", paramLabel = "USER", description = "Id of the user.")
    private String user;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<ArtefactEraser> erasers =
                ServiceLoader.load(ArtefactEraser.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList();
        Forgetting.Result result = Forgetting.forget(folder, user, erasers);
        for (Forgetting.Removal removal : result.removals()) {
            out.printf("%-44s %s%n", removal.file(), removal.what());
        }
        if (reportWasRemoved(result) && Files.exists(folder.resolve("eval/samples.jsonl"))) {
            RunReport.write(folder);
            out.println(
                    "eval/report.html                             written again without the user");
        }
        result.trained()
                .forEach(
                        model ->
                                out.printf(
                                        "%-44s learned from the user too and is unchanged; train again to be sure%n",
                                        model));
        result.remaining()
                .forEach(
                        file ->
                                out.printf(
                                        "%-44s STILL HOLDS TEXT OR ID: remove it by hand%n", file));
        out.flush();
        return result.remaining().isEmpty() ? 0 : 1;
    }

    private static boolean reportWasRemoved(Forgetting.Result result) {
        return result.removals().stream()
                .anyMatch(removal -> removal.file().equals("eval/report.html"));
    }
}
