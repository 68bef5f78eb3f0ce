package org.kindred.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

/**
 * Scores of a batch and what {@link CausalLm#backward} needs of the pass that made them. Owns
 * native memory: close it once its gradients are added. Good for one backward pass, and only as
 * long as the weights have not been stepped.
 */
public final class ForwardPass implements AutoCloseable {
    private final NDManager scope;
    private final PackedBatch batch;
    private final NDArray knobs;
    private final NDList state;
    private final TokenScores scores;
    private final long weightsVersion;
    private boolean used;

    ForwardPass(
            NDManager scope,
            PackedBatch batch,
            NDArray knobs,
            NDList state,
            TokenScores scores,
            long weightsVersion) {
        this.scope = scope;
        this.batch = batch;
        this.knobs = knobs;
        this.state = state;
        this.scores = scores;
        this.weightsVersion = weightsVersion;
    }

    public TokenScores scores() {
        return scores;
    }

    NDManager scope() {
        return scope;
    }

    PackedBatch batch() {
        return batch;
    }

    NDArray knobs() {
        return knobs;
    }

    NDList state() {
        return state;
    }

    /** Marks the graph as used up; it frees itself while gradients are computed. */
    void use(long currentWeights) {
        if (used || !scope.isOpen()) {
            throw new IllegalStateException("a forward pass is good for one backward pass");
        }
        if (currentWeights != weightsVersion) {
            throw new IllegalStateException(
                    "the weights were stepped after this forward pass; run it again");
        }
        used = true;
    }

    @Override
    public void close() {
        scope.close();
    }
}
