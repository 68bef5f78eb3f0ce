package org.kindred.policy.model;

import ai.djl.ndarray.NDList;
import java.util.LinkedHashMap;
import java.util.Map;

/** Weights and gradients of a model by the names of a checkpoint. */
final class Numbers {
    private Numbers() {}

    static Map<String, float[]> weights(CausalLm model) {
        return byName(model.parameters().trainedLayout(), model.parameters().trained());
    }

    static Map<String, float[]> gradients(CausalLm model) {
        Parameters parameters = model.parameters();
        NDList sums = parameters.gradients(parameters.trained().get(0).getManager());
        return byName(parameters.trainedLayout(), sums);
    }

    private static Map<String, float[]> byName(WeightLayout layout, NDList arrays) {
        Map<String, float[]> values = new LinkedHashMap<>();
        Weights.tensors("", layout, arrays)
                .forEach(
                        (spec, buffer) -> {
                            float[] array = new float[(int) spec.shape().size()];
                            buffer.get().get(array);
                            values.put(spec.name(), array);
                        });
        return values;
    }

    static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }
}
