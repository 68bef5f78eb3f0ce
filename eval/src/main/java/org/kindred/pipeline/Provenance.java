package org.kindred.pipeline;

import ai.djl.engine.Engine;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.kindred.datasets.Json;
import org.kindred.policy.model.EngineOptions;

/**
 * What a run depended on besides its options. Dates stand here and nowhere else, so that results of
 * equal runs are equal bytes.
 *
 * @param kindred version of this program
 * @param java version and vendor of the virtual machine
 * @param platform operating system and processor architecture
 * @param engine name and version of the tensor engine
 * @param threads computing threads of the engine; bitwise equality holds for one count on one
 *     machine
 * @param seed of the run
 * @param inputHashes SHA-256 of the input files, empty for a simulated population
 * @param started date and time, UTC
 */
record Provenance(
        String kindred,
        String java,
        String platform,
        String engine,
        int threads,
        long seed,
        Map<String, String> inputHashes,
        String started) {

    static final String VERSION = "0.1.0";

    static Provenance now(long seed, EngineOptions engine) {
        return new Provenance(
                VERSION,
                System.getProperty("java.version") + " " + System.getProperty("java.vendor"),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                "DJL " + Engine.getDjlVersion() + ", PyTorch",
                engine.threads() == 0
                        ? Runtime.getRuntime().availableProcessors()
                        : engine.threads(),
                seed,
                Map.of(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    }

    void write(Path file) {
        Json.write(file, this);
    }
}
