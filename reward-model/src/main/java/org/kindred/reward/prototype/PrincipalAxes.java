package org.kindred.reward.prototype;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** The first two principal axes, for drawings. */
final class PrincipalAxes {
    private static final int POWER_STEPS = 200;

    private PrincipalAxes() {}

    /**
     * Coordinates on the two axes of largest variance, by power iteration. The largest entry of an
     * axis is positive, so that a drawing does not flip between runs; missing axes give 0.
     */
    static Map<String, double[]> positions(Map<String, double[]> points) {
        Map<String, double[]> rest = new TreeMap<>();
        points.forEach((id, point) -> rest.put(id, point.clone()));
        Map<String, double[]> positions = new TreeMap<>();
        points.keySet().forEach(id -> positions.put(id, new double[2]));
        int dimensions = points.values().iterator().next().length;
        double[] mean = new double[dimensions];
        rest.values().forEach(point -> add(mean, 1.0 / rest.size(), point));
        rest.values().forEach(point -> add(point, -1, mean));
        for (int axis = 0; axis < Math.min(2, dimensions); axis++) {
            double[] direction = leading(rest, dimensions);
            int place = axis;
            rest.forEach(
                    (id, point) -> {
                        double along = dot(point, direction);
                        positions.get(id)[place] = along;
                        add(point, -along, direction);
                    });
        }
        return positions;
    }

    private static double[] leading(Map<String, double[]> points, int dimensions) {
        double[] direction = new double[dimensions];
        for (int i = 0; i < dimensions; i++) {
            direction[i] = 1.0 / (1 + i); // any start that no axis is orthogonal to by design
        }
        for (int step = 0; step < POWER_STEPS; step++) {
            double[] next = new double[dimensions];
            for (double[] point : points.values()) {
                add(next, dot(point, direction), point);
            }
            double length = Math.sqrt(dot(next, next));
            if (length < 1e-12) {
                return new double[dimensions];
            }
            for (int i = 0; i < dimensions; i++) {
                direction[i] = next[i] / length;
            }
        }
        double largest =
                Arrays.stream(direction).reduce(0, (a, b) -> Math.abs(b) > Math.abs(a) ? b : a);
        if (largest < 0) {
            for (int i = 0; i < dimensions; i++) {
                direction[i] = -direction[i];
            }
        }
        return direction;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void add(double[] y, double c, double[] x) {
        for (int i = 0; i < y.length; i++) {
            y[i] += c * x[i];
        }
    }
}
