package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.Json;

/** The study of estimators on a language model, as small as it can be. */
final class StudyCommandTest {
    private static final String[] SMALL = {
        "--set=populations=[minority_fifth]",
        "--set=seeds=2",
        "--set=rates=[0.001]",
        "--set=steps=2",
        "--set=measure_every=1",
        "--set=measured_prompts=2",
        "--set=simulation.people.users=20",
        "--set=simulation.people.group_shares=[0.6,0.4]",
        "--set=model.vocabulary_size=400",
        "--set=model.hidden_size=16",
        "--set=model.context_tokens=512",
        "--set=model.layers=1",
        "--set=model.heads=2",
        "--set=model.key_value_heads=1",
        "--set=sft.corpus_examples=64",
        "--set=batch.prompts_per_step=2",
        "--set=batch.completions_per_prompt=2",
        "--set=sampling.max_new_tokens=8"
    };

    @TempDir Path folder;

    @Test
    void study_writesEveryArm_goesOnWhereItWas_refusesOtherOptions() throws IOException {
        Outcome first = study(SMALL);

        assertThat(first.status()).as(first.output()).isZero();
        assertThat(first.output()).contains("minority_fifth", "| balanced-entropy |");
        JsonNode rows =
                Json.mapper().readTree(folder.resolve("results.json").toFile()).path("rows");
        List<String> arms = new ArrayList<>();
        for (JsonNode row : rows) {
            arms.add(row.path("arm").asText());
            assertThat(row.at("/worstToGrpo/seeds").asInt()).isEqualTo(2);
            assertThat(row.path("last").path("worst").asDouble()).isBetween(-1.0, 1.0);
            double ari = row.path("ari").asDouble();
            if (row.path("arm").asText().contains("-")) {
                assertThat(ari).isLessThanOrEqualTo(1);
            } else {
                assertThat(ari).as("true labels").isEqualTo(1);
            }
        }
        assertThat(arms)
                .contains(
                        "grpo",
                        "p_grpo",
                        "reinforce_pp_baseline",
                        "p_grpo_shrunk",
                        "balanced",
                        "entropy",
                        "balanced-entropy",
                        "p_grpo-random",
                        "p_grpo-inferred")
                .doesNotContain("grpo-random", "entropy-random"); // they read no labels

        // paired: the arms of a seed see the same prompts, so a rerun of one gives the same curve
        Path curve = folder.resolve("minority_fifth/p_grpo/seed-1/curve.json");
        byte[] before = Files.readAllBytes(curve);
        Files.delete(curve);
        Files.delete(folder.resolve("minority_fifth/p_grpo/done"));
        Path untouched = folder.resolve("minority_fifth/grpo/seed-0/curve.json");
        FileTime written = Files.getLastModifiedTime(untouched);
        assertThat(study(SMALL).status()).isZero();
        assertThat(Files.readAllBytes(curve)).isEqualTo(before);
        assertThat(Files.getLastModifiedTime(untouched)).isEqualTo(written);
        try (Stream<Path> left = Files.list(curve.getParent())) {
            assertThat(left).containsExactly(curve); // weights and logs of a finished run are gone
        }

        Outcome other =
                study(
                        Stream.concat(Stream.of(SMALL), Stream.of("--set=steps=3"))
                                .toArray(String[]::new));
        assertThat(other.status()).isEqualTo(2);
        assertThat(other.output()).contains("holds a study with other options", "steps");
    }

    private Outcome study(String... options) {
        List<String> line = new ArrayList<>(List.of("policy", "study", "--out", folder.toString()));
        line.addAll(List.of(options));
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        int status =
                Main.commandLine().setOut(out).setErr(out).execute(line.toArray(String[]::new));
        return new Outcome(status, text.toString());
    }

    private record Outcome(int status, String output) {}
}
