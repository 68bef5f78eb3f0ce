package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.Json;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.options.OptionLayer;
import org.kindred.options.OptionTree;
import org.kindred.pipeline.Recipe;
import org.kindred.pipeline.RecipeOptions;
import org.kindred.pipeline.RunFolder;
import org.kindred.policy.run.TrainingListener;

/**
 * {@code kindred serve} as a process, on a run of few people. How often it is killed is the system
 * property {@code kindred.kills}.
 */
final class ServeCommandTest {
    private static final int KILLS = Integer.getInteger("kindred.kills", 2);
    private static final int STEPS_A_LIFE = 8;
    private static final List<String> TEXTS =
            List.of(
                    "Try some tea.",
                    "There is a great deal to say about that, and I would begin with its history, go on"
                            + " with its uses, and end with all that follows from them.",
                    "No.",
                    "First, boil the water. Then wait, and pour it over the leaves; that is all!");

    @TempDir static Path folder;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    @Test
    void client_isPrinted_andARunIsAskedForOtherwise() throws Exception {
        Kindred.Outcome trl = Kindred.run(folder, "serve", "--client=trl");
        assertThat(trl.status()).isZero();
        assertThat(trl.output()).startsWith("\"\"\"Kindred in TRL").contains("class PGrpoTrainer");
        Kindred.Outcome neither = Kindred.run(folder, "serve");
        assertThat(neither.status()).isEqualTo(2);
        assertThat(neither.output()).contains("RUN is missing");
    }

    @BeforeAll
    static void run() throws IOException {
        PeopleFixture.people(folder.resolve("people"), 9, 8);
        RecipeOptions options =
                OptionTree.resolve(
                                RecipeOptions.defaults(),
                                List.of(
                                        OptionLayer.preset(
                                                "small",
                                                """
                                                data.source: %s
                                                judge:
                                                  rubric: {axes: [2], landmarks: 64, prototypes: [2], kernels: [{criteria: 1, terms: 0, embedding: 0, known: 0, scenario: 0}]}
                                                  prototypes: {k: 2}
                                                """
                                                        .formatted(folder.resolve("people")))))
                        .options();
        try (Recipe recipe =
                Recipe.open(
                        folder.resolve("run"),
                        RunFolder.Existing.REFUSE,
                        options,
                        Recipe.Goal.GROUPS,
                        List.of("kindred"),
                        TrainingListener.SILENT,
                        Progress.NONE)) {
            assertThat(recipe.run()).isTrue();
        }
    }

    /** A server that is told to listen on a free port, and where it does. */
    private record Server(Process process, String address) {
        static Server start(Path run, String... more) throws IOException {
            Process process =
                    Kindred.start(
                            folder,
                            Stream.concat(
                                            Stream.of("serve", run.toString(), "--port=0"),
                                            Stream.of(more))
                                    .toArray(String[]::new));
            StringBuilder line = new StringBuilder();
            StringBuilder all = new StringBuilder();
            while (!line.toString().startsWith("kindred serve -> ")) {
                line.setLength(0);
                for (int c = process.getInputStream().read();
                        c != '\n';
                        c = process.getInputStream().read()) {
                    if (c < 0) {
                        throw new AssertionError(all);
                    }
                    line.append((char) c);
                    all.append((char) c);
                }
            }
            return new Server(process, line.substring("kindred serve -> ".length()).strip());
        }

        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }
    }

    private static String body(String run, int step, boolean resume) {
        StringBuilder items = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            items.append(i == 0 ? "" : ",")
                    .append(
                            "{\"id\":\"%d\",\"user\":\"u%02d\",\"prompt\":\"What about tea?\",\"response\":\"%s Number %d.\"}"
                                    .formatted(
                                            i,
                                            (step + i) % 9,
                                            TEXTS.get((step * 5 + i) % TEXTS.size()),
                                            step));
        }
        return "{\"run\":\"%s\",\"step\":%d,\"normalise\":\"frozen\",\"resume\":%b,\"items\":[%s]}"
                .formatted(run, step, resume, items);
    }

    private JsonNode ask(Server server, String body) throws IOException, InterruptedException {
        HttpResponse<String> response =
                client.send(
                        HttpRequest.newBuilder(URI.create(server.address() + "/v1/rewards"))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return Json.mapper().readTree(response.body());
    }

    @Test
    void killedAnywhere_countsAreExact_andTheJournalIsThatOfAnUninterruptedServer()
            throws Exception {
        Path run = folder.resolve("run");
        int steps = STEPS_A_LIFE * (KILLS + 1);
        SplittableRandom random = SeedTree.root(1).random();
        Server server = Server.start(run);
        JsonNode[] whole = new JsonNode[steps];
        long began = System.nanoTime();
        for (int step = 0; step < steps; step++) {
            whole[step] = ask(server, body("whole", step, step == 0));
        }
        long nanosAStep = (System.nanoTime() - began) / steps;
        int killed = 0;
        for (int step = 0; step < steps; ) {
            boolean kill = killed < KILLS && random.nextInt(STEPS_A_LIFE) == 0;
            CompletableFuture<Void> blow = CompletableFuture.completedFuture(null);
            if (kill) { // at some moment of this request, or after its answer
                killed++;
                Process doomed = server.process();
                blow =
                        CompletableFuture.runAsync(
                                doomed::destroyForcibly,
                                CompletableFuture.delayedExecutor(
                                        random.nextLong(2 * nanosAStep), TimeUnit.NANOSECONDS));
            }
            try {
                JsonNode answer = ask(server, body("killed", step, step == 0));
                assertThat(answer).isEqualTo(whole[step]);
                step++;
            } catch (IOException dead) {
                assertThat(kill).isTrue();
            }
            blow.join();
            if (kill) {
                server.kill();
                server = Server.start(run);
            }
        }
        server.process().toHandle().destroy(); // SIGTERM, and its output can still be read
        String said =
                new String(
                        server.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(server.process().waitFor()).isEqualTo(130);
        assertThat(said).contains("stopped; the same command goes on");
        for (String file : List.of("journal.jsonl", "step-" + (steps - 1) + "-0.jsonl")) {
            assertThat(Files.readString(run.resolve("serve/killed").resolve(file)))
                    .isEqualTo(Files.readString(run.resolve("serve/whole").resolve(file)));
        }
    }

    @Test
    void whatCannotBeServed_isSaidInOneSentence() throws Exception {
        Kindred.Outcome unknown = Kindred.run(folder, "serve", "nowhere");
        assertThat(unknown.status()).isEqualTo(1);
        assertThat(unknown.output()).contains("kindred: nowhere: no such folder");
        Kindred.Outcome open = Kindred.run(folder, "serve", "run", "--bind=0.0.0.0");
        assertThat(open.status()).isEqualTo(2);
        assertThat(open.output()).contains("needs a token").contains("--token-file");
        try (ServerSocket busy = new ServerSocket(0)) {
            Kindred.Outcome taken =
                    Kindred.run(folder, "serve", "run", "--port=" + busy.getLocalPort());
            assertThat(taken.status()).isEqualTo(1);
            assertThat(taken.output())
                    .contains("kindred: port " + busy.getLocalPort())
                    .contains("choose another with --port")
                    .doesNotContain("\tat ");
        }
    }
}
