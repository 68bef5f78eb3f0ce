package org.kindred.datasets.source;

import java.util.function.LongConsumer;

/** Adds up what is read of each file; a file begins when its count falls back. */
final class Progress implements LongConsumer {
    private final long total;
    private final DatasetImport.Listener listener;
    private long finished;
    private long current;

    Progress(InputHashes inputs, DatasetImport.Listener listener) {
        this.total = inputs.totalBytes();
        this.listener = listener;
    }

    @Override
    public void accept(long bytesOfFile) {
        if (bytesOfFile < current) {
            finished += current;
        }
        if (bytesOfFile != current) {
            current = bytesOfFile;
            listener.step("read", Math.min(total, finished + current), total);
        }
    }
}
