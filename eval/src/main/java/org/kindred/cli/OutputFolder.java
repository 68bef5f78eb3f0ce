package org.kindred.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;
import org.kindred.options.OptionsException;
import org.kindred.pipeline.RunFolder;
import picocli.CommandLine.Option;

/** The folder that a command writes. */
class OutputFolder {
    private static final Path RUNS = Path.of("runs");

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder for the results (default: runs/<command>-<date>-<time>).")
    private @Nullable Path out;

    @Option(names = "--force", description = "Replace the results that --out holds.")
    private boolean force;

    /** Of a command that can go on with an interrupted run. */
    static final class Resumable extends OutputFolder {
        @Option(
                names = "--resume",
                description = "Continue an interrupted run in --out after its last finished stage.")
        private boolean resume;

        boolean resume() {
            return resume;
        }

        /** Likewise; to go on without {@code --out} is to go on with the newest. */
        @Override
        Path folder(String command) {
            return resume && out() == null
                    ? RunFolder.newest(RUNS, command + "-")
                    : super.folder(command);
        }

        RunFolder.Existing existing() {
            if (resume && force()) {
                throw new OptionsException("--resume and --force contradict each other; give one");
            }
            return resume
                    ? RunFolder.Existing.RESUME
                    : force() ? RunFolder.Existing.REPLACE : RunFolder.Existing.REFUSE;
        }
    }

    /** Takes the folder that a command names by other means. */
    void use(Path folder) {
        out = folder;
    }

    @Nullable Path out() {
        return out;
    }

    boolean force() {
        return force;
    }

    /**
     * That of {@code --out}, or a new one under {@code runs}, named by the command and the time.
     */
    Path folder(String command) {
        if (out != null) {
            return out;
        }
        String stamp =
                LocalDateTime.now(ZoneId.systemDefault())
                        .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
        return RUNS.resolve(command + "-" + stamp);
    }

    /**
     * For commands that write a folder in one step, at their end: refuses now what could not be
     * replaced then.
     *
     * @param mark a file of what the command writes; a folder without it is never replaced
     */
    void refuseForeign(Path folder, String mark) {
        refuseOccupied(folder);
        if (RunFolder.isOccupied(folder) && !Files.exists(folder.resolve(mark))) {
            throw new KindredException(
                    folder
                            + " holds other things than this command writes (no "
                            + mark
                            + "), which --force does not replace. Empty it by hand or name another"
                            + " folder with --out.");
        }
    }

    /** For commands that write a folder once and cannot resume. */
    void refuseOccupied(Path folder) {
        if (!force && RunFolder.isOccupied(folder)) {
            throw new KindredException(
                    folder
                            + " is not empty. Replace its files with --force or name another folder with --out.");
        }
    }
}
