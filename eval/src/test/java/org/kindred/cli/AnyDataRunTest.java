package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.Json;
import org.kindred.eval.results.Results;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.tokenizer.BpeTrainer;

/** {@code kindred run DATA --model FOLDER}: one's own people and one's own model, by adapters. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
final class AnyDataRunTest {
    private static final String[] SMALL = {
        "--threads=1",
        "--lora-rank=2",
        "--steps=2",
        "--set=start.sft.examples=24",
        "--set=start.sft.batch_rows=8",
        "--set=start.sft.optimizer.learning_rate=0.01",
        "--set=reinforcement.optimizer.learning_rate=0.01",
        "--set=reinforcement.batch.prompts_per_step=2",
        "--set=reinforcement.batch.completions_per_prompt=2",
        "--set=reinforcement.sampling.max_new_tokens=6",
        "--set=reinforcement.held_out_share=0",
        "--set=judge.rubric.landmarks=32",
        "--set=evaluation.max_choices=12",
        "--set=evaluation.prompts_per_user=1",
        "--set=evaluation.bootstrap_draws=100",
        "--set=evaluation.least_group_users=1",
        "--set=evaluation.shots=[3]"
    };

    @TempDir static Path folder;

    @BeforeAll
    static void makePeopleAndModel() throws IOException {
        PeopleFixture.people(folder.resolve("people"), 18, 16);
        PeopleFixture.model(folder.resolve("model"));
    }

    private static String[] command(String out, String... more) {
        List<String> words =
                new ArrayList<>(List.of("run", "people", "--model=model", "--out=" + out));
        words.add("--groups=people/who.csv#taste");
        words.addAll(Arrays.asList(SMALL));
        words.addAll(Arrays.asList(more));
        return words.toArray(String[]::new);
    }

    @Test
    void ownPeopleAndModel_reportWithoutATruth_andEveryStageGoesOnToEqualBytes() throws Exception {
        Kindred.Outcome whole = Kindred.run(folder, command("whole"));
        assertThat(whole.status()).as(whole.output()).isZero();
        assertThat(whole.output())
                .contains("choices    grpo finds the chosen answer", "a stranger's persona")
                .doesNotContain("\tat ");
        Results results = Results.read(folder.resolve("whole"));
        assertThat(results.policies()).containsExactly("sft", "grpo", "p_grpo");
        assertThat(results.command()).contains("people", "--lora-rank=2", SMALL[3]);
        assertThat(results.alignment().measure().words()).isEqualTo("evaluating judge's total");
        assertThat(results.alignment().rows())
                .extracting(row -> row.group())
                .contains("brief", "ample");
        assertThat(results.alignment().rows())
                .extracting(row -> row.cell())
                .contains("seen_users/in_domain", "unseen_users/in_domain");
        assertThat(results.heldOut().rows()).isNotEmpty();
        assertThat(results.rewardReliability())
                .extracting(row -> row.group())
                .containsExactly("all", "ample", "brief");
        assertThat(results.rewardReliability())
                .allSatisfy(row -> assertThat(row.correlation().mean()).isNaN());
        assertThat(results.rewardReliability().get(0).choices()).isEqualTo(12);
        // six random tokens are no answer, so that all of them have the lowest total
        assertThat(results.overOptimisation()).isEmpty();
        assertThat(results.notes())
                .anyMatch(note -> note.startsWith("The evaluating judge was fitted on"))
                .anyMatch(note -> note.contains("over-optimisation cannot be told"));
        assertThat(results.likeness()).isNotEmpty();
        assertThat(folder.resolve("whole/eval/report.html")).exists();
        CausalLm.load(folder.resolve("whole/policy/p_grpo/model"), EngineOptions.defaults())
                .close();

        for (String stage :
                List.of("data", "judge", "groups", "sft", "grpo", "p_grpo", "eval", "report")) {
            String[] again = stage.equals("data") ? command("parts") : command("parts", "--resume");
            killInStage(stage, again);
        }
        Kindred.Outcome last = Kindred.run(folder, "run", "--resume", "--out=parts");
        assertThat(last.status()).as(last.output()).isZero();
        for (String file :
                List.of(
                        "data/preferences.jsonl",
                        "reward/judge.json",
                        "reward/groups.json",
                        "policy/sft/model/model.safetensors",
                        "policy/sft/metrics.jsonl",
                        "policy/grpo/model/model.safetensors",
                        "policy/grpo/metrics.jsonl",
                        "policy/p_grpo/model/model.safetensors",
                        "eval/samples.jsonl",
                        "eval/held-out.jsonl",
                        "eval/results.json",
                        "eval/report.html")) {
            assertThat(folder.resolve("parts").resolve(file))
                    .as(file)
                    .hasSameBinaryContentAs(folder.resolve("whole").resolve(file));
        }

        Kindred.Outcome other =
                Kindred.run(folder, command("parts", "--resume", "--set=start.sft.epochs=2"));
        assertThat(other.status()).isEqualTo(2);
        assertThat(other.output()).contains("start.sft.epochs: 1 -> 2");
        Kindred.Outcome evaluated =
                Kindred.run(
                        folder,
                        "run",
                        "--resume",
                        "--out=parts",
                        "--set=evaluation.bootstrap_draws=120");
        assertThat(evaluated.status()).as(evaluated.output()).isZero();
        assertThat(evaluated.output()).contains("p_grpo     finished before");
    }

    /** Starts a command and kills it, as a power cut would, once the stage is announced. */
    private static void killInStage(String stage, String[] command) throws Exception {
        Process process = Kindred.start(folder, command);
        List<String> seen = new ArrayList<>();
        try (BufferedReader output = process.inputReader()) {
            String line = output.readLine();
            while (line != null
                    && !(line.matches("\\[.*\\] " + stage + " .*")
                            && !line.contains("finished before"))) {
                seen.add(line);
                line = output.readLine();
            }
            assertThat(line).as("%s in %s", stage, seen).isNotNull();
        }
        process.destroyForcibly().waitFor();
    }

    @Test
    void stages_findWhatOtherCommandsMade() throws Exception {
        assertThat(
                        kindred(
                                "reward",
                                "derive",
                                "people",
                                "--out=shared",
                                "--set=judge.rubric.landmarks=32"))
                .contains("chains, 0 failed");
        assertThat(kindred("reward", "prototypes", "shared")).contains("users");
        byte[] judge = Files.readAllBytes(folder.resolve("shared/reward/judge.json"));
        List<String> train =
                new ArrayList<>(
                        List.of(
                                "policy",
                                "train",
                                "people",
                                "--model=model",
                                "--out=shared",
                                "--estimator=p_grpo"));
        for (String word : SMALL) {
            if (word.startsWith("--set=reinforcement") || word.startsWith("--steps")) {
                train.add(word);
            }
        }
        String trained = kindred(train.toArray(String[]::new));
        assertThat(trained)
                .contains("judge      finished before", "groups     finished before", "model ");
        assertThat(Files.readAllBytes(folder.resolve("shared/reward/judge.json"))).isEqualTo(judge);
        assertThat(folder.resolve("shared/policy/p_grpo/model/model.safetensors")).exists();
        // the judge of that folder, by name, for other data
        String scored = kindred("reward", "score", "people", "--judge=run:shared", "--out=scored");
        assertThat(scored).contains("accuracy");
    }

    private static String kindred(String... words) throws Exception {
        Kindred.Outcome outcome = Kindred.run(folder, words);
        assertThat(outcome.status()).as(outcome.output()).isZero();
        return outcome.output();
    }

    @Test
    void whatCannotWork_isRefusedBeforeTheFirstStage() throws Exception {
        assertRefused(1, "nowhere: no such file", "run", "nowhere", "--model=model");
        assertRefused(2, "no such folder", "run", "people", "--model=nowhere");
        assertRefused(1, "no answer", "run", "people", "--judge=openai:http://localhost:1/v1#m");
        assertRefused(1, "nothing to resume", "run", "people", "--resume", "--out=absent");
        assertRefused(
                2,
                "leaves no room",
                "run",
                "people",
                "--model=model",
                "--set=reinforcement.sampling.max_new_tokens=4000");
        assertRefused(2, "arms: best", "run", "people", "--arms=grpo,best");
        assertRefused(2, "judge.llm", "run", "people", "--set=judge.llm.history=5");
        assertRefused(
                2,
                "evaluation",
                "policy",
                "sft",
                "people",
                "--model=model",
                "--set=evaluation.shots=[1]");
        Path wrong = Files.createDirectories(folder.resolve("wrong"));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(folder.resolve("model").resolve(file), wrong.resolve(file));
        }
        BpeTrainer.train(
                Stream.of(
                        "January February March April summer autumn winter spring Monday Tuesday",
                        "Wednesday Thursday orchestra violin trumpet keyboard mountain river valley",
                        "hydrogen helium lithium carbon nitrogen oxygen sodium magnesium silicon"),
                new BpeTrainer.Options(400, List.of("<|more|>", "<|and more|>"), 1),
                wrong);
        assertRefused(
                1, "the tokenizer belongs to another model", "run", "people", "--model=wrong");
    }

    private static void assertRefused(int status, String message, String... words)
            throws Exception {
        List<String> all = new ArrayList<>(Arrays.asList(words));
        boolean named = all.stream().anyMatch(word -> word.startsWith("--out"));
        if (!named) {
            all.add("--out=refused-" + Math.abs(String.join(" ", words).hashCode()));
        }
        Kindred.Outcome outcome = Kindred.run(folder, all.toArray(String[]::new));
        assertThat(outcome.output()).contains(message).doesNotContain("\tat ", "[data]");
        assertThat(outcome.status()).as(outcome.output()).isEqualTo(status);
    }

    @Test
    void severalSeeds_andTunedRates_oneTable() throws Exception {
        String out =
                kindred(
                        command(
                                "seeds",
                                "--seeds=1,2",
                                "--arms=grpo",
                                "--set=tuning.rates=[0.01,0.001]",
                                "--set=tuning.seeds=[9]"));
        assertThat(out).contains("grpo: learning rate", "over 2 seeds");
        JsonNode comparison =
                Json.mapper().readTree(folder.resolve("seeds/comparison.json").toFile());
        assertThat(comparison.get("runs")).hasSize(2);
        assertThat(folder.resolve("seeds/tuning/seed-9/eval/results.json")).exists();
        assertThat(folder.resolve("seeds/seed-2/eval/report.html")).exists();
        JsonNode tuned = Json.mapper().readTree(folder.resolve("seeds/tuning.json").toFile());
        assertThat(tuned.get(0).get("worst")).hasSize(2);
    }
}
