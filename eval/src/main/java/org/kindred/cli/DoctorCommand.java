package org.kindred.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.model.EngineProbe;
import org.kindred.reward.BgeEmbedder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description =
                "Is this machine fit: the tensor engine against a plain oracle, in a process of its own, and the embedding model.")
final class DoctorCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @Spec private CommandSpec spec;

    @Option(names = "--device", description = "auto, cpu or gpu (default: auto).")
    private EngineOptions.Device device = EngineOptions.Device.AUTO;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Runtime runtime = Runtime.getRuntime();
        out.printf(
                "Java %s on %s %s, %d processors, heap at most %d MiB%n",
                System.getProperty("java.version"),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                runtime.availableProcessors(),
                runtime.maxMemory() >> 20);
        out.flush();
        out.println(EngineProbe.run(EngineOptions.defaults().withDevice(device), LIMIT));
        try (BgeEmbedder embedder = new BgeEmbedder(BgeEmbedder.Options.defaults())) {
            out.printf(
                    "embedding model %s: %d dimensions%n",
                    embedder.name(), embedder.embed("A test.").length);
        }
        out.println("all well");
        out.flush();
        return 0;
    }
}
