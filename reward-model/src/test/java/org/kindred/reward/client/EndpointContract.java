package org.kindred.reward.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.Message;
import org.kindred.datasets.SeedTree;

/** What every endpoint must do. */
public abstract class EndpointContract {
    @TempDir private Path folder;

    protected abstract Endpoint endpoint();

    @Test
    void ask_severalSamples_givesATextEachInOrder() {
        List<Answer> answers = client(null).ask(question("What is tea?"), 0, 3);
        assertThat(answers)
                .hasSize(3)
                .allSatisfy(a -> assertThat(a).isInstanceOf(Answer.Text.class));
    }

    @Test
    void ask_sameSamples_givesTheSameTexts() {
        List<String> once = texts(client(null).ask(question("What is tea?"), 0, 3));
        assertThat(texts(client(null).ask(question("What is tea?"), 0, 3))).isEqualTo(once);
        assertThat(texts(client(null).ask(question("What is tea?"), 1, 1)))
                .isEqualTo(once.subList(1, 2));
    }

    @Test
    void askAll_severalQuestions_givesWhatEachGivesAlone() {
        List<JudgeClient.Ask> asks =
                List.of(
                        new JudgeClient.Ask(question("What is tea?"), 0, 2),
                        new JudgeClient.Ask(question("What is a longer question?"), 1, 1),
                        new JudgeClient.Ask(question("What is tea?"), 1, 2)); // one in common
        List<List<Answer>> together = client(null).askAll(asks);
        for (int i = 0; i < asks.size(); i++) {
            JudgeClient.Ask ask = asks.get(i);
            assertThat(texts(together.get(i)))
                    .isEqualTo(texts(client(null).ask(ask.question(), ask.first(), ask.samples())));
        }
    }

    @Test
    void ask_withCache_makesNoCallTwice() {
        try (JudgeCache cache = JudgeCache.open(folder.resolve("cache.sqlite"))) {
            JudgeClient first = client(cache);
            List<String> texts = texts(first.ask(question("What is tea?"), 0, 2));
            JudgeClient second = client(cache);
            assertThat(texts(second.ask(question("What is tea?"), 0, 2))).isEqualTo(texts);
            assertThat(second.counts().calls()).isZero();
            assertThat(second.counts().hits()).isEqualTo(2);
        }
    }

    @Test
    void ask_endpoint_countsTokens() {
        JudgeClient client = client(null);
        client.ask(question("What is tea?"), 0, 1);
        assertThat(client.counts().tokens()).isPositive();
    }

    protected JudgeClient client(@org.jspecify.annotations.Nullable JudgeCache cache) {
        return new JudgeClient(endpoint(), cache, ClientOptions.defaults(), SeedTree.root(1));
    }

    protected static Question question(String text) {
        return new Question(
                List.of(Message.system("Be brief."), Message.user(text)),
                "u1",
                "u1",
                1,
                32,
                null,
                0);
    }

    protected static List<String> texts(List<Answer> answers) {
        return answers.stream().map(a -> ((Answer.Text) a).text()).toList();
    }
}
