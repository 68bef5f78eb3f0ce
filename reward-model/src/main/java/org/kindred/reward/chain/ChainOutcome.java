package org.kindred.reward.chain;

/** What became of one sample. */
public sealed interface ChainOutcome {

    /** A chain that can be used. */
    record Written(EvaluationChain chain) implements ChainOutcome {}

    /**
     * No usable chain.
     *
     * @param reason for example {@code MALFORMED(no block)}; holds no user text
     */
    record Failed(String reason) implements ChainOutcome {}
}
