package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.Json;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.model.ModelConfig;
import org.kindred.policy.tokenizer.BpeTrainer;
import org.kindred.policy.tokenizer.Tokenizer;
import picocli.CommandLine;

/**
 * {@code policy train} in this process, on a model of one small layer and files of fixture size.
 */
final class TrainCommandTest {
    private static final String[] SMALL = {
        "--threads=1",
        "--set=reinforcement.batch.prompts_per_step=2",
        "--set=reinforcement.batch.completions_per_prompt=2",
        "--set=reinforcement.sampling.max_new_tokens=6",
        "--set=reinforcement.checkpoints.checkpoint_every=2",
        "--set=reinforcement.validation.every=2",
        "--learning-rate=0.01"
    };

    /** Of the neighbouring module; tests run in the folder of their own. */
    private static final Path FIXTURES =
            Path.of("..", "datasets", "src", "test", "resources")
                    .resolve("org/kindred/datasets/fixtures");

    @TempDir static Path folder;

    /** What a command printed. */
    private record Outcome(int status, String output) {}

    private static Outcome kindred(String... arguments) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        CommandLine line = Main.commandLine().setOut(out).setErr(out);
        return new Outcome(line.execute(arguments), text.toString());
    }

    private static Outcome train(String data, String out, String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "policy",
                                "train",
                                folder.resolve(data).toString(),
                                "--model=" + folder.resolve("model"),
                                "--out=" + folder.resolve(out)));
        arguments.addAll(Arrays.asList(SMALL));
        arguments.addAll(Arrays.asList(more));
        return kindred(arguments.toArray(String[]::new));
    }

    @BeforeAll
    static void makeModelAndData() throws IOException {
        Path model = Files.createDirectory(folder.resolve("model"));
        BpeTrainer.train(
                Stream.of("the a of to and in is it you that"),
                new BpeTrainer.Options(300, List.of(), 1),
                model);
        EngineOptions engine =
                EngineOptions.defaults().withDevice(EngineOptions.Device.CPU).withThreads(1);
        try (Tokenizer tokenizer = Tokenizer.load(model);
                CausalLm policy =
                        CausalLm.create(
                                ModelConfig.small(
                                        tokenizer.vocabularySize(),
                                        16,
                                        1,
                                        2,
                                        1,
                                        2048,
                                        tokenizer.eosIds().get(0),
                                        tokenizer.padId()),
                                engine,
                                SeedTree.root(1))) {
            policy.save(model);
        }
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 24; i++) {
            rows.append(
                    "{\"id\":\"r%d\",\"user_id\":\"u%d\",\"prompt\":[{\"role\":\"user\",\"content\":\"say %d\"}],"
                                    .formatted(i, i % 6, i)
                            + "\"chosen\":[{\"role\":\"assistant\",\"content\":\"it is %d and so on\"}],"
                                    .formatted(i)
                            + "\"rejected\":[{\"role\":\"assistant\",\"content\":\"no\"}]}\n");
        }
        Files.createDirectory(folder.resolve("choices"));
        Files.writeString(folder.resolve("choices/preferences.jsonl"), rows.toString());
        StringBuilder users = new StringBuilder();
        for (int u = 0; u < 6; u++) {
            users.append(
                    "{\"id\":\"u%d\",\"group\":\"%s\"}\n".formatted(u, u < 4 ? "many" : "few"));
        }
        Files.writeString(folder.resolve("choices/users.jsonl"), users.toString());
    }

    private static List<String> lines(String file) throws IOException {
        return Files.readAllLines(folder.resolve(file));
    }

    @Test
    void choicesJudgedByTheRubric_stoppedAndResumed_endInAModelThatLoads() throws IOException {
        Outcome whole = train("choices", "whole", "--preference-groups=dataset", "--steps=4");
        assertThat(whole.status()).as(whole.output()).isZero();
        assertThat(whole.output()).contains("; reference_log_prob -", "left", "model ");
        assertThat(lines("whole/policy/p_grpo/metrics.jsonl")).hasSize(4);
        assertThat(lines("whole/policy/p_grpo/validation.jsonl")).hasSize(3);
        // a tenth of 24 held out
        assertThat(whole.output())
                .containsPattern("22 prompts in groups \\{few=\\d+, many=\\d+}, 2 held out")
                .contains("best by reference_log_prob");
        CausalLm.load(folder.resolve("whole/policy/p_grpo/model"), EngineOptions.defaults())
                .close();
        Tokenizer.load(folder.resolve("whole/policy/p_grpo/model")).close();

        // a limit that every step passes stops a run, which is saved; limits change no result
        String limit = "--set=reinforcement.guards.min_entropy=";
        String[] four = {"--preference-groups=dataset", "--steps=4"};
        Outcome stopped = train("choices", "parts", append(four, limit + 100));
        assertThat(stopped.status()).isEqualTo(1);
        assertThat(stopped.output()).contains("diverged at step 1", "min_entropy = 100");
        assertThat(lines("parts/policy/p_grpo/metrics.jsonl")).hasSize(1);
        Outcome resumed = train("choices", "parts", append(four, limit + 0, "--resume"));
        assertThat(resumed.status()).as(resumed.output()).isZero();
        for (String file : List.of("metrics.jsonl", "model/model.safetensors")) {
            assertThat(folder.resolve("parts/policy/p_grpo").resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("whole/policy/p_grpo").resolve(file));
        }
        Outcome longer =
                train("choices", "whole", "--preference-groups=dataset", "--steps=6", "--resume");
        assertThat(longer.status()).isEqualTo(2);
        assertThat(longer.output()).contains("p_grpo: steps: 4 -> 6");
    }

    @Test
    void moreSteps_whereNothingDependsOnTheirNumber_areFurtherTraining() throws IOException {
        String[] constant = {
            "--preference-groups=dataset", "--set=reinforcement.optimizer.schedule=constant"
        };
        assertThat(train("choices", "four", append(constant, "--steps=4")).status()).isZero();
        assertThat(train("choices", "two", append(constant, "--steps=2")).status()).isZero();
        Outcome longer = train("choices", "two", append(constant, "--steps=4", "--resume"));
        assertThat(longer.status()).as(longer.output()).isZero();
        for (String file : List.of("metrics.jsonl", "model/model.safetensors")) {
            assertThat(folder.resolve("two/policy/p_grpo").resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("four/policy/p_grpo").resolve(file));
        }
        Outcome shorter = train("choices", "two", append(constant, "--steps=3", "--resume"));
        assertThat(shorter.output()).contains("p_grpo: steps: 4 -> 3");
    }

    private static String[] append(String[] first, String... more) {
        return Stream.concat(Arrays.stream(first), Arrays.stream(more)).toArray(String[]::new);
    }

    @Test
    void severalRewards_everyControlOfGroups_andAdapters() throws IOException {
        Outcome outcome =
                train(
                        "choices",
                        "several",
                        "--steps=2",
                        "--preference-groups=random",
                        "--estimator=p_grpo_shrunk",
                        "--reward=judge,similarity:4,fluency:0.5",
                        "--lora-rank=2",
                        "--samples-every=1",
                        "--set=reinforcement.scoring.threads=2");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(lines("several/policy/p_grpo_shrunk/metrics.jsonl").get(1))
                .contains("rewards/judge/mean", "rewards/similarity/mean", "rewards/fluency/mean");
        assertThat(lines("several/policy/p_grpo_shrunk/samples.jsonl")).isNotEmpty();
        JsonNode options =
                Json.mapper()
                        .readTree(
                                folder.resolve("several/policy/p_grpo_shrunk/options.json")
                                        .toFile());
        assertThat(options.at("/advantage/final_whitening").asText()).isEqualTo("batch_rms");
        assertThat(outcome.output()).containsPattern("prompts in groups \\{few=\\d+, many=\\d+}");
        CausalLm.load(
                        folder.resolve("several/policy/p_grpo_shrunk/model"),
                        EngineOptions.defaults())
                .close();
        Outcome single = train("choices", "single", "--steps=1", "--preference-groups=single");
        assertThat(single.status()).as(single.output()).isZero();
        assertThat(single.output()).contains("22 prompts in groups {everybody=22}");
    }

    @Test
    void movielensPreset_trainsOnRankings_andReportsHitRates() throws IOException {
        importFixture("movielens", "movielens/ml-1m", "users.dat", "movies.dat", "ratings.dat");
        Outcome outcome =
                train(
                        "movielens",
                        "films",
                        "--preset=movielens-next-film",
                        "--preference-groups=single",
                        "--steps=2",
                        "--set=reinforcement.held_out_share=0.4");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(lines("films/policy/p_grpo/validation.jsonl").get(0))
                .contains("ndcg", "hr_1", "hr_10");
        assertThat(lines("films/policy/p_grpo/metrics.jsonl").get(0))
                .contains("rewards/next_item/mean");
        assertThat(outcome.output()).contains("best by ndcg");
    }

    @Test
    void rank_trainedAndUntrainedFolder_hitRatesPerGroup() throws IOException {
        Path data = Files.createDirectory(folder.resolve("lists"));
        StringBuilder tasks = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            tasks.append(
                    "{\"id\":\"t%d\",\"user_id\":\"u%d\",\"group\":\"%s\",\"prompt\":[{\"role\":\"user\",\"content\":\"Which next?\"}],\"candidates\":[{\"id\":\"a\",\"content\":\"it\",\"label\":1},{\"id\":\"b\",\"content\":\"no\",\"label\":0}]}\n"
                            .formatted(i, i / 2, i < 6 ? "many" : "few"));
        }
        Files.writeString(data.resolve("tasks.jsonl"), tasks.toString());
        Outcome outcome =
                kindred(
                        "eval",
                        "rank",
                        data.toString(),
                        "--model=" + folder.resolve("model"),
                        "--out=" + folder.resolve("ranked"),
                        "--threads=1",
                        "--set=max_new_tokens=6",
                        "--set=least_group_users=1",
                        "--set=bootstrap_draws=200");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output()).contains("HR@1", "HR@5", "NDCG@10", "| few | 1 | 2 |");
        JsonNode rows =
                Json.mapper()
                        .readTree(folder.resolve("ranked/results.json").toFile())
                        .get("rankings");
        assertThat(rows).hasSize(3);
        assertThat(rows.get(0).get("group").asText()).isEqualTo("all");
        assertThat(rows.get(0).get("lists").asInt()).isEqualTo(8);
        assertThat(rows.get(0).at("/hit_rate_1/clusters").asInt()).isEqualTo(4);
        Outcome again =
                kindred(
                        "eval",
                        "rank",
                        folder.resolve("choices").toString(),
                        "--model=" + folder.resolve("model"),
                        "--out=" + folder.resolve("ranked-choices"));
        assertThat(again.output()).contains("the data set has none");
        assertThat(again.status()).isEqualTo(1);
    }

    @Test
    void selectByTheWorstGroup_isMeasuredAndNotedWhereItRestsOnFewPrompts() throws IOException {
        Outcome outcome =
                train(
                        "choices",
                        "worst",
                        "--preference-groups=dataset",
                        "--steps=2",
                        "--set=reinforcement.held_out_share=0.5",
                        "--set=reinforcement.select_by=worst_group:reference_log_prob");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output())
                .contains("best by worst_group/reference_log_prob")
                .containsPattern("has fewer than 5 held-out prompts of groups \\{few=\\d}");
        JsonNode last =
                Json.mapper().readTree(lines("worst/policy/p_grpo/validation.jsonl").get(1));
        double few = last.path("group/few/reference_log_prob").asDouble();
        double many = last.path("group/many/reference_log_prob").asDouble();
        assertThat(few).isNegative();
        assertThat(last.path("worst_group/reference_log_prob").asDouble())
                .isEqualTo(Math.min(few, many));

        Outcome unknown =
                train("choices", "unknown", "--set=reinforcement.select_by=worst_group:reward");
        assertThat(unknown.status()).isEqualTo(2);
        assertThat(unknown.output())
                .contains("select_by = worst_group:reward: must be auto, ndcg, hr_1");
    }

    @Test
    void goodreadsPreset_trainsOnReviews_groupsAreRatings() throws IOException {
        importFixture("goodreads", "goodreads", "books.json.gz", "reviews.json.gz");
        Outcome outcome =
                train(
                        "goodreads",
                        "reviews",
                        "--preset=goodreads-reviews",
                        "--reward=similarity",
                        "--preference-groups=single",
                        "--steps=2",
                        "--set=reinforcement.held_out_share=0.2");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(lines("reviews/policy/p_grpo/validation.jsonl").get(0))
                .contains("reference_log_prob");
    }

    private static void importFixture(String format, String from, String... files)
            throws IOException {
        Path source = Files.createDirectories(folder.resolve("source-" + format));
        for (String file : files) {
            Files.copy(FIXTURES.resolve(from).resolve(file), source.resolve(file));
        }
        Outcome outcome =
                kindred(
                        "data",
                        "import",
                        format,
                        source.toString(),
                        "--out=" + folder.resolve(format));
        assertThat(folder.resolve(format).resolve("tasks.jsonl")).as(outcome.output()).exists();
    }

    @Test
    void wrongInput_isOneClearMessage() {
        assertRefused(2, "known: movielens-next-film", "--preset=films");
        assertRefused(2, "arms: best is no estimator", "--estimator=best");
        assertRefused(2, "rewards = luck", "--reward=luck");
        assertRefused(
                1, "prompts = tasks: the data set has none", "--set=reinforcement.prompts=tasks");
        assertRefused(1, "rewards = next_item", "--reward=next_item", "--preference-groups=single");
    }

    private static void assertRefused(int status, String message, String... more) {
        String name = "refused-" + String.join("", more).replaceAll("\\W", "");
        Outcome outcome = train("choices", name, more);
        assertThat(outcome.output()).contains(message);
        assertThat(outcome.status()).isEqualTo(status);
    }
}
