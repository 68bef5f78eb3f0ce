package org.kindred.reward.judges;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.kindred.datasets.Progress;
import org.kindred.reward.client.JudgeClient;

/**
 * Tells a person who waits for a server that calls are under way and nothing comes back: after some
 * seconds, then ever more seldom.
 */
final class JudgeWatch implements AutoCloseable {
    private static final int SECONDS = 5;
    private static final int MOST_TICKS = 12;

    private final JudgeClient client;
    private final Progress progress;
    private final ScheduledExecutorService clock;
    private long answers;
    private int quiet; // ticks without an answer
    private int next = 1; // tick at which the next word is said

    JudgeWatch(JudgeClient client, Progress progress) {
        this.client = client;
        this.progress = progress;
        clock =
                Executors.newSingleThreadScheduledExecutor(
                        task -> {
                            Thread thread = new Thread(task, "judge-watch");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    static JudgeWatch over(JudgeClient client, Progress progress) {
        JudgeWatch watch = new JudgeWatch(client, progress);
        var unused =
                watch.clock.scheduleAtFixedRate(watch::tick, SECONDS, SECONDS, TimeUnit.SECONDS);
        return watch;
    }

    /** A look at the client. */
    void tick() {
        long now = client.answers();
        if (now != answers) {
            answers = now;
            quiet = 0;
            next = 1;
            return;
        }
        if (client.waiting().isEmpty()) {
            return;
        }
        quiet++;
        if (quiet >= next) {
            next = quiet + Math.min(MOST_TICKS, Math.max(1, quiet));
            client.waiting().ifPresent(words -> progress.note("waiting for the judge: " + words));
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
