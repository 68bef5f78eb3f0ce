package org.kindred.reward.chain;

/** What became of one sample. */
public sealed interface ChainOutcome {

    /** Tokens of the replies behind it, as the endpoint counted; 0 for judges that have none. */
    long tokens();

    /** A chain that can be used. */
    record Written(EvaluationChain chain, long tokens) implements ChainOutcome {
        public Written(EvaluationChain chain) {
            this(chain, 0);
        }
    }

    /**
     * No usable chain.
     *
     * @param reason for example {@code MALFORMED(no block)} or {@code TIMEOUT}; holds no user text
     */
    record Failed(String reason, long tokens) implements ChainOutcome {
        public Failed(String reason) {
            this(reason, 0);
        }
    }
}
