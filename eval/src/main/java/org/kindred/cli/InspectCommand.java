package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.Progress;
import org.kindred.datasets.inspect.Inspection;
import org.kindred.datasets.inspect.InspectionPage;
import org.kindred.datasets.source.DataSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description =
                "What a canonical folder holds, in numbers; inspect.json and inspect.html go to --out.")
final class InspectCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private OutputFolder output;

    @Parameters(paramLabel = "DATA", description = DataArgument.WHAT)
    private DataSource data;

    @Option(names = "--json", description = "Print the numbers as JSON instead of text.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Path folder = output.folder("inspect");
        output.refuseOccupied(folder);
        Path work = folder.resolve("data");
        Inspection inspection =
                Inspection.of(data.name(), data.read(work, Progress.NONE), data.unread(work));
        Json.write(folder.resolve("inspect.json"), inspection);
        AtomicFiles.writeText(folder.resolve("inspect.html"), InspectionPage.html(inspection));
        if (json) {
            out.print(Json.pretty(inspection));
        } else {
            out.print(InspectionPage.text(inspection));
            out.println("-> " + folder.resolve("inspect.html"));
        }
        out.flush();
        return 0;
    }
}
