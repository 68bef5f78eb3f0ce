package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Escape;
import org.kindred.datasets.Json;
import org.kindred.datasets.Quarantined;
import org.kindred.datasets.source.DataSource;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.alignment.WinRate;
import org.kindred.eval.stats.Interval;
import org.kindred.eval.winrate.WinRateOptions;
import org.kindred.eval.winrate.WinRateRun;
import org.kindred.options.OptionTree;
import org.kindred.reward.judges.RewardOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "win-rate",
        mixinStandardHelpOptions = true,
        description =
                "How often a judge prefers one policy's completions to another's, per group; every pair is asked in both orders.")
final class WinRateCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private OptionSettings.Seeded settings;
    @Mixin private OutputFolder output;

    @Parameters(
            paramLabel = "[NAME=]SAMPLES",
            arity = "1..*",
            description = {
                "Folder of a finished kindred run, or a file with lines {\"id\", \"user\", \"prompt\", \"completion\"} and,"
                        + " if known, \"group\", \"policy\", \"index\".",
                "Each policy is compared with all before it, on prompts with the same id."
            })
    private List<String> samples;

    @Option(
            names = "--judge",
            paramLabel = "SPEC",
            description =
                    "rubric | openai:URL#MODEL (key in KINDRED_API_KEY) | ollama:URL#MODEL | local:DIR |"
                            + " run:DIR;"
                            + " shorthand for --set judge.spec=SPEC (default: rubric).")
    private @Nullable String judge;

    @Option(
            names = "--data",
            paramLabel = "DATA",
            description =
                    DataArgument.WHAT
                            + " The users' past choices and groups (default: those of the first run).")
    private @Nullable DataSource data;

    @Option(
            names = "--policies",
            paramLabel = "A,B",
            split = ",",
            description = "Only these, in this order (default: all).")
    private @Nullable List<String> policies;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description =
                    "Most prompts, drawn by seed; shorthand for --set prompts=N (default: all).")
    private @Nullable Integer limit;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        settings.set("judge.spec", judge);
        settings.set("prompts", limit);
        settings.set("policies", policies == null ? null : Json.line(policies));
        OptionTree<WinRateOptions> all = settings.resolve(WinRateOptions.defaults());
        OptionTree<WinRateOptions> options =
                all.refuse("judge.", RewardOptions.unread(all.options().judge()))
                        .refuse("judge.scaling", "a pair is read once in each order")
                        .refuse("judge.persona", "no policy reads a persona here");
        if (settings.printed(options, out)) {
            return 0;
        }
        Path folder = output.folder("win-rate");
        output.refuseOccupied(folder);
        WinRateRun run;
        try (Console console = new Console(out)) {
            run =
                    WinRateRun.of(
                            samples,
                            data == null ? null : data.canonical(folder.resolve("data"), console),
                            options.options(),
                            folder.resolve("judge-cache.sqlite"),
                            console);
        }
        run.write(folder, TypedCommand.words(spec), samples);
        out.println();
        out.println(Escape.terminal(run.summary()));
        if (!run.quarantined().isEmpty()) {
            out.println(
                    Quarantined.summary(run.quarantined())
                            + "; files, lines and reasons are in "
                            + folder.resolve("quarantine.jsonl"));
        }
        out.print(table(run.rates()));
        out.println(
                "Rate in % (ties one half; pairs without a verdict are not counted), 95 % interval over users; results and report.html in "
                        + folder);
        run.rates().stream()
                .filter(rate -> rate.group().equals(Alignment.ALL))
                .map(WinRate::sentence)
                .map(Escape::terminal)
                .forEach(out::println);
        out.flush();
        return run.anyVerdict() ? 0 : 1;
    }

    /** Without ends where a single user leaves none. */
    private static String percent(Interval rate) {
        return String.format(Locale.ROOT, "%5.1f", 100 * rate.mean())
                + (Double.isFinite(rate.low())
                        ? String.format(
                                Locale.ROOT, " [%.1f, %.1f]", 100 * rate.low(), 100 * rate.high())
                        : "");
    }

    private static String table(List<WinRate> rates) {
        StringBuilder text =
                new StringBuilder(
                        String.format(
                                "%n%-34s %-14s %-20s %5s %5s %6s %8s %10s %10s%n",
                                "policy - baseline",
                                "group",
                                "rate",
                                "wins",
                                "ties",
                                "losses",
                                "unscored",
                                "consistent",
                                "adjusted p"));
        for (WinRate rate : rates) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "%-34s %-14s %-20s %5d %5d %6d %8d %8.1f %% %10.3g%n",
                            Escape.terminal(rate.policy() + " - " + rate.baseline()),
                            Escape.terminal(rate.group()),
                            percent(rate.rate()),
                            rate.wins(),
                            rate.ties(),
                            rate.losses(),
                            rate.unscored(),
                            100 * rate.consistency(),
                            rate.holm()));
        }
        return text.toString();
    }
}
