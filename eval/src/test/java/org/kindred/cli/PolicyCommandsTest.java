package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.Json;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.model.ModelConfig;
import org.kindred.policy.tokenizer.BpeTrainer;
import org.kindred.policy.tokenizer.Tokenizer;

/** Fine-tuning, generating and measuring as processes, on a model of two small layers. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
final class PolicyCommandsTest {
    @TempDir static Path folder;

    @BeforeAll
    static void makeModelAndData() throws Exception {
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
                                        32,
                                        2,
                                        2,
                                        1,
                                        1024,
                                        tokenizer.eosIds().get(0),
                                        tokenizer.padId()),
                                engine,
                                SeedTree.root(1))) {
            policy.save(model);
        }
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            rows.append(
                    "{\"id\":\"r%d\",\"user_id\":\"u%d\",\"prompt\":[{\"role\":\"user\",\"content\":\"say %d\"}],"
                                    .formatted(i, i % 5, i)
                            + "\"chosen\":[{\"role\":\"assistant\",\"content\":\"it is %d\"}],"
                                    .formatted(i)
                            + "\"rejected\":[{\"role\":\"assistant\",\"content\":\"no\"}]}\n");
        }
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.writeString(data.resolve("preferences.jsonl"), rows.toString());
    }

    @Test
    void sft_thenGenerate_withAdapterAndMergedModelAlike() throws Exception {
        Kindred.Outcome trained =
                Kindred.run(
                        folder,
                        "policy",
                        "sft",
                        "--model=model",
                        "data",
                        "--out=tuned",
                        "--lora-rank=4",
                        "--learning-rate=0.02",
                        "--epochs=4",
                        "--no-persona",
                        "--threads=1",
                        "--set=start.sft.batch_rows=8");
        assertThat(trained.status()).as(trained.output()).isZero();
        assertThat(trained.output()).contains("38 examples, 20 updates", "tuned/policy/sft/model");
        List<String> metrics = Files.readAllLines(folder.resolve("tuned/policy/sft/metrics.jsonl"));
        assertThat(metrics).hasSize(20);
        assertThat(loss(metrics.get(19))).isLessThan(loss(metrics.get(0)) - 0.1);
        assertThat(metrics.get(19)).contains("eval_loss");

        JsonNode merged = generated("tuned/policy/sft/model");
        JsonNode adapted = generated("tuned/policy/sft/adapter");
        assertThat(merged.at("/completions/0/tokens")).hasSize(12);
        assertThat(adapted.at("/completions/0/tokens"))
                .isEqualTo(merged.at("/completions/0/tokens"));
        assertThat(generated("model").at("/completions/0/tokens"))
                .isNotEqualTo(merged.at("/completions/0/tokens"));
    }

    /** Nobody reads a persona, so there is no judge, whose vocabulary the tokenizer would learn. */
    @Test
    void sft_fromNothingWithoutPersonas_opensNoJudge() throws Exception {
        Kindred.Outcome trained =
                Kindred.run(
                        folder,
                        "policy",
                        "sft",
                        "--model=scratch",
                        "data",
                        "--out=scratch",
                        "--no-persona",
                        "--threads=1",
                        "--set=start.decoder.vocabulary_size=320",
                        "--set=start.decoder.hidden_size=16",
                        "--set=start.decoder.layers=1",
                        "--set=start.decoder.heads=2",
                        "--set=start.decoder.key_value_heads=1");
        assertThat(trained.status()).as(trained.output()).isZero();
        assertThat(folder.resolve("scratch/policy/sft/model/model.safetensors")).exists();
        assertThat(folder.resolve("scratch/reward")).doesNotExist();
    }

    private static double loss(String line) throws Exception {
        return Json.mapper().readTree(line).get("loss").asDouble();
    }

    private static JsonNode generated(String model) throws Exception {
        Kindred.Outcome outcome =
                Kindred.run(
                        folder,
                        "policy",
                        "generate",
                        "--model",
                        model,
                        "--prompt=say 3",
                        "--stop=never",
                        "--max-new-tokens=12",
                        "--threads=1",
                        "--json");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        return Json.mapper().readTree(outcome.output().substring(outcome.output().indexOf("{\n")));
    }

    @Test
    void generate_streamsTheTextOfAPrompt() throws Exception {
        Kindred.Outcome outcome =
                Kindred.run(
                        folder,
                        "policy",
                        "generate",
                        "--model=model",
                        "--prompt=the",
                        "--raw",
                        "--temperature=1",
                        "--max-new-tokens=20",
                        "--threads=1");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output()).isNotBlank();
    }

    @Test
    void bench_printsJson() throws Exception {
        Kindred.Outcome outcome =
                Kindred.run(
                        folder,
                        "policy",
                        "bench",
                        "--shape=model",
                        "--steps=1",
                        "--prompt-tokens=4",
                        "--new-tokens=4",
                        "--threads=1",
                        "--dtype=f32");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output())
                .contains("\"dtype\" : \"f32\"", "\"device\" : \"cpu\"", "\"flop_utilisation\"");
    }

    @Test
    void wrongInput_isOneClearMessage() throws Exception {
        assertRefused(2, "no such folder", "generate", "--model=nowhere", "--prompt=a");
        assertRefused(2, "--model", "generate", "--prompt=a");
        assertRefused(2, "smollm2-135m", "bench", "--shape=11m");
        assertRefused(2, "completions = 1", "bench", "--completions=1");
        assertRefused(2, "topP = 1.5", "generate", "--model=model", "--prompt=a", "--top-p=1.5");
        assertRefused(
                1,
                "1024",
                "generate",
                "--model=model",
                "--prompt=" + "a ".repeat(1100),
                "--threads=1");
        assertRefused(1, "nodata", "sft", "--model=model", "nodata", "--out=x");
        Path broken = Files.createDirectories(folder.resolve("broken"));
        Files.writeString(
                broken.resolve("config.json"), "{\"architectures\": [\"GPT2LMHeadModel\"]}");
        for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
            if (!Files.exists(broken.resolve(file))) {
                Files.copy(folder.resolve("model").resolve(file), broken.resolve(file));
            }
        }
        assertRefused(1, "GPT2LMHeadModel", "generate", "--model=broken", "--prompt=a");
        Path wider = Files.createDirectories(folder.resolve("wider"));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(folder.resolve("model").resolve(file), wider.resolve(file));
        }
        BpeTrainer.train(
                Stream.of("one two three four five six seven eight nine ten"),
                new BpeTrainer.Options(320, List.of("<|more|>", "<|and more|>"), 1),
                wider);
        assertRefused(
                1, "model.embed_tokens.weight has", "generate", "--model=wider", "--prompt=a");
    }

    @Test
    void interruptedWhileItDecodes_endsWithoutACrashReport() throws Exception {
        Process process =
                Kindred.start(
                        folder,
                        "policy",
                        "generate",
                        "--model=model",
                        "--prompt=the",
                        "--raw",
                        "--temperature=1",
                        "--set=stops=[never]",
                        "--max-new-tokens=1000",
                        "--samples=1",
                        "--threads=1");
        assertThat(process.getInputStream().read()).isPositive(); // it has begun to write
        process.toHandle().destroy(); // leaves our end of its output open
        process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).isIn(0, 130); // 0: it was done before the signal came
        assertThat(folder).isDirectoryNotContaining("glob:**hs_err*");
    }

    @Test
    void sftInterrupted_isSavedAndResumes() throws Exception {
        String[] command = {
            "policy", "sft", "--model=model", "data", "--out=stopped", "--epochs=120", "--threads=1"
        };
        Process process = Kindred.start(folder, command);
        BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        while (!String.valueOf(lines.readLine()).contains("loss")) {
            assertThat(process.isAlive()).isTrue();
        }
        process.toHandle().destroy(); // leaves our end of its output open
        assertThat(lines.lines().toList().toString()).contains("--resume");
        assertThat(process.waitFor()).isEqualTo(130);
        assertThat(folder.resolve("stopped/policy/sft/checkpoints")).isNotEmptyDirectory();
        Kindred.Outcome resumed =
                Kindred.run(
                        folder,
                        Stream.concat(Stream.of(command), Stream.of("--resume"))
                                .toArray(String[]::new));
        assertThat(resumed.status()).as(resumed.output()).isZero();
        assertThat(Files.readAllLines(folder.resolve("stopped/policy/sft/metrics.jsonl")))
                .hasSize(360);
    }

    private static void assertRefused(int status, String message, String... arguments)
            throws Exception {
        String[] all =
                Stream.concat(Stream.of("policy"), Stream.of(arguments)).toArray(String[]::new);
        Kindred.Outcome outcome = Kindred.run(folder, all);
        assertThat(outcome.status()).as(outcome.output()).isEqualTo(status);
        assertThat(outcome.output()).contains(message).doesNotContain("\tat ");
    }
}
