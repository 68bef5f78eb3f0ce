package org.kindred.policy.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.kindred.datasets.KindredException;

/**
 * {@link EngineSelfTest} in a process of its own: a mismatched pair of native libraries starts
 * without complaint and then ends the process at the first tensor.
 */
public final class EngineProbe {
    private static final int ABORTED = 134; // 128 + SIGABRT
    private static final int SEGMENTATION_FAULT = 139; // 128 + SIGSEGV

    private EngineProbe() {}

    /**
     * Runs the test with the libraries and settings of this process.
     *
     * @return the report, one line per check
     * @throws KindredException if the child died, found a wrong number or took too long
     */
    public static String run(EngineOptions options, Duration limit) {
        try {
            Path report = Files.createTempFile("kindred-engine-", ".txt");
            Path output = Files.createTempFile("kindred-engine-", ".log");
            try {
                return run(options, limit, report, output);
            } finally {
                Files.deleteIfExists(report);
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            throw new KindredException("Engine test: could not start a process (" + e + ")", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KindredException("Engine test: interrupted", e);
        }
    }

    private static String run(EngineOptions options, Duration limit, Path report, Path output)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        System.getProperties()
                .stringPropertyNames()
                .forEach(
                        name -> {
                            if (name.startsWith("ai.djl.") || name.equals("ENGINE_CACHE_DIR")) {
                                command.add("-D" + name + "=" + System.getProperty(name));
                            }
                        });
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(EngineProbe.class.getName());
        command.addAll(List.of(options.device().name(), "" + options.nativeThreads()));
        command.add(report.toString());
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new KindredException(
                        "Engine test: no result after "
                                + limit.toSeconds()
                                + " s; the machine may be busy, or the libraries hang");
            }
        } finally {
            process.destroyForcibly();
        }
        String text = Files.readString(report);
        if (process.exitValue() != 0) {
            String said = text.isEmpty() ? Files.readString(output) : text;
            throw new KindredException(
                    "Engine test: " + meaning(process.exitValue()) + "\n" + said.strip());
        }
        return text;
    }

    /** What an exit status of the child says. */
    static String meaning(int status) {
        return switch (status) {
            case ABORTED, SEGMENTATION_FAULT ->
                    "the process ended with "
                            + (status == ABORTED ? "SIGABRT" : "SIGSEGV")
                            + ": libtorch and its Java binding do not belong together. Unset"
                            + " PYTORCH_LIBRARY_PATH, PYTORCH_VERSION and PYTORCH_FLAVOR to use the"
                            + " bundled pair";
            default -> "failed with status " + status;
        };
    }

    /**
     * The child. Writes its report to a file and ends with status 1 if a check failed.
     *
     * @param arguments device, threads, file for the report
     */
    public static void main(String[] arguments) throws IOException {
        EngineReport report =
                EngineSelfTest.run(
                        EngineOptions.defaults()
                                .withDevice(EngineOptions.Device.valueOf(arguments[0]))
                                .withThreads(Integer.parseInt(arguments[1])));
        Files.writeString(Path.of(arguments[2]), report.toString());
        if (!report.passed()) {
            System.exit(1);
        }
    }
}
