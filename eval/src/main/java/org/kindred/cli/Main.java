package org.kindred.cli;

import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.source.DataSource;
import org.kindred.options.OptionsException;
import org.kindred.options.Spelling;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** Entry point of {@code kindred}. Exit status: 0 done, 1 the work failed, 2 bad usage. */
@Command(
        name = "kindred",
        mixinStandardHelpOptions = true,
        version = "kindred 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        description =
                "Personalised reward models, preference groups and policies aligned with them.",
        subcommands = {
            RunCommand.class,
            Main.Data.class,
            Main.Reward.class,
            Main.Policy.class,
            Main.Eval.class,
            ServeCommand.class,
            DoctorCommand.class,
            PresetsCommand.class,
            AutoComplete.GenerateCompletion.class,
            CommandLine.HelpCommand.class
        })
public final class Main {

    @Command(
            name = "data",
            description = "Data sets: simulate, import, inspect, split, export, forget.",
            synopsisSubcommandLabel = "COMMAND",
            mixinStandardHelpOptions = true,
            subcommands = {
                SimulateCommand.class,
                ImportCommand.class,
                InspectCommand.class,
                SplitCommand.class,
                ExportCommand.class,
                ForgetCommand.class
            })
    static final class Data {}

    @Command(
            name = "policy",
            description = "Language-model policies: sft, train, generate, convert, bench.",
            synopsisSubcommandLabel = "COMMAND",
            mixinStandardHelpOptions = true,
            subcommands = {
                SftCommand.class,
                TrainCommand.class,
                GenerateCommand.class,
                ConvertCommand.class,
                PolicyBenchCommand.class
            })
    static final class Policy {}

    @Command(
            name = "reward",
            description = "Reward models: derive, prototypes, score, compare, train.",
            synopsisSubcommandLabel = "COMMAND",
            mixinStandardHelpOptions = true,
            subcommands = {
                DeriveCommand.class,
                PrototypesCommand.class,
                ScoreCommand.class,
                CompareCommand.class,
                RewardTrainCommand.class
            })
    static final class Reward {}

    @Command(
            name = "eval",
            description = "Evaluation: benchmark, win-rate, rank, scores, compare, report.",
            synopsisSubcommandLabel = "COMMAND",
            mixinStandardHelpOptions = true,
            subcommands = {
                BenchmarkCommand.class,
                WinRateCommand.class,
                RankCommand.class,
                ScoresCommand.class,
                EvalCompareCommand.class,
                ReportCommand.class
            })
    static final class Eval {}

    @Option(
            names = "--verbose",
            scope = CommandLine.ScopeType.INHERIT,
            description = "Show stack traces.")
    private boolean verbose;

    private Main() {}

    public static void main(String[] arguments) {
        Interruption.arm();
        int status = commandLine().execute(arguments);
        Interruption.disarm();
        System.exit(status);
    }

    static CommandLine commandLine() {
        Main main = new Main();
        CommandLine line = new CommandLine(main);
        line.setExecutionStrategy(Main::execute);
        line.registerConverter(DataSource.class, new DataArgument());
        finish(line);
        line.setExecutionExceptionHandler(
                (failure, command, parsed) -> report(failure, command, main.verbose));
        return line;
    }

    /** Enums as everywhere else, and no {@code --preset} where there is none. */
    private static void finish(CommandLine line) {
        CommandSpec spec = line.getCommandSpec();
        OptionSpec preset = spec.findOption(Preset.FLAG);
        if (preset != null && Preset.of(Preset.command(spec)).isEmpty()) {
            spec.remove(preset);
        }
        if (spec.userObject()
                instanceof PrototypesCommand) { // which goes on in the run it is given
            List.of("--out", "--force", "--resume")
                    .forEach(flag -> spec.remove(spec.findOption(flag)));
        }
        spec.args().forEach(arg -> registerEnum(line, arg.auxiliaryTypes()[0]));
        line.getSubcommands().values().forEach(Main::finish);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an enum's own class
    private static void registerEnum(CommandLine line, Class type) {
        if (type.isEnum()) {
            line.registerConverter(type, text -> Spelling.parse(type, "value", text));
        }
    }

    /** Help keeps its colours; what a command prints passes {@link Terminal}. */
    private static int execute(CommandLine.ParseResult parsed) {
        Integer helped = CommandLine.executeHelpRequest(parsed);
        if (helped != null) {
            return helped;
        }
        CommandLine line = parsed.commandSpec().commandLine();
        line.setOut(Terminal.over(line.getOut()));
        line.setErr(Terminal.over(line.getErr()));
        try {
            return new CommandLine.RunLast().execute(parsed);
        } catch (Error e) { // picocli hands on exceptions alone
            throw new CommandLine.ExecutionException(line, String.valueOf(e.getMessage()), e);
        }
    }

    private static int report(Exception thrown, CommandLine command, boolean verbose) {
        Throwable failure = Failures.cause(thrown);
        if (verbose) {
            failure.printStackTrace(command.getErr());
        } else {
            command.getErr().println("kindred: " + Failures.message(failure));
        }
        command.getErr().flush();
        return failure instanceof OptionsException || Failures.isRefusedOption(failure)
                ? CommandLine.ExitCode.USAGE
                : CommandLine.ExitCode.SOFTWARE;
    }

    /** Messages for failures that are not our own. */
    static final class Failures {
        private Failures() {}

        /** What went wrong, without what other threads and libraries put around it. */
        static Throwable cause(Throwable failure) {
            boolean wrapped =
                    failure instanceof CompletionException
                            || failure instanceof ExecutionException
                            || failure instanceof CommandLine.ExecutionException
                            || failure instanceof UncheckedIOException;
            return wrapped && failure.getCause() != null ? cause(failure.getCause()) : failure;
        }

        /** Options that were made of others, and refuse a value of theirs when work has begun. */
        static boolean isRefusedOption(Throwable failure) {
            if (!(failure instanceof IllegalArgumentException)) {
                return false;
            }
            for (StackTraceElement frame : failure.getStackTrace()) {
                if (!frame.getClassName().endsWith("Options")) {
                    return false;
                }
                if (frame.getMethodName().equals("<init>")) {
                    return true;
                }
            }
            return false;
        }

        static String message(Throwable failure) {
            if (failure instanceof FileSystemException file && file.getFile() != null) {
                return AtomicFiles.failure("reading or writing", Path.of(file.getFile()), file)
                        .getMessage();
            }
            if (failure instanceof KindredException || failure instanceof OptionsException) {
                return String.valueOf(failure.getMessage());
            }
            if (failure instanceof OutOfMemoryError) {
                return "out of memory; give the Java heap more with KINDRED_HEAP=3g, or lower rows per batch";
            }
            if (isRefusedOption(failure)) {
                return failure.getMessage() + ". See --print-config for its key";
            }
            return "unexpected "
                    + failure.getClass().getSimpleName()
                    + ": "
                    + failure.getMessage()
                    + ". This is a fault of Kindred; --verbose shows where.";
        }
    }
}
