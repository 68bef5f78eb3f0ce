package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.Json;

/** A start that does not follow personas stops a run before reinforcement. */
final class PersonaStageRunTest {
    @TempDir Path folder;

    @Test
    void run_startBelowTheLeastEffect_stops_saysWhy_andGoesOnWhereToldTo() throws Exception {
        Kindred.Outcome stopped =
                Kindred.run(
                        folder,
                        "run",
                        "--preset=tiny",
                        "--set=start.least_persona_effect=0.9",
                        "--set=evaluation.persona_prompts=20",
                        "--set=evaluation.shots=[]",
                        "--set=evaluation.evaluating_judge=false",
                        "--set=arms=[grpo]",
                        "--out=run");
        assertThat(stopped.status()).isEqualTo(1);
        assertThat(stopped.output())
                .contains(
                        "does not follow personas",
                        "start.least_persona_effect = 0.9",
                        "start.sft.suited")
                .doesNotContain("\tat ");
        Path effects = folder.resolve("run/policy/persona-effect.jsonl");
        assertThat(Files.readAllLines(effects)).isNotEmpty();
        assertThat(
                        Json.mapper()
                                .readTree(Files.readAllLines(effects).get(0))
                                .path("policy")
                                .asText())
                .isEqualTo("sft");
        assertThat(folder.resolve("run/policy/grpo")).doesNotExist();

        Kindred.Outcome goesOn =
                Kindred.run(
                        folder,
                        "run",
                        "--resume",
                        "--out=run",
                        "--set=start.least_persona_effect=0");
        assertThat(goesOn.status()).as(goesOn.output()).isZero();
        assertThat(goesOn.output()).contains("finished before", "grpo - sft");
    }
}
