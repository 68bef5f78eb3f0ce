package org.kindred.cli;

import org.kindred.datasets.KindredException;
import org.kindred.options.OptionsException;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

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
            DoctorCommand.class,
            PresetsCommand.class,
            AutoComplete.GenerateCompletion.class,
            CommandLine.HelpCommand.class
        })
public final class Main {

    @Command(
            name = "data",
            description = "Data sets: simulate, import, inspect, split, forget.",
            synopsisSubcommandLabel = "COMMAND",
            mixinStandardHelpOptions = true,
            subcommands = {
                SimulateCommand.class,
                ImportCommand.class,
                InspectCommand.class,
                SplitCommand.class,
                ForgetCommand.class
            })
    static final class Data {}

    @Command(
            name = "policy",
            description = "Language-model policies: sft, train, bandit, study, generate, bench.",
            synopsisSubcommandLabel = "COMMAND",
            mixinStandardHelpOptions = true,
            subcommands = {
                SftCommand.class,
                TrainCommand.class,
                BanditCommand.class,
                StudyCommand.class,
                GenerateCommand.class,
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

    private Main() {}

    public static void main(String[] arguments) {
        Interruption.arm();
        int status = commandLine().execute(arguments);
        Interruption.disarm();
        System.exit(status);
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        line.setExecutionStrategy(new CommandLine.RunLast());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((failure, command, parsed) -> report(failure, command));
        return line;
    }

    private static int report(Exception failure, CommandLine command) {
        boolean verbose =
                command.getCommand() instanceof RunSettings.Holder holder
                        && holder.settings().verbose();
        if (verbose) {
            failure.printStackTrace(command.getErr());
        } else {
            command.getErr().println("kindred: " + Failures.message(failure));
        }
        command.getErr().flush();
        return failure instanceof OptionsException
                ? CommandLine.ExitCode.USAGE
                : CommandLine.ExitCode.SOFTWARE;
    }

    /** Messages for failures that are not our own. */
    static final class Failures {
        private Failures() {}

        static String message(Throwable failure) {
            if (failure instanceof KindredException) {
                return String.valueOf(failure.getMessage());
            }
            if (failure instanceof OutOfMemoryError) {
                return "out of memory; give the Java heap more with KINDRED_HEAP=3g, or lower rows per batch";
            }
            return "unexpected "
                    + failure.getClass().getSimpleName()
                    + ": "
                    + failure.getMessage()
                    + ". This is a fault of Kindred; --verbose shows where.";
        }
    }
}
