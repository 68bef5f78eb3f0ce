package org.kindred.policy.model;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of one model: float32 weights, adapters over them, the weights as the passes see them
 * (adapters added, in the precision of the passes), gradients, and optimizer state. What is trained
 * is the adapters where there are any, else the weights.
 */
final class Parameters {
    private final NDManager owner;
    private final boolean low;
    private final WeightLayout layout;
    private final NDList weights;
    private @Nullable LoraAdapter adapter;
    private @Nullable NDList working;
    private @Nullable NDManager workingScope; // owns what is not the weights themselves
    private @Nullable NDList gradients;
    private @Nullable AdamW optimizer;
    private long version;

    /**
     * @param low passes in bfloat16
     */
    Parameters(NDManager owner, boolean low, WeightLayout layout, NDList weights) {
        this.owner = owner;
        this.low = low;
        this.layout = layout;
        this.weights = weights;
    }

    /** Changes with every step and adapter: what was computed under another number is outdated. */
    long version() {
        return version;
    }

    @Nullable LoraAdapter adapter() {
        return adapter;
    }

    WeightLayout layout() {
        return layout;
    }

    /** The base weights in float32. */
    NDList weights() {
        return weights;
    }

    /** The layout of what is trained. */
    WeightLayout trainedLayout() {
        return adapter == null ? layout : adapter.layout();
    }

    /** What is trained. */
    NDList trained() {
        return adapter == null ? weights : adapter.arrays();
    }

    /** Adapters as the script takes them. */
    NDList adapters(NDManager scope) {
        return adapter == null ? new NDList(scope.create(new Shape(0))) : adapter.arrays();
    }

    /** Weights as the passes see them; valid until the next change. */
    NDList working(ScriptModule script) {
        if (working == null) {
            workingScope = owner.newSubManager();
            working = passWeights(workingScope, script, adapter != null);
        }
        return working;
    }

    /** The same without adapters. */
    NDList baseWorking(NDManager scope, ScriptModule script) {
        return adapter == null ? working(script) : passWeights(scope, script, false);
    }

    private NDList passWeights(NDManager scope, ScriptModule script, boolean adapted) {
        if (!low) {
            return adapted ? adapted(scope, script) : weights;
        }
        try (NDManager brief = scope.newSubManager()) {
            NDList full = adapted ? adapted(brief, script) : weights;
            // Recorded, because results of inference mode can become no leaves.
            return script.call(scope, "low_precision", true, full);
        }
    }

    /** Float32 weights with the adapters added; those without one share memory with the base. */
    NDList adapted(NDManager scope, ScriptModule script) {
        return adapter == null
                ? weights
                : script.call(scope, "adapted", true, weights, adapter.arrays());
    }

    /** The sums so far as the script takes them: one empty array stands for none. */
    NDList gradients(NDManager scope) {
        return gradients == null ? new NDList(scope.create(new Shape(0))) : gradients;
    }

    void setGradients(NDList sums) {
        sums.attach(owner);
        dropGradients(); // other handles of the same memory
        gradients = sums;
    }

    private void dropGradients() {
        if (gradients != null) {
            gradients.close();
            gradients = null;
        }
    }

    double step(ScriptModule script, double learningRate, AdamWOptions options) {
        if (gradients == null) {
            throw new IllegalStateException("no backward pass since the last step");
        }
        try {
            return optimizer().update(script, trained(), gradients, learningRate, options);
        } finally {
            dropGradients();
            changed();
        }
    }

    AdamW optimizer() {
        if (optimizer == null) {
            optimizer = new AdamW(owner, trainedLayout());
        }
        return optimizer;
    }

    void loadOptimizer(Path file) {
        AdamW loaded = new AdamW(owner, trainedLayout(), file);
        dropOptimizer();
        optimizer = loaded;
    }

    private void dropOptimizer() {
        if (optimizer != null) {
            optimizer.close();
            optimizer = null;
        }
    }

    /** Trains these from now on; gradients and optimizer state start anew. */
    void setAdapter(LoraAdapter added) {
        reset();
        adapter = added;
    }

    /** Adds the adapters to the weights for good. */
    void merge(ScriptModule script) {
        if (adapter == null) {
            throw new IllegalStateException("there is no adapter to merge");
        }
        try (NDManager scope = owner.newSubManager()) {
            script.call(scope, "merge", true, weights, adapter.arrays());
        }
        reset();
    }

    private void reset() {
        dropGradients();
        dropOptimizer();
        if (adapter != null) {
            adapter.close();
            adapter = null;
        }
        changed();
    }

    private void changed() {
        version++;
        working = null;
        if (workingScope != null) {
            workingScope.close();
            workingScope = null;
        }
    }
}
