package org.kindred.cli;

import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Escape;
import org.kindred.datasets.Progress;

/**
 * Progress for people: a bar on a terminal, a plain line every tenth of a stage otherwise. Stages
 * and steps come from one thread, notes from any.
 */
final class Console implements Progress, AutoCloseable {
    private final PrintWriter out;
    private final boolean terminal;
    private final long start = System.nanoTime();
    private @Nullable ProgressBar bar;
    private String stage = "";
    private long shownTenth;
    private long stageStart = System.nanoTime();
    private long firstDone = -1;

    Console(PrintWriter out) {
        this.out = out;
        this.terminal = System.console() != null && System.getenv("CI") == null;
    }

    @Override
    public synchronized void stage(String name, String note) {
        close();
        stage = Escape.terminal(name);
        shownTenth = 0;
        stageStart = System.nanoTime();
        firstDone = -1;
        out.printf("[%s] %-10s %s%n", elapsed(), name, Escape.terminal(note));
        out.flush();
    }

    @Override
    public synchronized void step(long done, long total, String words) {
        String note = Escape.terminal(words);
        if (firstDone < 0) { // a resumed stage does not begin at 0
            firstDone = done;
            stageStart = System.nanoTime();
        }
        if (terminal) {
            if (bar == null) {
                bar =
                        new ProgressBarBuilder()
                                .setTaskName(stage)
                                .setInitialMax(total)
                                .setStyle(ProgressBarStyle.ASCII)
                                .setUpdateIntervalMillis(250)
                                .build();
            }
            bar.stepTo(done).setExtraMessage(note);
        } else if (done * 10 / Math.max(1, total) > shownTenth) {
            shownTenth = done * 10 / total;
            out.printf(
                    "[%s] %-10s %d/%d %s%s%n",
                    elapsed(), stage, done, total, note, remaining(done, total));
            out.flush();
        }
    }

    @Override
    public synchronized void note(String sentence) {
        if (bar != null) {
            out.println();
        }
        out.printf("[%s] %-10s %s%n", elapsed(), "note", sentence);
        out.flush();
    }

    private String elapsed() {
        return clock(System.nanoTime() - start);
    }

    /** At the pace of the stage so far; the bar of a terminal shows its own. */
    private String remaining(long done, long total) {
        if (done <= firstDone || done >= total) {
            return "";
        }
        double perStep = (System.nanoTime() - stageStart) / (double) (done - firstDone);
        return left((long) (perStep * (total - done)));
    }

    static String left(long nanos) {
        return ", about " + clock(nanos).strip() + " left";
    }

    private static String clock(long nanos) {
        Duration time = Duration.ofNanos(nanos);
        return String.format("%2d:%02d", time.toMinutes(), time.toSecondsPart());
    }

    @Override
    public synchronized void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
