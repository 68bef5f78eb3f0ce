package org.kindred.reward.judges;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.kindred.datasets.Progress;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.Samples;

/** Tells how many of the requests a writer has answered. */
final class WatchedWriter implements ChainWriter {
    private final ChainWriter writer;
    private final long total;
    private final Progress progress;
    private final AtomicLong done = new AtomicLong();

    WatchedWriter(ChainWriter writer, long total, Progress progress) {
        this.writer = writer;
        this.total = total;
        this.progress = progress;
    }

    @Override
    public String name() {
        return writer.name();
    }

    @Override
    public int batch() {
        return writer.batch();
    }

    @Override
    public int threads() {
        return writer.threads();
    }

    @Override
    public List<ChainOutcome> write(ChainRequest request, Samples samples) {
        return writeAll(List.of(request), samples).get(0);
    }

    @Override
    public List<List<ChainOutcome>> writeAll(List<ChainRequest> requests, Samples samples) {
        List<List<ChainOutcome>> written = writer.writeAll(requests, samples);
        synchronized (progress) {
            progress.step(done.addAndGet(requests.size()), total, "chains");
        }
        return written;
    }
}
