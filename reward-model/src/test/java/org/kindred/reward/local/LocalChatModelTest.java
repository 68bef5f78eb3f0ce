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
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.ModelConfig;
import org.kindred.policy.tokenizer.Tokenizer;
import org.kindred.reward.client.Answer;
import org.kindred.reward.client.Endpoint;
import org.kindred.reward.client.EndpointContract;
import org.kindred.reward.client.JudgeClient;

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
                .containsExactly(new Answer.Failed("KindredException", 1));
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
        assertThat(answers.get(1)).containsExactly(new Answer.Failed("KindredException", 1));
        assertThat(answers.get(0).get(0)).isInstanceOf(Answer.Text.class);
        assertThat(answers.get(2).get(0)).isInstanceOf(Answer.Text.class);
        assertThat(client.counts().answered()).isEqualTo(2);
    }
}
