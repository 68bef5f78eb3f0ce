package org.kindred.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs the command line as a process of its own, as a user does. */
final class Kindred {
    /** What a finished command left. */
    record Outcome(int status, String output) {}

    private Kindred() {}

    static Outcome run(Path workingFolder, String... arguments)
            throws IOException, InterruptedException {
        Process process = start(workingFolder, arguments);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output);
    }

    /** Output and errors come through the process's input stream. */
    static Process start(Path workingFolder, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-Xmx1g",
                                "-XX:+UseSerialGC",
                                // Short commands are over before the optimising compiler pays.
                                "-XX:TieredStopAtLevel=1",
                                "-Dai.djl.offline=true",
                                "-Dai.djl.pytorch.graph_optimizer=false",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "org.kindred.cli.Main"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(workingFolder.toFile())
                        .redirectErrorStream(true);
        builder.environment().put("CI", "true");
        return builder.start();
    }
}
