package org.kindred.eval.alignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.Message;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.alignment.TextLikelihood.LogProb;
import org.kindred.eval.alignment.TextLikelihood.Text;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.model.ModelConfig;
import org.kindred.policy.model.TokenBatch;
import org.kindred.policy.sft.SftExample;
import org.kindred.policy.tokenizer.BpeTrainer;
import org.kindred.policy.tokenizer.Tokenizer;

/** Policies that read texts, on a decoder of one small layer with a context of 64 tokens. */
final class PolicyReadingTest {
    private static final List<Message> PROMPT = List.of(Message.user("say it"));

    @TempDir static Path folder;
    private static Tokenizer tokenizer;
    private static CausalLm first;
    private static CausalLm second;

    @BeforeAll
    static void makeModels() {
        BpeTrainer.train(
                Stream.of("the a of to and in is it you that say yes no"),
                new BpeTrainer.Options(300, List.of(), 1),
                folder);
        tokenizer = Tokenizer.load(folder);
        first = model(1);
        second = model(2);
    }

    private static CausalLm model(long seed) {
        return CausalLm.create(
                ModelConfig.small(
                        tokenizer.vocabularySize(),
                        32,
                        1,
                        2,
                        1,
                        64,
                        tokenizer.eosIds().get(0),
                        tokenizer.padId()),
                EngineOptions.defaults().withDevice(EngineOptions.Device.CPU).withThreads(1),
                SeedTree.root(seed));
    }

    @AfterAll
    static void close() {
        first.close();
        second.close();
        tokenizer.close();
    }

    @Test
    void likelihood_batchedAndSorted_isThatOfEachTextAlone_andLongTextsAreLeftOut() {
        TextLikelihood likelihood = new TextLikelihood(first, tokenizer, false);
        List<Text> texts =
                List.of(
                        new Text(null, PROMPT, "it is that and you and the yes", true),
                        new Text("be brief", PROMPT, "no", true),
                        new Text(null, PROMPT, "yes ".repeat(80), true),
                        new Text(null, PROMPT, "it is", false));
        List<LogProb> found = likelihood.of(texts);
        assertThat(found.get(2)).isNull();
        SftExample example =
                SftExample.of(
                        tokenizer,
                        List.of(Message.system("be brief"), PROMPT.get(0)),
                        List.of(Message.assistant("no")));
        float[] alone =
                first.score(
                                new TokenBatch(
                                        new int[][] {example.prompt()},
                                        new int[][] {example.completion()}),
                                1)
                        .logProbs()[0];
        double sum = 0;
        for (float logProb : alone) {
            sum += logProb;
        }
        assertThat(found.get(1).tokens()).isEqualTo(alone.length);
        assertThat(found.get(1).sum()).isCloseTo(sum, within(1e-4));
        assertThat(found.get(3).tokens())
                .isEqualTo(tokenizer.encode("it is", false).length); // its end is not counted
    }

    @Test
    void read_underThreePersonas_orNotAtAll() {
        List<HeldOutChoices.Choice> choices = new ArrayList<>();
        for (int user = 0; user < 3; user++) {
            choices.add(
                    new HeldOutChoices.Choice(
                            "r" + user,
                            "u" + user,
                            "g" + user % 2,
                            "seen",
                            PROMPT,
                            user == 1 ? "yes ".repeat(80) : "yes it is",
                            "no"));
        }
        Map<String, String> personas = Map.of("u0", "say yes", "u1", "say no");
        HeldOutChoices held =
                new HeldOutChoices(
                        choices,
                        Map.of("u0", "u1", "u1", "u0", "u2", "u1"),
                        (user, prompt) -> personas.get(user));
        HeldOutChoices.Measured read =
                held.read("sft", new TextLikelihood(first, tokenizer, false));
        assertThat(read.tooLong()).isEqualTo(1);
        assertThat(read.withoutPersona()).isEqualTo(1);
        assertThat(read.rows()).extracting(HeldOutChoices.Row::rowId).containsExactly("r0", "r2");
        HeldOutChoices.Row row = read.rows().get(0);
        assertThat(row.own()).isNotEqualTo(row.stranger()).isNotEqualTo(row.none());
        assertThat(row.own().chosen()).isNegative();
        assertThat(read.rows().get(1).own()).isNull();
        assertThat(read.rows().get(1).none()).isEqualTo(row.none()); // the same texts
    }

    @Test
    void drift_ofTheStartIsNone_ofAnotherModelIsSome() {
        Map<String, CausalLm> models = Map.of("sft", first, "grpo", second);
        List<Text> completions = List.of(new Text("be brief", PROMPT, "it is that", false));
        List<Drift> drift =
                Drift.of(
                        List.of("sft", "grpo"),
                        Map.of("sft", completions, "grpo", completions),
                        List.of(new Text(null, PROMPT, "you and the", true)),
                        new Drift.Policies() {
                            @Override
                            public <T> T lend(String policy, Function<TextLikelihood, T> use) {
                                return use.apply(
                                        new TextLikelihood(models.get(policy), tokenizer, false));
                            }
                        });
        assertThat(drift.get(0).klToReference()).isZero();
        assertThat(drift.get(0).perplexityRatio()).isEqualTo(1);
        assertThat(drift.get(1).klToReference()).isNotZero();
        assertThat(drift.get(1).perplexity())
                .isCloseTo(
                        drift.get(1).perplexityRatio() * drift.get(0).perplexity(), within(1e-9));
    }
}
