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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.Json;
import org.kindred.datasets.Progress;
import org.kindred.datasets.source.DataSource;
import org.kindred.options.OptionLayer;
import org.kindred.options.OptionTree;
import org.kindred.pipeline.RewardTraining;
import org.kindred.pipeline.RunFolder;
import org.kindred.reward.training.RewardTrainingOptions;
import picocli.CommandLine;

/**
 * {@code reward train} in this process: a judge from nothing on people who like long answers,
 * taught by the rubric judge. The later tests use the run of the first.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class RewardTrainCommandTest {
    private static final String[] WORDS = {"red", "blue", "green", "grey", "pink", "gold"};

    private static final String OPTIONS =
            """
            stages: [psi, cre, curriculum, bt_global, bt_persona]
            chains: {samples: 1, criteria: 2, solo: none}
            psi:
              epochs: 30
              batch_rows: 16
              micro_batch_rows: 16
              optimizer: {learning_rate: 5.0e-3, warmup_updates: 5}
            cre:
              steps: 2
              temperature: 0.7
              batch: {prompts_per_step: 4, completions_per_prompt: 4, micro_batch_rows: 16}
              optimizer: {learning_rate: 1.0e-4}
            outcome:
              steps: 2
              temperature: 0.7
              batch: {prompts_per_step: 4, completions_per_prompt: 4, micro_batch_rows: 16}
              optimizer: {learning_rate: 1.0e-4}
            curriculum: {pairs: 4, rollouts: 2, refreshes: 1}
            bradley_terry:
              epochs: 1
              batch_rows: 16
              optimizer: {learning_rate: 2.0e-3, warmup_updates: 1}
            held_out_share: 0.2
            held_out_pairs: 8
            test_pairs: 12
            validation: {every: 60}
            checkpoints: {tensor_board: false}
            decoder: {vocabulary_size: 600, hidden_size: 96, layers: 2, heads: 4, key_value_heads: 4, context_tokens: 512}
            engine: {threads: 1, device: cpu}
            judge:
              shots: 1
              llm: {prompt: compact, history: 1, max_tokens: 130}
            """;

    @TempDir static Path folder;

    private record Outcome(int status, String output) {}

    private static Outcome kindred(String... arguments) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        CommandLine line = Main.commandLine().setOut(out).setErr(out);
        return new Outcome(line.execute(arguments), text.toString());
    }

    private static Outcome train(String out, String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "reward",
                                "train",
                                folder.resolve("data").toString(),
                                "--config=" + folder.resolve("options.yaml"),
                                "--out=" + folder.resolve(out)));
        if (Arrays.stream(more).noneMatch(m -> m.startsWith("--model="))) {
            arguments.add("--model=scratch");
        }
        arguments.addAll(List.of(more));
        return kindred(arguments.toArray(String[]::new));
    }

    /** The chosen answer is the long one; of 20 users four are new. */
    @BeforeAll
    static void makeData() throws IOException {
        Files.writeString(folder.resolve("options.yaml"), OPTIONS);
        StringBuilder rows = new StringBuilder();
        for (int user = 0; user < 20; user++) {
            boolean unseen = user >= 16;
            for (int i = 0; i < (unseen ? 7 : 5); i++) {
                String word = WORDS[(user + i) % WORDS.length];
                // two more traits that nobody cares about, so that a rubric has what to tell
                String brief = word + (i % 2 == 0 ? " 7." : ".") + (user % 3 == 0 ? " Yes?" : "");
                String verbose =
                        "it is %s, really %s, and so on it goes".formatted(word, word)
                                + (i % 3 == 0 ? " 42." : ".")
                                + (i % 2 == 1 ? " Is it?" : "");
                boolean target = i >= 5;
                rows.append(
                        "{\"id\":\"u%d-%d\",\"user_id\":\"u%d\",\"prompt\":[{\"role\":\"user\",\"content\":\"hue %d\"}],"
                                        .formatted(user, i, user, i)
                                + "\"chosen\":[{\"role\":\"assistant\",\"content\":\"%s\"}],"
                                        .formatted(verbose)
                                + "\"rejected\":[{\"role\":\"assistant\",\"content\":\"%s\"}],"
                                        .formatted(brief)
                                + "\"user_split\":\"%s\",\"item_split\":\"%s\",\"part\":\"%s\",\"slot\":%d}\n"
                                        .formatted(
                                                unseen ? "unseen" : "seen",
                                                target ? "test" : "train",
                                                target ? "eval" : "fit",
                                                i + 1));
            }
        }
        Files.createDirectory(folder.resolve("data"));
        Files.writeString(folder.resolve("data/preferences.jsonl"), rows.toString());
    }

    private static List<JsonNode> lines(String file) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(file))) {
            lines.add(Json.mapper().readTree(line));
        }
        return lines;
    }

    private static double mean(List<JsonNode> lines, String name) {
        return lines.stream().mapToDouble(l -> l.path(name).asDouble()).average().orElseThrow();
    }

    @Test
    @Order(1)
    void train_fromScratch_lossFallsAndParseRateRises() throws IOException {
        Outcome outcome = train("run");
        assertThat(outcome.status()).as(outcome.output()).isZero();

        List<JsonNode> psi = lines("run/psi/metrics.jsonl");
        assertThat(psi.get(psi.size() - 1).path("loss").asDouble())
                .isLessThan(0.2 * psi.get(0).path("loss").asDouble());
        List<JsonNode> validated = lines("run/psi/validation.jsonl");
        assertThat(validated.get(0).path("parse_rate").asDouble()).isZero();
        assertThat(validated.get(validated.size() - 1).path("parse_rate").asDouble())
                .isGreaterThan(0.5);

        JsonNode table =
                Json.mapper()
                        .readTree(folder.resolve("run/results.json").toFile())
                        .at("/details/table");
        assertThat(table.fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        "rubric", "psi", "cre", "curriculum", "bt_global", "bt_persona");
        assertThat(table.path("cre").path("pairs").asInt()).isEqualTo(8); // 4 new users, 2 each
        assertThat(folder.resolve("run/curriculum/pass-rates-0.json")).exists();
    }

    @Test
    @Order(2)
    void train_outcomeFromTheModelOfAnotherRun_rewardRises() throws IOException {
        Outcome outcome =
                train(
                        "outcome",
                        "--model=" + folder.resolve("run/psi/model"),
                        "--stages=curriculum",
                        "--set=curriculum.enabled=false",
                        "--set=curriculum.pairs=0",
                        "--set=outcome.steps=40",
                        "--set=outcome.temperature=1",
                        "--set=outcome.batch.prompts_per_step=8",
                        "--set=outcome.batch.completions_per_prompt=8",
                        "--set=outcome.batch.micro_batch_rows=64",
                        "--set=outcome.optimizer.learning_rate=3e-4",
                        "--set=outcome.optimizer.warmup_updates=8",
                        "--set=outcome.optimizer.schedule=constant");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        List<JsonNode> steps = lines("outcome/curriculum/metrics.jsonl");
        assertThat(mean(steps.subList(32, 40), "reward"))
                .isGreaterThan(1.15 * mean(steps.subList(0, 8), "reward"));
    }

    @Test
    @Order(3)
    void train_resumed_finishedStagesAreNotRepeated() throws IOException {
        byte[] before = Files.readAllBytes(folder.resolve("run/results.json"));
        Outcome outcome = train("run", "--resume");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(Files.readAllBytes(folder.resolve("run/results.json"))).isEqualTo(before);
    }

    private JsonNode scoredByTheModel(String out, String... more) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "reward",
                                "score",
                                folder.resolve("data").toString(),
                                "--judge=local:" + folder.resolve("run/model"),
                                "--out=" + folder.resolve(out)));
        command.addAll(List.of(more));
        Outcome outcome = kindred(command.toArray(String[]::new));
        assertThat(outcome.status()).as(outcome.output()).isZero();
        return Json.mapper().readTree(folder.resolve(out + "/results.json").toFile());
    }

    @Test
    @Order(4)
    void score_trainedModelAsJudge_isAskedInItsOwnForm() throws IOException {
        // colder, since half the chains are unreadable at the published temperature
        JsonNode results = scoredByTheModel("scores", "--set=judge.scaling.temperature=0");
        assertThat(results.at("/details/judge").asText()).contains("compact-inference");
        assertThat(results.at("/details/scored").path("unscored").asInt())
                .isLessThan(results.at("/details/scored").path("pairs").asInt());
    }

    @Test
    @Order(5)
    void score_trainedModelAsJudge_hearsItsOwnSamples() throws IOException {
        String cold = "--set=judge.scaling.temperature=0.2";
        scoredByTheModel("alone", cold);
        JsonNode scaled = scoredByTheModel("scaled", cold, "--individual=2");
        assertThat(scaled.at("/details/scaling").asText()).isEqualTo("IND_2");
        List<JsonNode> together = lines("scaled/scores.jsonl");
        assertThat(together).anyMatch(line -> line.path("own_samples").asInt() == 2);
        assertThat(together.stream().map(line -> line.path("chosen")).toList())
                .isNotEqualTo(
                        lines("alone/scores.jsonl").stream()
                                .map(line -> line.path("chosen"))
                                .toList());
    }

    /** P-GRPO by two groups; a run that is stopped in the middle goes on to the same end. */
    @Test
    @Order(5)
    void train_pGrpo_keepsAHistoryOfEachGroup_andResumesBitForBit() throws IOException {
        StringBuilder groups = new StringBuilder();
        for (int user = 0; user < 16; user++) {
            groups.append(user == 0 ? "" : ",")
                    .append("\"u%d\":\"%s\"".formatted(user, user < 4 ? "few" : "many"));
        }
        Path grouped = Files.createDirectories(folder.resolve("grouped/reward"));
        Files.writeString(
                grouped.resolve("groups.json"), "{\"groups\":{" + groups + "},\"scenarios\":{}}");
        RewardTrainingOptions options =
                pGrpo(Map.of("groups", "run:" + folder.resolve("grouped"), "cre.steps", "3"));

        assertThat(train("whole", options, Long.MAX_VALUE).model()).isNotNull();
        assertThat(train("stopped", options, 1).model()).isNull();
        assertThat(folder.resolve("stopped/cre/checkpoints/step-00000002")).doesNotExist();
        assertThat(train("stopped", options, Long.MAX_VALUE).model()).isNotNull();

        String history = "cre/checkpoints/step-00000003/trainer/history.json";
        JsonNode kept = Json.mapper().readTree(folder.resolve("whole").resolve(history).toFile());
        assertThat(kept.path("groups").fieldNames()).toIterable().containsExactly("few", "many");
        for (String file :
                List.of(
                        history,
                        "cre/metrics.jsonl",
                        "cre/checkpoints/step-00000003/model.safetensors",
                        "model/model.safetensors",
                        "reward/groups.json",
                        "cre/test.json")) {
            assertThat(folder.resolve("stopped").resolve(file))
                    .as(file)
                    .hasSameBinaryContentAs(folder.resolve("whole").resolve(file));
        }
        assertThat(lines("whole/cre/metrics.jsonl").get(2).has("history/fallback_ratio")).isTrue();
    }

    @Test
    @Order(5)
    void train_pGrpo_byTheTeachersCells() throws IOException {
        RewardTrainingOptions options = pGrpo(Map.of("groups", "prototypes", "cre.steps", "1"));
        assertThat(train("cells", options, Long.MAX_VALUE).model()).isNotNull();
        assertThat(folder.resolve("cells/reward/groups.json")).content().contains("prototype-0");
        assertThat(folder.resolve("cells/cre/checkpoints/step-00000001/trainer/history.json"))
                .content()
                .contains("prototype-0");
    }

    /** Of one stage, by P-GRPO and balanced, saved at every step. */
    private static RewardTrainingOptions pGrpo(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("stages", "[cre]");
        settings.put("cre.advantage.estimator", "p_grpo");
        settings.put("cre.batch.group_sampling", "balanced");
        settings.put("cre.temperature", "1");
        settings.put("checkpoints.checkpoint_every", "1");
        return OptionTree.resolve(
                        RewardTrainingOptions.defaults(),
                        List.of(
                                OptionLayer.file(folder.resolve("options.yaml")),
                                OptionLayer.commandLine(settings)))
                .options();
    }

    /**
     * @param until the run is asked to stop at that step
     */
    private static RewardTraining.Result train(
            String name, RewardTrainingOptions options, long until) {
        Path out = folder.resolve(name);
        List<RewardTraining> running = new ArrayList<>();
        Progress stopping =
                new Progress() {
                    @Override
                    public void stage(String stage, String note) {}

                    @Override
                    public void step(long done, long total, String note) {
                        if (note.contains("reward") && done >= until) {
                            running.get(0).requestStop();
                        }
                    }
                };
        try (RunFolder run =
                RunFolder.open(
                        out,
                        Files.exists(out) ? RunFolder.Existing.RESUME : RunFolder.Existing.REFUSE,
                        options,
                        Set.of())) {
            running.add(
                    new RewardTraining(
                            folder.resolve("run/psi/model").toString(),
                            DataSource.parse(folder.resolve("data").toString()),
                            options,
                            List.of("kindred", "reward", "train"),
                            stopping));
            return running.get(0).run(run);
        }
    }

    @Test
    void train_groupsOfAFolderWithoutAny_areRefused_beforeAnythingIsLearned() {
        Outcome outcome =
                train(
                        "ungrouped",
                        "--set=groups=run:" + folder.resolve("data"),
                        "--set=cre.advantage.estimator=p_grpo");
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.output())
                .contains("groups = run:", "groups.json is missing", "kindred reward prototypes");
        assertThat(folder.resolve("ungrouped/chains")).doesNotExist();
    }

    @Test
    void train_unknownStage_isRefusedByName() {
        Outcome outcome = train("refused", "--stages=psi,later");
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.output())
                .contains("command line: stages: found later, expected one of psi, cre");
    }

    @Test
    void score_judgeThatIsNoFolder_isRefused_andLeavesNothing() {
        Path out = folder.resolve("unscored");
        Outcome outcome =
                kindred(
                        "reward",
                        "score",
                        folder.resolve("data").toString(),
                        "--judge=local:" + folder.resolve("nowhere"),
                        "--out=" + out);
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.output())
                .contains("nowhere: no such folder or GGUF file. Expected a Hugging Face");
        assertThat(out)
                .satisfiesAnyOf(
                        f -> assertThat(f).doesNotExist(), f -> assertThat(f).isEmptyDirectory());
    }

    @Test
    void train_stagesOutOfOrder_areRefused() {
        Outcome outcome = train("refused", "--stages=cre,psi");
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.output()).contains("must be in the order");
    }

    @Test
    void printConfig_presetForSmallModels_isShown() {
        Outcome outcome = train("none", "--preset=small-judge", "--print-config");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output()).contains("hard_at_most: ").contains("(default)");
    }
}
