package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kindred.datasets.Json;
import org.kindred.reward.client.JudgeServer;
import picocli.CommandLine;

/**
 * No failure of a judge becomes a number: every command that asks one, against every way in which a
 * server fails. The command tells within seconds that it asks, ends with the work undone, and names
 * the reason in the terminal and in a file; where a part was answered, numbers are of that part and
 * the rest is counted.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class JudgeFailureContractTest {
    private static final double FIRST_WORD_SECONDS = 10; // on a loaded machine; mostly below 1
    private static final Pattern A_NUMBER =
            Pattern.compile(
                    "accuracy -?[0-9]|difference [+-]|win rate [0-9]|\\[ ?[0-9]+\\.[0-9], ");
    private static final String RATIONALE =
            "A. Criteria: brevity (60%), warmth (40%) B. Scores: Response 1: brevity 7/10, warmth 5/10";

    @TempDir static Path shared;
    @TempDir Path folder;

    /** How a server fails, and what the failure is called. */
    enum Fault {
        UNREACHABLE("CONNECTION"),
        UNAUTHORISED("HTTP_401"),
        NOT_FOUND("HTTP_404"),
        REFUSED("HTTP_400"),
        BROKEN("HTTP_500"),
        EMPTY("EMPTY_REPLY"),
        GARBAGE("MALFORMED(no block)"),
        SLOW("TIMEOUT");

        private final String reason;

        Fault(String reason) {
            this.reason = reason;
        }

        void befall(JudgeServer server) {
            switch (this) {
                case UNREACHABLE -> server.close();
                case UNAUTHORISED -> server.always(401);
                case NOT_FOUND -> server.always(404);
                case REFUSED -> server.refusing(request -> "no such adapter");
                case BROKEN -> server.always(500);
                case EMPTY -> server.replying(reply -> content(reply, ""));
                case GARBAGE -> server.replying(reply -> content(reply, "I like both."));
                case SLOW -> server.failing(1, 7, JudgeServer.Fault.SLOW_DRIP);
            }
        }
    }

    /** A command that asks a judge; the judge's spec and the output folder are added. */
    enum Command {
        BENCHMARK("eval", "benchmark", "{people}", "--limit=4", "--set=shots=[0,3]"),
        WIN_RATE("eval", "win-rate", "{base}", "{tuned}"),
        SCORE("reward", "score", "{people}"),
        DERIVE("reward", "derive", "{people}"),
        PROTOTYPES("reward", "prototypes"),
        REWARD_TRAIN("reward", "train", "{people}", "--model={model}", "--stages=psi"),
        POLICY_TRAIN("policy", "train", "{people}", "--model={model}", "--steps=1"),
        RUN("run", "{people}", "--model={model}", "--steps=1");

        private final List<String> words;

        Command(String... words) {
            this.words = List.of(words);
        }
    }

    private record Outcome(int status, String output, double firstWordSeconds) {}

    @BeforeAll
    static void makeData() throws IOException {
        PeopleFixture.people(shared.resolve("people"), 6, 8);
        PeopleFixture.model(shared.resolve("model"));
        answers("base", "curt");
        answers("tuned", "helpful");
    }

    private static void answers(String name, String text) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            lines.append(
                    "{\"id\":\"%d\",\"user\":\"u%d\",\"prompt\":\"Question %d\",\"completion\":\"%s %d\"}\n"
                            .formatted(i, i % 4, i, text, i));
        }
        Files.writeString(shared.resolve(name + ".jsonl"), lines.toString());
    }

    /** A good reply to each kind of question. */
    private static String reply(String question) {
        if (question.contains("You describe what one particular person")) {
            return marked(
                    "{\"criteria\": [{\"name\": \"brevity\", \"weight\": 60}, {\"name\": \"warmth\", \"weight\": 40}]}");
        }
        String second =
                question.contains("You score one answer")
                        ? "\", \"better_response\": {\"response_1\": 6.2}}"
                        : " Response 2: brevity 4/10, warmth 5/10\", \"better_response\": {\"response_1\": 6.2, \"response_2\": 4.4}}";
        return marked("{\"rationale\": \"" + RATIONALE + second);
    }

    private static String marked(String json) {
        return "PART 1: Wants: brevity.\nPART 2:\n<JSON_START>" + json + "<JSON_END>";
    }

    private static ObjectNode content(ObjectNode reply, String text) {
        for (JsonNode choice : reply.path("choices")) {
            ((ObjectNode) choice.path("message")).put("content", text);
        }
        return reply;
    }

    static Stream<Arguments> everyCommandAndFault() {
        return Stream.of(Command.values())
                .flatMap(
                        command ->
                                Stream.of(Fault.values())
                                        .map(fault -> Arguments.of(command, fault)));
    }

    @ParameterizedTest
    @MethodSource("everyCommandAndFault")
    void judgeThatNeverAnswers_isNoResult(Command command, Fault fault) throws IOException {
        try (JudgeServer server = JudgeServer.reading(JudgeFailureContractTest::reply)) {
            prepare(command, server);
            fault.befall(server);
            Outcome outcome = run(command, server);

            assertThat(outcome.status()).as(outcome.output()).isEqualTo(1);
            assertThat(outcome.output()).contains(fault.reason);
            assertThat(A_NUMBER.matcher(outcome.output()).find()).as(outcome.output()).isFalse();
            assertThat(outcome.firstWordSeconds()).isLessThan(FIRST_WORD_SECONDS);
            assertThat(filesThatName(fault.reason)).as("files that name the reason").isNotEmpty();
            assertThat(folder.resolve("out/results.json")).doesNotExist();
        }
    }

    /** Half of all questions are refused, each for ever. */
    @ParameterizedTest
    @EnumSource(
            value = Command.class,
            names = {"REWARD_TRAIN", "RUN"},
            mode = EnumSource.Mode.EXCLUDE)
    void judgeThatAnswersHalf_countsTheRestAsMissing(Command command) throws IOException {
        try (JudgeServer server = JudgeServer.reading(JudgeFailureContractTest::reply)) {
            prepare(command, server);
            server.refusing(JudgeFailureContractTest::halfOfAll);
            Outcome outcome = run(command, server);

            assertThat(outcome.output()).as(outcome.output()).contains("HTTP_400");
            assertThat(filesThatName("HTTP_400")).isNotEmpty();
            if (command == Command.POLICY_TRAIN) { // too many for a training step
                assertThat(outcome.status()).as(outcome.output()).isEqualTo(1);
                return;
            }
            assertThat(outcome.status()).as(outcome.output()).isZero();
            if (command == Command.SCORE) { // the same scores in both orders: all ties
                JsonNode scored =
                        Json.mapper()
                                .readTree(Files.readAllBytes(folder.resolve("out/results.json")))
                                .at("/details/scored");
                int missing = scored.path("unscored").asInt();
                assertThat(missing).isBetween(1, scored.path("pairs").asInt() - 1);
                assertThat(scored.path("ties").asInt())
                        .isEqualTo(scored.path("pairs").asInt() - missing);
                assertThat(scored.at("/failures/HTTP_400").asInt()).isEqualTo(missing);
                assertThat(outcome.output())
                        .contains(
                                "accuracy 50.0 % of those with scores",
                                missing + " without scores");
            }
            if (command == Command.BENCHMARK || command == Command.WIN_RATE) {
                assertThat(Files.readString(folder.resolve("out/results.json")))
                        .contains("HTTP_400");
            }
        }
    }

    /** Answers the question that a command begins with, and none after it. */
    @ParameterizedTest
    @EnumSource(
            value = Command.class,
            names = {"REWARD_TRAIN", "RUN"},
            mode = EnumSource.Mode.EXCLUDE)
    void judgeThatFallsSilent_isNoResult(Command command) throws IOException {
        try (JudgeServer server = JudgeServer.reading(JudgeFailureContractTest::reply)) {
            prepare(command, server);
            server.refusing(request -> isFirst(request) ? null : "no such adapter");
            Outcome outcome = run(command, server);

            assertThat(outcome.status()).as(outcome.output()).isEqualTo(1);
            assertThat(outcome.output()).contains("HTTP_400");
            assertThat(filesThatName("HTTP_400")).isNotEmpty();
            if (command == Command.BENCHMARK) { // other arms have numbers
                assertThat(outcome.output())
                        .contains("m left pairs unscored")
                        .doesNotContain("m at K =");
            } else {
                assertThat(A_NUMBER.matcher(outcome.output()).find())
                        .as(outcome.output())
                        .isFalse();
            }
        }
    }

    private static boolean isFirst(JsonNode request) {
        return request.path("messages").toString().contains("How do I make tea?");
    }

    /** Of all but the first question of a command. */
    private static String halfOfAll(JsonNode request) {
        String question = request.path("messages").toString();
        boolean answered =
                isFirst(request)
                        || (question.hashCode() * 0x9E3779B1) >>> 31
                                == 0; // parity is of all letters
        return answered ? null : "no such adapter";
    }

    private void prepare(Command command, JudgeServer server) {
        if (command == Command.PROTOTYPES) {
            Outcome derived = run(Command.DERIVE, server);
            assertThat(derived.status()).as(derived.output()).isZero();
        }
    }

    private Outcome run(Command command, JudgeServer server) {
        List<String> words = new ArrayList<>();
        for (String word : command.words) {
            words.add(
                    word.replace("{people}", shared.resolve("people").toString())
                            .replace("{model}", shared.resolve("model").toString())
                            .replace("{base}", shared.resolve("base.jsonl").toString())
                            .replace("{tuned}", shared.resolve("tuned.jsonl").toString()));
        }
        String out = folder.resolve("out").toString();
        if (command == Command.PROTOTYPES) {
            words.add(out);
        } else {
            String flag = command == Command.REWARD_TRAIN ? "--teacher=" : "--judge=";
            words.add(flag + "openai:" + server.root() + "/v1#m");
            words.add("--out=" + out);
        }
        words.add("--set=judge.client.first_wait_millis=1");
        words.add("--set=judge.timeout_seconds=1");
        if (command == Command.POLICY_TRAIN || command == Command.RUN) {
            words.add("--set=reinforcement.batch.prompts_per_step=2");
            words.add("--set=reinforcement.batch.completions_per_prompt=2");
            words.add("--set=reinforcement.sampling.max_new_tokens=6");
            words.add("--set=engine.threads=1");
        }
        if (command == Command.POLICY_TRAIN) {
            words.add("--preference-groups=single");
            words.add("--reward=judge");
        }
        if (command == Command.BENCHMARK) {
            words.add("--set=bootstrap_draws=100");
            words.add("--set=judge.rubric.axes=[1]");
        }
        FirstWord text = new FirstWord();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(text));
        line.setErr(new PrintWriter(text));
        int status = line.execute(words.toArray(String[]::new));
        return new Outcome(status, text.toString(), text.seconds());
    }

    /** Remembers when something was written first. */
    private static final class FirstWord extends Writer {
        private final StringWriter text = new StringWriter();
        private final long start = System.nanoTime();
        private long first;

        @Override
        public synchronized void write(char[] buffer, int offset, int length) {
            first = first == 0 ? System.nanoTime() : first;
            text.write(buffer, offset, length);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}

        synchronized double seconds() {
            return (first - start) / 1e9;
        }

        @Override
        public synchronized String toString() {
            return text.toString();
        }
    }

    private List<Path> filesThatName(String reason) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("out"))) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().contains("sqlite"))
                    .filter(file -> text(file).contains(reason))
                    .toList();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
