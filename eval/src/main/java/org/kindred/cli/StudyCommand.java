package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;
import org.kindred.pipeline.study.LanguageStudy;
import org.kindred.pipeline.study.StudyOptions;
import org.kindred.pipeline.study.StudyReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "study",
        mixinStandardHelpOptions = true,
        description =
                "Estimators and levers compared on a small language model in simulated populations: tuned"
                        + " learning rates, paired seeds, true utility per group. The same command goes on with"
                        + " what --out holds; started twice at once, both share the work. Writes results.json"
                        + " and tables.md.")
final class StudyCommand implements Callable<Integer>, RunSettings.Holder {
    @Spec private CommandSpec spec;
    @Mixin private RunSettings settings;
    @Mixin private EngineSettings engine;

    @Override
    public RunSettings settings() {
        return settings;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        engine.addTo(settings);
        OptionTree<StudyOptions> options = settings.resolve(StudyOptions.defaults());
        if (settings.printConfig()) {
            out.print(options.describe());
            out.flush();
            return 0;
        }
        Path folder = settings.out();
        if (folder == null) {
            throw new OptionsException(
                    "--out DIR is missing: name the folder that the study is made, or gone on, in");
        }
        Optional<StudyReport> report;
        try (Console console = new Console(out)) {
            report = new LanguageStudy(options.options(), folder, console).run();
        }
        out.print(
                report.map(StudyReport::markdown)
                        .orElse(
                                "another process is at work on what is left; when it is done, the same"
                                        + " command writes the report\n"));
        out.flush();
        return 0;
    }
}
