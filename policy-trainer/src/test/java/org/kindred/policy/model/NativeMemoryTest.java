package org.kindred.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kindred.policy.bench.BenchOptions;
import org.kindred.policy.bench.BenchShape;
import org.kindred.policy.bench.PolicyBench;
import org.kindred.policy.tokenizer.Tokenizer;

/** Native memory over many steps; arrays alone would not show what the library itself keeps. */
@Tag("slow")
final class NativeMemoryTest {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int STEPS = 500;
    private static final int SETTLED = 50;

    @Test
    void fiveHundredGrpoSteps_arraysConstantAndResidentMemoryFlat() {
        assumeTrue(Files.exists(STATUS), "needs the process status of Linux");
        EngineOptions engine = EngineOptions.defaults().withDevice(EngineOptions.Device.CPU);
        touchHeap();
        List<Integer> arrays = new ArrayList<>();
        List<Long> resident = new ArrayList<>();
        try (Tokenizer tokenizer = BenchShape.tokenizer();
                CausalLm model = BenchShape.SMALL.model(engine)) {
            new PolicyBench(
                            "10m",
                            model,
                            tokenizer,
                            new BenchOptions(1, 8, 16, 16, STEPS, engine, 0))
                    .run(
                            seconds -> {
                                arrays.add(model.nativeArrays());
                                resident.add(residentKiB());
                            });
        }
        assertThat(arrays).hasSize(STEPS).containsOnly(arrays.get(0));
        double settled = resident.get(SETTLED);
        assertThat(resident.subList(SETTLED, STEPS))
                .allSatisfy(
                        kib -> assertThat((double) kib).isCloseTo(settled, within(.05 * settled)));
        System.out.printf( // a number to report
                "resident memory after %d steps %.0f MiB, after %d steps %.0f MiB, arrays %d%n",
                SETTLED, settled / 1024, STEPS, resident.get(STEPS - 1) / 1024.0, arrays.get(0));
    }

    /**
     * Lets the Java heap take the pages that it will use anyway, so that only the rest can grow.
     */
    private static void touchHeap() {
        int[] sizes = new int[1 << 17];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = new byte[1 << 15].length; // 4 GiB of garbage altogether
        }
        assertThat(sizes).containsOnly(1 << 15);
    }

    private static long residentKiB() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmRSS"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
