package org.kindred.reward.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.TokenUsage;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.Message;
import org.kindred.datasets.SeedTree;

/** Rules of the client, on a model and a clock that do as they are told. */
final class JudgeClientTest {
    @TempDir private Path folder;
    private final List<Long> slept = new ArrayList<>();
    private long now;

    private final Ticker ticker =
            new Ticker() {
                @Override
                public long nanos() {
                    return now;
                }

                @Override
                public void sleep(long nanos) {
                    slept.add(TimeUnit.NANOSECONDS.toMillis(nanos));
                    now += nanos;
                }
            };

    /** Throws what is in the script, then answers. */
    private static final class Scripted implements ChatModel {
        private final Deque<RuntimeException> script = new ArrayDeque<>();
        private int calls;

        Scripted then(RuntimeException... failures) {
            script.addAll(List.of(failures));
            return this;
        }

        @Override
        public ChatResponse doChat(ChatRequest request) {
            calls++;
            if (!script.isEmpty()) {
                throw script.removeFirst();
            }
            return ChatResponse.builder()
                    .aiMessage(AiMessage.from("text " + calls))
                    .tokenUsage(new TokenUsage(70, 30))
                    .build();
        }
    }

    private static Question question(int number) {
        return new Question(List.of(Message.user("q" + number)), "u", "u", 1, 32, null, 0);
    }

    private JudgeClient client(ChatModel model, ClientOptions options) {
        return new JudgeClient(
                Endpoint.of("scripted", model), null, options, SeedTree.root(1), ticker);
    }

    private static ClientOptions options(long deadlineMillis, long budget, double share) {
        return new ClientOptions(
                4, 0, 4, 100, 1000, deadlineMillis, 4, share, 1000, budget, .05, false, 300);
    }

    @Test
    void ask_passingFailures_areRetriedAfterSeededWaits() {
        Scripted model =
                new Scripted().then(CallException.passing("TIMEOUT"), CallException.status(500, 0));
        assertThat(client(model, options(0, 0, 1)).ask(question(1), 0, 1).get(0))
                .isInstanceOf(Answer.Text.class);
        assertThat(slept).hasSize(2);
        assertThat(slept.get(0)).isBetween(50L, 100L);
        assertThat(slept.get(1)).isBetween(100L, 200L);
        List<Long> first = List.copyOf(slept);
        slept.clear();
        client(
                        new Scripted()
                                .then(
                                        CallException.passing("TIMEOUT"),
                                        CallException.passing("TIMEOUT")),
                        options(0, 0, 1))
                .ask(question(1), 0, 1);
        assertThat(slept).isEqualTo(first);
    }

    @Test
    void ask_retryAfter_isWaitedFor() {
        client(new Scripted().then(CallException.status(429, 7000)), options(0, 0, 1))
                .ask(question(1), 0, 1);
        assertThat(slept).containsExactly(7000L);
    }

    @Test
    void ask_attemptsUsedUp_isAFailureWithItsReason() {
        RuntimeException down = CallException.passing("CONNECTION");
        assertThat(
                        client(new Scripted().then(down, down, down, down), options(0, 0, 1))
                                .ask(question(1), 0, 1))
                .containsExactly(new Answer.Failed("CONNECTION", 4));
    }

    @Test
    void ask_lastingFailure_isNotRetried() {
        Scripted model = new Scripted().then(CallException.status(400, 0));
        assertThat(client(model, options(0, 0, 1)).ask(question(1), 0, 1))
                .containsExactly(new Answer.Failed("HTTP_400", 1));
        assertThat(model.calls).isEqualTo(1);
    }

    @Test
    void ask_wrongKey_stopsAllCalls() {
        Scripted model = new Scripted().then(CallException.status(401, 0));
        JudgeClient client = client(model, options(0, 0, 1));
        client.ask(question(1), 0, 1);
        assertThat(client.ask(question(2), 0, 1))
                .containsExactly(new Answer.Failed("STOPPED(HTTP_401)", 0));
        assertThat(model.calls).isEqualTo(1);
    }

    @Test
    void ask_deadline_isKept() {
        RuntimeException slow = CallException.status(503, 0);
        JudgeClient client =
                client(new Scripted().then(slow, slow, slow, slow), options(120, 0, 1));
        assertThat(client.ask(question(1), 0, 1).get(0)).isInstanceOf(Answer.Failed.class);
        assertThat(now).isLessThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(120));
        now = TimeUnit.MILLISECONDS.toNanos(121);
        assertThat(client.ask(question(2), 0, 1)).containsExactly(new Answer.Failed("DEADLINE", 0));
    }

    @Test
    void ask_budgetSpent_stopsCleanly() {
        Scripted model = new Scripted();
        JudgeClient client = client(model, options(0, 250, 1));
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            answers.addAll(client.ask(question(i), 0, 1));
        }
        assertThat(model.calls).isEqualTo(3); // 100 tokens each
        assertThat(answers.subList(3, 5)).containsOnly(new Answer.Failed("BUDGET", 0));
        assertThat(client.counts().tokens()).isEqualTo(300);
    }

    @Test
    void ask_mostCallsFail_pausesAll() {
        RuntimeException down = CallException.passing("CONNECTION");
        JudgeClient client = client(new Scripted().then(down, down, down, down), options(0, 0, .5));
        client.ask(question(1), 0, 1);
        long before = now;
        assertThat(client.ask(question(2), 0, 1).get(0)).isInstanceOf(Answer.Text.class);
        assertThat(now - before).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(1000));
    }

    @Test
    void ask_nobodyAnswersForLong_stopsAndSaysSo() {
        ChatModel down =
                new ChatModel() {
                    @Override
                    public ChatResponse doChat(ChatRequest request) {
                        throw CallException.passing("CONNECTION");
                    }
                };
        List<String> told = new ArrayList<>();
        JudgeClient client =
                client(
                        down,
                        new ClientOptions(4, 0, 4, 100, 1000, 0, 4, .5, 1000, 0, 1, false, 60));
        client.telling(told::add);
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            answers.addAll(client.ask(question(i), 0, 1));
        }
        assertThat(now).isLessThan(TimeUnit.SECONDS.toNanos(70)); // silence of 60 s
        assertThat(answers).allMatch(Answer.Failed.class::isInstance);
        assertThat(answers.get(99)).isEqualTo(new Answer.Failed("STOPPED(no answer for 60 s)", 0));
        assertThat(told.get(0)).contains("all pause for 1.0 s");
        assertThat(told.get(told.size() - 1)).contains("no further call", "60 s");
    }

    @Test
    void waiting_callUnderWay_saysHowLong() {
        List<String> words = new ArrayList<>();
        JudgeClient[] client = new JudgeClient[1];
        client[0] =
                client(
                        new ChatModel() {
                            @Override
                            public ChatResponse doChat(ChatRequest request) {
                                now += TimeUnit.SECONDS.toNanos(7);
                                words.add(client[0].waiting().orElse(""));
                                throw CallException.status(400, 0);
                            }
                        },
                        options(0, 0, 1));
        client[0].ask(question(1), 0, 1);
        assertThat(words)
                .containsExactly("1 call under way, 0 answers, 0 failures; no answer for 7 s");
        assertThat(client[0].waiting()).isEmpty();
    }

    @Test
    void ask_promptsCutByTheServer_areNoticed() {
        List<String> told = new ArrayList<>();
        JudgeClient client =
                client(
                        new ChatModel() {
                            @Override
                            public ChatResponse doChat(ChatRequest request) {
                                return ChatResponse.builder()
                                        .aiMessage(AiMessage.from("text"))
                                        .tokenUsage(new TokenUsage(2050, 5))
                                        .build();
                            }
                        },
                        options(0, 0, 1));
        client.telling(told::add);
        for (int i = 1; i <= 5; i++) {
            client.ask(
                    new Question(
                            List.of(Message.user("word ".repeat(2000 * i))),
                            "u",
                            "u",
                            1,
                            32,
                            null,
                            0),
                    0,
                    1);
        }
        assertThat(told).singleElement().asString().contains("2050 tokens", "cut");
    }

    @Test
    void ask_tooManyFailures_stopsTheRun() {
        ChatModel broken =
                new ChatModel() {
                    @Override
                    public ChatResponse doChat(ChatRequest request) {
                        throw CallException.status(400, 0);
                    }
                };
        JudgeClient client = client(broken, options(0, 0, 1));
        for (int i = 0; i < 200; i++) {
            client.ask(question(i), 0, 1);
        }
        assertThat(client.ask(question(999), 0, 1))
                .containsExactly(new Answer.Failed("STOPPED(more than 5 % failed)", 0));
        assertThat(client.counts().calls()).isEqualTo(200);
    }

    @Test
    void ask_replay_answersFromTheCacheAlone() {
        try (JudgeCache cache = JudgeCache.open(folder.resolve("c.sqlite"))) {
            Scripted model = new Scripted();
            Endpoint endpoint = Endpoint.of("scripted", model);
            new JudgeClient(endpoint, cache, options(0, 0, 1), SeedTree.root(1))
                    .ask(question(1), 0, 1);
            ClientOptions replay = new ClientOptions(1, 0, 1, 0, 0, 0, 2, 1, 1, 0, .05, true, 300);
            JudgeClient client = new JudgeClient(endpoint, cache, replay, SeedTree.root(1));
            assertThat(client.ask(question(1), 0, 2))
                    .containsExactly(
                            new Answer.Text("text 1", 70, 30), new Answer.Failed("NOT_CACHED", 0));
            assertThat(model.calls).isEqualTo(1);
        }
    }

    @Test
    void ask_otherSeedOrTemperature_isAnotherSample() {
        try (JudgeCache cache = JudgeCache.open(folder.resolve("c.sqlite"))) {
            Endpoint endpoint = Endpoint.of("scripted", new Scripted());
            new JudgeClient(endpoint, cache, options(0, 0, 1), SeedTree.root(1))
                    .ask(question(1), 0, 1);
            new JudgeClient(endpoint, cache, options(0, 0, 1), SeedTree.root(2))
                    .ask(question(1), 0, 1);
            new JudgeClient(endpoint, cache, options(0, 0, 1), SeedTree.root(1))
                    .ask(
                            new Question(List.of(Message.user("q1")), "u", "u", .5, 32, null, 0),
                            0,
                            1);
            assertThat(cache.size()).isEqualTo(3);
        }
    }

    @Test
    void forget_user_removesRowsOfOwnerAndSubject() throws java.io.IOException {
        Path file = folder.resolve("c.sqlite");
        try (JudgeCache cache = JudgeCache.open(file)) {
            cache.put(
                    List.of(
                            new JudgeCache.Row("k1", "ann", "ann", "e", "canary-owned", 1, 1),
                            new JudgeCache.Row("k2", "bob", "ann", "e", "canary-asked", 1, 1),
                            new JudgeCache.Row("k3", "bob", "bob", "e", "stays", 1, 1)));
            assertThat(cache.forget("ann")).isEqualTo(2);
            assertThat(cache.size()).isEqualTo(1);
        }
        try (var files = java.nio.file.Files.list(folder)) {
            for (Path left : files.toList()) {
                assertThat(
                                new String(
                                        java.nio.file.Files.readAllBytes(left),
                                        java.nio.charset.StandardCharsets.ISO_8859_1))
                        .doesNotContain("canary");
            }
        }
    }
}
