package org.kindred.reward.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import org.kindred.datasets.OrderedWork;
import org.kindred.datasets.SeedTree;

/** A process of many judgements, to be killed. */
final class JudgeProcess {
    private JudgeProcess() {}

    public static void main(String[] arguments) {
        try (JudgeCache cache = JudgeCache.open(Path.of(arguments[1]))) {
            JudgeClient client =
                    new JudgeClient(
                            Endpoint.openAi(
                                    arguments[0], "m", arguments[2], 1, Duration.ofSeconds(10)),
                            cache,
                            FaultyServerTest.options(),
                            SeedTree.root(1));
            OrderedWork.run(
                    IntStream.range(0, FaultyServerTest.IN_PROCESS).iterator(),
                    16,
                    number -> client.ask(FaultyServerTest.question(number), 0, 1).get(0),
                    answer -> {
                        if (answer instanceof Answer.Failed failed) {
                            throw new IllegalStateException(failed.reason());
                        }
                    });
        }
    }
}
