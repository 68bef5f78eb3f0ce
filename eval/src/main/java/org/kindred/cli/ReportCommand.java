package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.kindred.options.OptionsException;
import org.kindred.pipeline.RunReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description =
                "Write the report of any results again; of a run that is going on, with what is there.")
final class ReportCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(
            paramLabel = "RUN",
            description = "Folder of a run, or of another command's results.")
    private Path run;

    @Option(
            names = "--refresh",
            paramLabel = "SECONDS",
            description =
                    "Write the report again every so many seconds until the run is finished; the open page loads itself again.")
    private int refresh;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (refresh < 0) {
            throw new OptionsException("--refresh " + refresh + ": must be 1 second or more");
        }
        boolean going = refresh > 0 && !RunReport.isFinished(run);
        out.println(RunReport.write(run, going ? refresh : 0));
        out.flush();
        while (going) {
            try {
                Thread.sleep(Duration.ofSeconds(refresh).toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return 0;
            }
            going = !RunReport.isFinished(run);
            RunReport.write(run, going ? refresh : 0);
        }
        return 0;
    }
}
