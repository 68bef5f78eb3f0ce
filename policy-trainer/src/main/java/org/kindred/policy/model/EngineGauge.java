package org.kindred.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * What the machine can do at best in this process: the yardstick for everything else. The best of
 * some repeats, since a busy neighbour can only make it slower.
 *
 * @param flopsPerSecond of a product of two square matrices of 1,536 rows
 * @param bytesPerSecond of reading 256 MiB from memory
 */
public record EngineGauge(double flopsPerSecond, double bytesPerSecond) {
    private static final int ROWS = 1536;
    private static final long BYTES = 256L << 20;
    private static final int REPEATS = 5;
    private static final String SCRIPT =
            """
            class Gauge(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              def product(self: __torch__.Gauge, a: Tensor, kind: Tensor) -> Tensor:
                low = a.to(int(kind.item()))
                return low.mm(low)[:1].to(6)
              def cast(self: __torch__.Gauge, a: Tensor, kind: Tensor) -> Tensor:
                return a.to(int(kind.item()))[:1].to(6)
              def read(self: __torch__.Gauge, a: Tensor) -> Tensor:
                return a.sum()
            """;
    private static final long FLOAT32 = 6;
    private static final long BFLOAT16 = 15;

    /** Measures with the threads and the precision of the options; takes about a second. */
    public static EngineGauge measure(EngineOptions options) {
        try (NDManager owner = TorchEngine.open(options);
                ScriptModule script =
                        new ScriptModule(owner, "Gauge", SCRIPT, options.nativeThreads())) {
            NDArray kind =
                    owner.create(
                            options.precision() == EngineOptions.Precision.BF16
                                    ? BFLOAT16
                                    : FLOAT32);
            NDArray square = owner.ones(new Shape(ROWS, ROWS), DataType.FLOAT32);
            double product = best(owner, script, "product", square, kind);
            double cast = best(owner, script, "cast", square, kind);
            NDArray large = owner.ones(new Shape(BYTES / Float.BYTES), DataType.FLOAT32);
            double read = best(owner, script, "read", large);
            return new EngineGauge(2.0 * ROWS * ROWS * ROWS / (product - cast), BYTES / read);
        }
    }

    private static double best(
            NDManager owner, ScriptModule script, String method, Object... arguments) {
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < REPEATS; i++) {
            long start = System.nanoTime();
            try (NDManager scope = owner.newSubManager()) {
                // Fetching one number waits for an accelerator to finish.
                script.call(scope, method, false, arguments).get(0).toFloatArray();
            }
            best = Math.min(best, (System.nanoTime() - start) / 1e9);
        }
        return best;
    }
}
