package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.export.TrainerFormat;
import org.kindred.datasets.source.DataSource;
import org.kindred.options.OptionTree;
import org.kindred.pipeline.ExportOptions;
import org.kindred.pipeline.PromptExport;
import org.kindred.reward.judges.RewardOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description =
                "Prompts of DATA in the columns of another project's trainer, with user, prompt_id, split"
                        + " and, with --judge, the user's persona: train and eval as JSON lines and Parquet.")
final class ExportCommand implements Callable<Integer> {
    /** Names for the help and for completion. */
    static final class Trainers implements Iterable<String> {
        @Override
        public java.util.Iterator<String> iterator() {
            return TrainerFormat.names().iterator();
        }
    }

    @Spec private CommandSpec spec;
    @Mixin private OptionSettings.Seeded settings;
    @Mixin private OutputFolder output;

    @Parameters(paramLabel = "DATA", description = DataArgument.WHAT)
    private DataSource data;

    @Option(
            names = "--for",
            required = true,
            paramLabel = "TRAINER",
            completionCandidates = Trainers.class,
            description = "One of ${COMPLETION-CANDIDATES}.")
    private String trainer;

    @Mixin private EngineSettings engine;

    @Option(
            names = "--judge",
            paramLabel = "JUDGE",
            description =
                    "Who writes personas (default: nobody): rubric | openai:URL#MODEL (key in"
                            + " KINDRED_API_KEY) | ollama:URL#MODEL | local:DIR | run:DIR, the judge of"
                            + " a finished run.")
    private @Nullable String judge;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        TrainerFormat format = TrainerFormat.parse(trainer);
        engine.addTo(settings);
        settings.set("judge.spec", judge);
        settings.set("persona", judge == null ? null : true);
        OptionTree<ExportOptions> all = settings.resolve(ExportOptions.defaults());
        String why = "no persona is wanted; --judge names who writes them";
        OptionTree<ExportOptions> options =
                all.options().persona()
                        ? all.refuse("judge.", RewardOptions.unread(all.options().judge()))
                        : all.refuse("judge", why).refuse("engine", why).refuse("criteria", why);
        if (settings.printed(options, out)) {
            return 0;
        }
        Path folder = output.folder("export");
        output.refuseOccupied(folder);
        PromptExport.Exported exported;
        try (Console console = new Console(out)) {
            exported = new PromptExport(folder, format, options.options(), console).write(data);
        }
        exported.licences().forEach(licence -> out.printf("licence    %s%n", licence));
        exported.contentWarnings().forEach(warning -> out.printf("warning    %s%n", warning));
        out.printf("warning    %s%n", exported.warning());
        exported.withoutPersona()
                .forEach(
                        (reason, count) ->
                                out.printf(
                                        Locale.ROOT,
                                        "left out   no persona, %s %d times%n",
                                        reason,
                                        count));
        out.printf(
                Locale.ROOT,
                "%d users, prompts %s, %s personas, for %s -> %s%n",
                exported.users(),
                exported.rows(),
                exported.judge() == null ? "no" : "with",
                exported.trainer(),
                folder);
        out.flush();
        boolean nothing = exported.rows().values().stream().allMatch(rows -> rows == 0);
        return nothing ? 1 : 0;
    }
}
