package org.kindred.reward.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.Message;
import org.kindred.datasets.OrderedWork;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.chain.ChainParser;

/** Ten thousand judgements under faults, and a process that is killed in the middle. */
final class FaultyServerTest {
    static final int IN_PROCESS = 1_000;
    private static final ChainParser PARSER = new ChainParser(ChainParser.Totals.RECOMPUTED);

    @TempDir private Path folder;

    /** The verdict tells the question's number, so that no answer can be taken for another. */
    static String reply(String question) {
        int number = Integer.parseInt(question.replaceAll("\\D", ""));
        return "PART 1: a\nb\nPART 2: c\n<JSON_START>{\"rationale\":\"x\",\"better_response\":{\"response_1\":%d.%03d,\"response_2\":5}}<JSON_END>"
                .formatted(1 + number / 1000 % 9, number % 1000);
    }

    static Question question(int number) {
        return new Question(
                List.of(Message.user("question " + number)),
                "u" + number % 50,
                "u",
                1,
                64,
                null,
                0);
    }

    static ClientOptions options() {
        return new ClientOptions(64, 0, 12, 1, 50, 0, 100, 1, 1000, 0, .05, false, 300);
    }

    static double score(Answer answer) {
        ChainParser.Parsed parsed = PARSER.parse(((Answer.Text) answer).text(), 2);
        Double score = ((ChainParser.Read) parsed).chain().scores().get(0);
        return score == null ? Double.NaN : score;
    }

    @Test
    void run_twentyPercentFaults_losesDuplicatesAndInventsNothing() throws IOException {
        judge(1_000);
    }

    @Test
    @Tag("slow")
    void run_tenThousandUnderFaults_losesDuplicatesAndInventsNothing() throws IOException {
        judge(10_000);
    }

    private void judge(int judgements) throws IOException {
        try (JudgeServer server = new JudgeServer(FaultyServerTest::reply).failing(.2, 7);
                JudgeCache cache = JudgeCache.open(folder.resolve("cache.sqlite"))) {
            JudgeClient client =
                    new JudgeClient(
                            Endpoint.openAi(
                                    server.root() + "/v1", "m", null, 1, Duration.ofMillis(400)),
                            cache,
                            options(),
                            SeedTree.root(1));
            List<Double> scores = new ArrayList<>();
            OrderedWork.run(
                    IntStream.range(0, judgements).iterator(),
                    64,
                    number -> client.ask(question(number), 0, 1).get(0),
                    answer -> scores.add(score(answer)));

            assertThat(scores).hasSize(judgements); // none lost, and in order:
            for (int i = 0; i < judgements; i++) {
                assertThat(scores.get(i))
                        .isEqualTo(1 + i / 1000 % 9 + (i % 1000) / 1000.0, within(1e-12));
            }
            assertThat(cache.size()).isEqualTo(judgements);
            assertThat(client.counts().failed()).isZero();
            assertThat(client.counts().answered()).isEqualTo(judgements);
            assertThat(server.faults()).hasSize(JudgeServer.Fault.values().length);
            assertThat(server.faults().values().stream().mapToInt(n -> n.get()).sum())
                    .isGreaterThan(judgements * 15 / 100);
        }
    }

    @Test
    void run_samplesInOneRequest_areEachKeptOnce() throws IOException {
        try (JudgeServer server =
                        new JudgeServer(FaultyServerTest::reply)
                                .failing(
                                        .2,
                                        8,
                                        JudgeServer.Fault.SERVER_ERROR,
                                        JudgeServer.Fault.TRUNCATED_JSON,
                                        JudgeServer.Fault.NULL_CONTENT);
                JudgeCache cache = JudgeCache.open(folder.resolve("cache.sqlite"))) {
            JudgeClient client =
                    new JudgeClient(
                            Endpoint.openAi(
                                    server.root() + "/v1", "m", null, 8, Duration.ofSeconds(10)),
                            cache,
                            options(),
                            SeedTree.root(1));
            List<Answer> answers = new ArrayList<>();
            OrderedWork.run(
                    IntStream.range(0, 100).iterator(),
                    16,
                    number -> client.ask(question(number), 0, 8),
                    answers::addAll);
            assertThat(answers).hasSize(800).allMatch(Answer.Text.class::isInstance);
            assertThat(server.served()).isEqualTo(800);
            assertThat(cache.size()).isEqualTo(800);
        }
    }

    @Test
    void run_oneAnswerWantedByManyThreads_isAskedForOnce() throws IOException {
        try (JudgeServer server = new JudgeServer(FaultyServerTest::reply);
                JudgeCache cache = JudgeCache.open(folder.resolve("cache.sqlite"))) {
            JudgeClient client =
                    new JudgeClient(
                            Endpoint.openAi(
                                    server.root() + "/v1", "m", null, 1, Duration.ofSeconds(10)),
                            cache,
                            options(),
                            SeedTree.root(1));
            OrderedWork.run(
                    IntStream.range(0, 400).map(i -> i % 4).iterator(),
                    32,
                    number -> client.ask(question(number), 0, 1),
                    answers -> assertThat(answers.get(0)).isInstanceOf(Answer.Text.class));
            assertThat(server.served()).isEqualTo(4);
        }
    }

    @Test
    void run_killedInTheMiddle_repeatsNoCommittedCall() throws Exception {
        Path file = folder.resolve("cache.sqlite");
        try (JudgeServer server =
                new JudgeServer(FaultyServerTest::reply)
                        .failing(.2, 9, JudgeServer.Fault.SERVER_ERROR, JudgeServer.Fault.RESET)) {
            Process first = child(server, file, "first");
            while (server.served() < IN_PROCESS / 4 && first.isAlive()) {
                first.waitFor(5, TimeUnit.MILLISECONDS);
            }
            assertThat(first.isAlive()).as("killed in the middle").isTrue();
            first.destroyForcibly().waitFor();
            long committed;
            try (JudgeCache cache = JudgeCache.open(file)) {
                committed = cache.size();
            }
            assertThat(committed).isBetween(1L, IN_PROCESS - 1L);

            assertThat(child(server, file, "second").waitFor()).isZero();
            try (JudgeCache cache = JudgeCache.open(file)) {
                assertThat(cache.size()).isEqualTo(IN_PROCESS);
            }
            var again = server.answered("second");
            assertThat(again).hasSize(IN_PROCESS - (int) committed);
            assertThat(again).allSatisfy((question, n) -> assertThat(n.get()).isEqualTo(1));
        }
    }

    private static Process child(JudgeServer server, Path file, String key) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+IgnoreUnrecognizedVMOptions",
                        "-cp",
                        System.getProperty(
                                        "surefire.test.class.path",
                                        System.getProperty("java.class.path"))
                                .replace('\n', File.pathSeparatorChar),
                        JudgeProcess.class.getName(),
                        server.root() + "/v1",
                        file.toString(),
                        key)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
