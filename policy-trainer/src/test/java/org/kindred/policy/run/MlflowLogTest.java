package org.kindred.policy.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.KindredException;
import org.kindred.policy.metrics.StepMetrics;

final class MlflowLogTest {
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(1700), ZoneOffset.UTC);

    private final List<String> calls = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private HttpServer server;
    private boolean known;
    private boolean broken;

    /** Answers as the tracking server's documentation says. */
    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/api/2.0/mlflow/",
                exchange -> {
                    String call = exchange.getRequestURI().toString().substring(16);
                    byte[] body = exchange.getRequestBody().readAllBytes();
                    calls.add(call + " " + new String(body, StandardCharsets.UTF_8));
                    boolean unknown = call.startsWith("experiments/get-by-name") && !known;
                    String answer =
                            call.startsWith("experiments/get")
                                    ? "{\"experiment\":{\"experiment_id\":\"7\"}}"
                                    : call.startsWith("experiments")
                                            ? "{\"experiment_id\":\"7\"}"
                                            : "{\"run\":{\"info\":{\"run_id\":\"abc\"}}}";
                    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(broken ? 500 : unknown ? 404 : 200, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        server.start();
    }

    @AfterEach
    void stopServer() {
        server.stop(0);
    }

    private MlflowLog open(Path folder) {
        String target = "http://localhost:" + server.getAddress().getPort() + "#kind experiment";
        return MlflowLog.open(target, folder, Map.of("steps", "5"), CLOCK, warnings::add);
    }

    @Test
    void newRun_isCreatedWithItsOptions_andGetsEveryNumber(@TempDir Path folder) {
        try (MlflowLog log = open(folder)) {
            log.onStep(
                    new StepMetrics(3, Map.of("group/a/reward_mean", .5)),
                    new StepMetrics(3, Map.of("step_time", 2.0)));
            log.onValidation(new StepMetrics(3, Map.of("ndcg", .25)));
        }
        assertThat(calls)
                .containsExactly(
                        "experiments/get-by-name?experiment_name=kind+experiment ",
                        "experiments/create {\"name\":\"kind experiment\"}",
                        "runs/create {\"experiment_id\":\"7\",\"start_time\":1700,\"run_name\":\""
                                + folder.getFileName()
                                + "\"}",
                        "runs/log-batch {\"run_id\":\"abc\",\"params\":[{\"key\":\"steps\",\"value\":\"5\"}]}",
                        batch("group/a/reward_mean", ".5"),
                        batch("time/step_time", "2.0"),
                        batch("held_out/ndcg", ".25"),
                        "runs/update {\"run_id\":\"abc\",\"status\":\"FINISHED\",\"end_time\":1700}");
    }

    private static String batch(String key, String value) {
        return "runs/log-batch {\"run_id\":\"abc\",\"metrics\":[{\"key\":\""
                + key
                + "\",\"value\":"
                + Double.parseDouble(value)
                + ",\"timestamp\":1700,\"step\":3}]}";
    }

    @Test
    void resumedRun_goesOnInTheSameRunOfTheServer(@TempDir Path folder) {
        open(folder).onValidation(new StepMetrics(2, Map.of("ndcg", .2)));
        calls.clear();
        open(folder).onValidation(new StepMetrics(3, Map.of("ndcg", .25)));
        assertThat(calls).containsExactly(batch("held_out/ndcg", ".25"));
    }

    @Test
    void serverThatFails_stopsANewRun_butNeverOneInProgress(@TempDir Path folder) {
        known = true;
        MlflowLog log = open(folder);
        broken = true;
        StepMetrics numbers = new StepMetrics(1, Map.of("loss", 1.0));
        log.onStep(numbers, numbers);
        log.onStep(numbers, numbers);
        log.close();
        assertThat(warnings).hasSize(1).first().asString().contains("runs/log-batch", "HTTP 500");
        assertThatThrownBy(() -> open(folder.resolve("other")))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("MLflow server http://localhost:")
                .hasMessageContaining("HTTP 500")
                .hasMessageNotContaining("disk");
        assertThatThrownBy(
                        () -> MlflowLog.open("localhost", folder, Map.of(), CLOCK, warnings::add))
                .hasMessageContaining("must be URL#EXPERIMENT");
    }

    /** A run's folder with a file in it would be refused as occupied. */
    @Test
    void open_leavesTheFolderAlone_untilThereAreNumbers(@TempDir Path folder) {
        open(folder.resolve("new"));
        assertThat(folder.resolve("new")).doesNotExist();
    }

    @Test
    void serverThatIsNotThere_saysSo_andNothingOfADisk(@TempDir Path folder) {
        server.stop(0);
        assertThatThrownBy(() -> open(folder))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("nothing answers there")
                .hasMessageNotContaining("disk");
    }
}
