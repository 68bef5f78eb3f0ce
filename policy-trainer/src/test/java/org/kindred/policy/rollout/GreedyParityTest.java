package org.kindred.policy.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.checkpoint.HuggingFaceFixtures;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineOptions;

/** Greedy tokens of every reference model, as transformers 5.18.0 decodes them. */
final class GreedyParityTest {
    private static final EngineOptions OPTIONS =
            EngineOptions.defaults().withDevice(EngineOptions.Device.CPU).withThreads(1);

    static List<Path> models() {
        return HuggingFaceFixtures.folders("models");
    }

    @ParameterizedTest
    @MethodSource("models")
    void generate_temperatureZero_sameTokensWithAndWithoutEos(Path folder) throws IOException {
        JsonNode greedy =
                new ObjectMapper().readTree(folder.resolve("expected.json").toFile()).get("greedy");
        List<int[]> prompts = rows(greedy.get("prompts"));
        SamplingOptions options = SamplingOptions.greedy(greedy.get("max_new_tokens").intValue());
        JsonNode withEos = greedy.get("with_eos");
        int eos = withEos.get("eos_token_id").intValue();
        try (CausalLm model = CausalLm.load(folder, OPTIONS)) {
            check(new Generator(model, new int[0], 0), prompts, options, greedy, false, eos);
            check(new Generator(model, new int[] {eos}, 0), prompts, options, withEos, true, eos);
        }
    }

    private static void check(
            Generator generator,
            List<int[]> prompts,
            SamplingOptions options,
            JsonNode expected,
            boolean stops,
            int eos) {
        List<List<Completion>> completions =
                generator.generate(prompts, 1, options, SeedTree.root(1));
        List<int[]> tokens = rows(expected.get("completions"));
        for (int i = 0; i < tokens.size(); i++) {
            Completion completion = completions.get(i).get(0);
            int[] reference = tokens.get(i);
            assertThat(completion.tokens()).containsExactly(reference);
            assertThat(completion.logProbs()).hasSameSizeAs(reference);
            assertThat(completion.finished())
                    .isEqualTo(stops && reference[reference.length - 1] == eos);
        }
    }

    private static List<int[]> rows(JsonNode node) {
        List<int[]> rows = new ArrayList<>();
        for (JsonNode row : node) {
            rows.add(
                    StreamSupport.stream(row.spliterator(), false)
                            .mapToInt(JsonNode::intValue)
                            .toArray());
        }
        return rows;
    }
}
