package org.kindred.policy.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import org.kindred.datasets.KindredException;

/** The native library of this process. */
final class TorchEngine {
    private TorchEngine() {}

    /** Starts the engine if need be. The manager owns all native memory of one model. */
    static NDManager open(EngineOptions options) {
        Engine engine = Engine.getEngine("PyTorch");
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

    /** Whether matrices can be put in the processor's order: oneDNN on x86-64. */
    static boolean packs(NDManager owner, EngineOptions options) {
        String architecture = System.getProperty("os.arch");
        return options.packWeights()
                && !owner.getDevice().isGpu()
                && (architecture.equals("amd64") || architecture.equals("x86_64"));
    }
}
