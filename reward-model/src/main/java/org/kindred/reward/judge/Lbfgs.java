package org.kindred.reward.judge;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Limited-memory BFGS with a backtracking line search (Nocedal and Wright, Numerical Optimization,
 * algorithm 7.4). Updates without positive curvature are left out, so that it also serves the
 * mildly non-convex loss of shared axes.
 *
 * @param memory kept pairs of step and gradient change
 * @param maxIterations steps at most
 * @param tolerance stops when no entry of the gradient is larger
 */
public record Lbfgs(int memory, int maxIterations, double tolerance) {

    private static final double ARMIJO = 1e-4;
    private static final int MAX_HALVINGS = 40;

    /** A smooth function. */
    public interface Objective {
        /** Writes the gradient at {@code x} into {@code gradient} and returns the value. */
        double evaluate(double[] x, double[] gradient);
    }

    private record Update(double[] step, double[] change, double inverseCurvature) {}

    /** For models that are kept. */
    public static Lbfgs defaults() {
        return new Lbfgs(10, 500, 1e-3);
    }

    /** For comparisons of options, where the last digits do not matter. */
    public static Lbfgs rough() {
        return new Lbfgs(10, 60, 0.05);
    }

    /** The point found; {@code start} is left as it is. */
    public double[] minimise(Objective objective, double[] start) {
        double[] x = start.clone();
        double[] gradient = new double[x.length];
        double value = objective.evaluate(x, gradient);
        Deque<Update> updates = new ArrayDeque<>(); // newest first
        for (int iteration = 0; iteration < maxIterations; iteration++) {
            if (largest(gradient) <= tolerance) {
                break;
            }
            double[] direction = direction(gradient, updates);
            double slope = Vectors.dot(direction, gradient);
            if (slope >= 0) { // stale curvature: fall back to steepest descent
                updates.clear();
                direction = direction(gradient, updates);
                slope = Vectors.dot(direction, gradient);
            }
            double[] nextX = new double[x.length];
            double[] nextGradient = new double[x.length];
            double stride = updates.isEmpty() ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
            double nextValue = Double.POSITIVE_INFINITY;
            for (int halving = 0; halving < MAX_HALVINGS; halving++, stride /= 2) {
                for (int i = 0; i < x.length; i++) {
                    nextX[i] = x[i] + stride * direction[i];
                }
                nextValue = objective.evaluate(nextX, nextGradient);
                if (nextValue <= value + ARMIJO * stride * slope) {
                    break;
                }
            }
            if (!(nextValue < value)) {
                break; // the value no longer falls within rounding
            }
            remember(updates, x, nextX, gradient, nextGradient);
            x = nextX;
            gradient = nextGradient;
            value = nextValue;
        }
        return x;
    }

    private void remember(
            Deque<Update> updates, double[] x, double[] nextX, double[] g, double[] nextG) {
        double[] step = new double[x.length];
        double[] change = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            step[i] = nextX[i] - x[i];
            change[i] = nextG[i] - g[i];
        }
        double curvature = Vectors.dot(step, change);
        if (curvature > 1e-12 * Vectors.dot(change, change)) {
            updates.addFirst(new Update(step, change, 1 / curvature));
            if (updates.size() > memory) {
                updates.removeLast();
            }
        }
    }

    /** Two-loop recursion. */
    private static double[] direction(double[] gradient, Deque<Update> updates) {
        double[] q = gradient.clone();
        double[] alpha = new double[updates.size()];
        int i = 0;
        for (Update update : updates) {
            alpha[i] = update.inverseCurvature * Vectors.dot(update.step, q);
            Vectors.add(q, -alpha[i++], update.change);
        }
        if (!updates.isEmpty()) {
            Update newest = updates.getFirst();
            double scale =
                    1 / (newest.inverseCurvature * Vectors.dot(newest.change, newest.change));
            for (int j = 0; j < q.length; j++) {
                q[j] *= scale;
            }
        }
        for (Iterator<Update> oldest = updates.descendingIterator(); oldest.hasNext(); ) {
            Update update = oldest.next();
            double beta = update.inverseCurvature * Vectors.dot(update.change, q);
            Vectors.add(q, alpha[--i] - beta, update.step);
        }
        for (int j = 0; j < q.length; j++) {
            q[j] = -q[j];
        }
        return q;
    }

    private static double largest(double[] v) {
        double largest = 0;
        for (double entry : v) {
            largest = Math.max(largest, Math.abs(entry));
        }
        return largest;
    }
}
