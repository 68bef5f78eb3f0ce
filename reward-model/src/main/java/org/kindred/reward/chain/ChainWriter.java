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
}
