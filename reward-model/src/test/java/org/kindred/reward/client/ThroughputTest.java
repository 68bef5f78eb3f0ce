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
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.OrderedWork;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.chain.ChainParser;

/**
 * The client side against a server in the same process that answers at once: calls, cache commits,
 * parsing. Writes judgements a second, of wall and of processor time, and the heap to {@code
 * target/judge-throughput.csv}; asserts the heap only, since other work on the machine decides the
 * rest.
 */
final class ThroughputTest {
    private static final int JUDGEMENTS = 100_000;
    private static final byte[] REPLY =
            "{\"id\":\"x\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\",\"content\":\"PART 1: a\\nShort answers.\\nPART 2: b\\n<JSON_START>{\\\"rationale\\\":\\\"A. Criteria: Clarity (60%), Depth (40%) B. Scores: Response 1: Clarity 7/10, Depth 5/10 Response 2: Clarity 4/10, Depth 8/10\\\",\\\"better_response\\\":{\\\"response_1\\\":6.2,\\\"response_2\\\":5.6}}<JSON_END>\"}}],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":80,\"total_tokens\":180}}"
                    .getBytes(StandardCharsets.UTF_8);

    @TempDir private Path folder;

    @Test
    @Tag("slow")
    void run_hundredThousand_keepsTheHeapFlat() throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        ExecutorService pool = Executors.newFixedThreadPool(8);
        server.setExecutor(pool);
        server.createContext("/v1/chat/completions", ThroughputTest::answer);
        server.start();
        List<Long> heaps = new ArrayList<>();
        StringBuilder table =
                new StringBuilder("judgements,a_second,a_processor_second,heap_mib\n");
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
                    number -> {
                        Answer answer = client.ask(FaultyServerTest.question(number), 0, 1).get(0);
                        return parser.parse(((Answer.Text) answer).text(), 2);
                    },
                    parsed -> {
                        assertThat(parsed).isInstanceOf(ChainParser.Read.class);
                        if (done.incrementAndGet() % 20_000 == 0) {
                            heaps.add(usedHeap());
                            table.append(
                                    String.format(
                                            Locale.ROOT,
                                            "%d,%.0f,%.0f,%.1f%n",
                                            done.get(),
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
        AtomicFiles.writeText(Path.of("target", "judge-throughput.csv"), table.toString());
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
