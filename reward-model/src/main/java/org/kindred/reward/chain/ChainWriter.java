package org.kindred.reward.chain;

import java.util.List;

/**
 * Writes evaluation chains. The port for judges of every kind: the embedded rubric judge, a served
 * or a local language model.
 */
public interface ChainWriter {

    /** Names the judge in results, for example {@code rubric-judge}. */
    String name();

    /**
     * @return one outcome a sample, in order; a chain has a score entry for each response
     */
    List<ChainOutcome> write(ChainRequest request, Samples samples);

    /** As {@link #write} for each request; faster where {@link #batch} is more than 1. */
    default List<List<ChainOutcome>> writeAll(List<ChainRequest> requests, Samples samples) {
        return requests.stream().map(request -> write(request, samples)).toList();
    }

    /** Requests that are best handed to {@link #writeAll} together. */
    default int batch() {
        return 1;
    }

    /** Threads that may ask at once. */
    default int threads() {
        return 1;
    }
}
