package org.kindred.reward.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.TinyPolicy;
import org.kindred.policy.grpo.Judgement;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.ModelConfig;
import org.kindred.policy.tokenizer.Tokenizer;
import org.kindred.reward.RewardUnit;
import org.kindred.reward.UserContext;
import org.kindred.reward.chain.ChainParser;
import org.kindred.reward.client.Answer;
import org.kindred.reward.client.Endpoint;
import org.kindred.reward.client.EndpointContract;
import org.kindred.reward.client.JudgeClient;
import org.kindred.reward.llm.LlmOptions;
import org.kindred.reward.llm.SoloChainWriter;
import org.kindred.reward.scaling.NeighbourSource;
import org.kindred.reward.scaling.PGenRm;
import org.kindred.reward.scaling.ScalingPlan;

final class LocalChatModelTest extends EndpointContract {
    private static LocalChatModel model;

    @BeforeAll
    static void open(@TempDir Path folder) {
        Tokenizer tokenizer = TinyPolicy.tokenizer(folder);
        ModelConfig config =
                ModelConfig.small(
                        tokenizer.vocabularySize(),
                        16,
                        1,
                        2,
                        1,
                        160,
                        tokenizer.eosIds().get(0),
                        tokenizer.padId());
        model =
                new LocalChatModel(
                        "tiny",
                        CausalLm.create(config, TinyPolicy.ENGINE, SeedTree.root(1)),
                        tokenizer);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Override
    protected Endpoint endpoint() {
        return model.endpoint();
    }

    @Test
    void ask_promptLongerThanTheContext_isAFailureAndNotAnException() {
        assertThat(client(null).ask(question("tea ".repeat(100)), 0, 1))
                .containsExactly(new Answer.Failed("CONTEXT_LENGTH", 1));
    }

    @Test
    void askAll_promptLongerThanTheContext_takesNoOtherWithIt() {
        JudgeClient client = client(null);
        List<List<Answer>> answers =
                client.askAll(
                        List.of(
                                new JudgeClient.Ask(question("What is tea?"), 0, 1),
                                new JudgeClient.Ask(question("tea ".repeat(100)), 0, 1),
                                new JudgeClient.Ask(question("What is milk?"), 0, 1)));
        assertThat(answers.get(1)).containsExactly(new Answer.Failed("CONTEXT_LENGTH", 1));
        assertThat(answers.get(0).get(0)).isInstanceOf(Answer.Text.class);
        assertThat(answers.get(2).get(0)).isInstanceOf(Answer.Text.class);
        assertThat(client.counts().answered()).isEqualTo(2);
    }

    @Test
    void judge_modelThatCannotWriteARubric_failsWithItsReasonAndIsCounted() {
        PGenRm reward =
                new PGenRm(
                        new SoloChainWriter(
                                client(null),
                                new LlmOptions(
                                        LlmOptions.Prompt.COMPACT,
                                        1,
                                        LlmOptions.Context.FULL,
                                        ChainParser.Totals.RECOMPUTED,
                                        false,
                                        16),
                                SeedTree.root(2)),
                        NeighbourSource.NOBODY,
                        ScalingPlan.of(2, 1));
        Judgement judged =
                reward.judge(
                        new UserContext("u", List.of()),
                        "tea?",
                        List.of("one", "two"),
                        RewardUnit.POINTS);
        assertThat(judged.outcomes())
                .hasSize(2)
                .allSatisfy(
                        outcome ->
                                assertThat(((ScoreOutcome.Failed) outcome).reason())
                                        .matches(
                                                "MALFORMED\\(.*|TRUNCATED|EMPTY_REPLY|CONTEXT_LENGTH"));
        assertThat(judged.counts())
                .containsEntry("own_unusable", 4.0)
                .containsEntry("neighbours_missing", 2.0)
                .containsEntry("heard_nobody", 2.0);
        assertThat(judged.counts().get("tokens")).isPositive();
    }
}
