package org.kindred.policy.metrics;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Numbers of one training step.
 *
 * @param step from 1
 * @param values by name, in the order they were reported; numbers that are not finite are left out
 */
public record StepMetrics(long step, Map<String, Double> values) {

    public StepMetrics {
        Map<String, Double> finite = new LinkedHashMap<>();
        values.forEach(
                (name, value) -> {
                    if (Double.isFinite(value)) {
                        finite.put(name, value);
                    }
                });
        values = Collections.unmodifiableMap(finite);
    }

    /**
     * The number of that name.
     *
     * @throws IllegalArgumentException if the step has none
     */
    public double value(String name) {
        Double value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "metric " + name + ": step " + step + " has only " + values.keySet());
        }
        return value;
    }
}
