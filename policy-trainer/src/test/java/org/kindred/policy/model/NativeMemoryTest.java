package org.kindred.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.rollout.Generator;
import org.kindred.policy.rollout.SamplingOptions;

/** Native memory over many steps; arrays alone would not show what the library itself keeps. */
@Tag("slow")
final class NativeMemoryTest {
    private static final Path STATUS = Path.of("/proc/self/status");

    @Test
    void rolloutAndStep_manyTimes_residentMemoryLevelsOff() throws IOException {
        assumeTrue(Files.exists(STATUS), "needs the process status of Linux");
        ModelConfig config = ModelConfig.small(512, 64, 2, 4, 2, 128, 1, 0);
        try (CausalLm model =
                CausalLm.create(config, HuggingFaceParityTest.OPTIONS, SeedTree.root(1))) {
            for (int i = 0; i < 50; i++) {
                step(model, i);
            }
            long before = residentMiB();
            for (int i = 50; i < 250; i++) {
                step(model, i);
            }
            assertThat(residentMiB() - before).isLessThan(40);
        }
    }

    private static void step(CausalLm model, int number) {
        int[] prompt = {2, 3, 4, 5, 6, 7};
        int[][] completions =
                new Generator(model, new int[0], 0)
                                .generate(
                                        List.of(prompt),
                                        8,
                                        new SamplingOptions(32, 1, 0, 1, 0, 1),
                                        SeedTree.root(number))
                                .get(0)
                                .stream()
                                .map(completion -> completion.tokens())
                                .toArray(int[][]::new);
        int[][] prompts = new int[completions.length][];
        Arrays.fill(prompts, prompt);
        Rows.meanLoss(model, new TokenBatch(prompts, completions), true);
        model.step(1e-4, AdamWOptions.defaults());
    }

    private static long residentMiB() throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }
}
