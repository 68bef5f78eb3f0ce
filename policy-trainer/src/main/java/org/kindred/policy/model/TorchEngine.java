package org.kindred.policy.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.kindred.datasets.KindredException;
import org.kindred.policy.checkpoint.NativeLibraries;

/** The native library of this process. */
final class TorchEngine {
    private TorchEngine() {}

    /** Starts the engine if need be. The manager owns all native memory of one model. */
    static NDManager open(EngineOptions options) {
        Engine engine =
                NativeLibraries.load("the engine (libtorch)", () -> Engine.getEngine("PyTorch"));
        int gpus = options.device() == EngineOptions.Device.CPU ? 0 : engine.getGpuCount();
        if (options.device() == EngineOptions.Device.GPU && gpus == 0) {
            throw new KindredException(
                    "Option device = gpu: the engine (libtorch "
                            + engine.getVersion()
                            + ") finds no GPU. Set PYTORCH_LIBRARY_PATH and PYTORCH_FLAVOR to a CUDA"
                            + " build, or use device = cpu");
        }
        return engine.newBaseManager(gpus == 0 ? Device.cpu() : Device.gpu(0));
    }

    /** Whether matrices can be put in the processor's order: oneDNN on x86-64, bfloat16 on some. */
    static boolean packs(NDManager owner, EngineOptions options) {
        boolean low =
                options.precision() == EngineOptions.Precision.BF16
                        || options.rolloutPrecision() == EngineOptions.Precision.BF16;
        String architecture = System.getProperty("os.arch");
        return options.packWeights()
                && !owner.getDevice().isGpu()
                && (architecture.equals("amd64") || architecture.equals("x86_64"))
                && (!low || PacksBfloat16.ON_THIS_PROCESSOR);
    }

    /**
     * As libtorch's oneDNN asks of the processor; where it cannot be read, bfloat16 is not packed.
     */
    private static final class PacksBfloat16 {
        private static final Path PROCESSOR = Path.of("/proc/cpuinfo");
        static final boolean ON_THIS_PROCESSOR = found();

        private static boolean found() {
            try (Stream<String> lines = Files.lines(PROCESSOR)) {
                Set<String> flags =
                        lines.filter(line -> line.startsWith("flags"))
                                .findFirst()
                                .map(line -> Set.copyOf(Arrays.asList(line.split("\\s+"))))
                                .orElse(Set.of());
                return flags.contains("avx_ne_convert")
                        || flags.containsAll(Set.of("avx512bw", "avx512vl", "avx512dq"));
            } catch (IOException | UncheckedIOException unreadable) {
                return false;
            }
        }
    }
}
