package org.kindred.reward.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.chain.ChainParser;

/**
 * The client side against a server in the same process that answers at once: calls, cache commits,
 * parsing. Reports judgements a second and processor time; asserts the heap only.
 */
final class ThroughputTest {
    private static final int JUDGEMENTS = 100_000;
    private static final byte[] REPLY =
            "{\"id\":\"x\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\",\"content\":\"PART 1: a\\nShort answers.\\nPART 2: b\\n<JSON_START>{\\\"rationale\\\":\\\"A. Criteria: Clarity (60%), Depth (40%) B. Scores: Response 1: Clarity 7/10, Depth 5/10 Response 2: Clarity 4/10, Depth 8/10\\\",\\\"better_response\\\":{\\\"response_1\\\":6.2,\\\"response_2\\\":5.6}}<JSON_END>\"}}],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":80,\"total_tokens\":180}}"
                    .getBytes(StandardCharsets.UTF_8);

    @TempDir private Path folder;

    @Test
    @Tag("slow")
    void run_hundredThousand_keepsTheHeapFlat(TestReporter reporter) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        ExecutorService pool = Executors.newFixedThreadPool(8);
        server.setExecutor(pool);
        server.createContext("/v1/chat/completions", ThroughputTest::answer);
        server.start();
        List<Long> heaps = new ArrayList<>();
        try (JudgeCache cache = JudgeCache.open(folder.resolve("cache.sqlite"))) {
            JudgeClient client =
                    new JudgeClient(
                            Endpoint.openAi(
                                    "http://127.0.0.1:" + server.getAddress().getPort() + "/v1",
                                    "m",
                                    null,
                                    1,
                                    Duration.ofSeconds(30)),
                            cache,
                            FaultyServerTest.options(),
                            SeedTree.root(1));
            ChainParser parser = new ChainParser(ChainParser.Totals.RECOMPUTED);
            AtomicInteger done = new AtomicInteger();
            long[] clock = {System.nanoTime(), processorNanos()};
            OrderedWork.run(
                    IntStream.range(0, JUDGEMENTS).iterator(),
                    32,
                    number -> client.ask(FaultyServerTest.question(number), 0, 1).get(0),
                    answer -> {
                        assertThat(parser.parse(((Answer.Text) answer).text(), 2))
                                .isInstanceOf(ChainParser.Read.class);
                        if (done.incrementAndGet() % 20_000 == 0) {
                            heaps.add(usedHeap());
                            reporter.publishEntry(
                                    done.get() + " judgements",
                                    "%.0f a second, %.0f a second of processor time, heap %.1f MiB"
                                            .formatted(
                                                    20_000e9 / (System.nanoTime() - clock[0]),
                                                    20_000e9 / (processorNanos() - clock[1]),
                                                    heaps.get(heaps.size() - 1) / 1048576.0));
                            clock[0] = System.nanoTime();
                            clock[1] = processorNanos();
                        }
                    });
            assertThat(cache.size()).isEqualTo(JUDGEMENTS);
        } finally {
            server.stop(0);
            pool.shutdownNow();
        }
        assertThat(heaps.get(4) - heaps.get(0)).isLessThan(10L << 20);
    }

    private static long processorNanos() {
        return ((com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, REPLY.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(REPLY);
        }
    }
}
