package org.kindred.policy.model;

/**
 * Learning rate over optimizer steps, as in transformers. The first step is number 0, so with a
 * warm-up its rate is 0.
 *
 * @param shape what follows the warm-up
 * @param warmupSteps steps of a linear rise from 0; 0 for none
 * @param totalSteps steps of the whole run, at which cosine and linear reach 0
 */
public record LearningRateSchedule(Shape shape, int warmupSteps, int totalSteps) {

    /** Course after the warm-up. */
    public enum Shape {
        CONSTANT,
        /** Straight to 0. */
        LINEAR,
        /** {@code (1 + cos(pi x)) / 2} with x from 0 to 1: slow at both ends. */
        COSINE
    }

    public LearningRateSchedule {
        if (warmupSteps < 0 || totalSteps < 1 || warmupSteps > totalSteps) {
            throw new IllegalArgumentException(
                    "warmupSteps = "
                            + warmupSteps
                            + ", totalSteps = "
                            + totalSteps
                            + ": must be 0 <= warmupSteps <= totalSteps and totalSteps 1 or more");
        }
    }

    /** TRL's: linear to 0, no warm-up. */
    public static LearningRateSchedule linear(int totalSteps) {
        return new LearningRateSchedule(Shape.LINEAR, 0, totalSteps);
    }

    /** What the learning rate of step {@code step}, counted from 0, is multiplied by. */
    public double multiplier(int step) {
        if (step < 0) {
            throw new IllegalArgumentException("step = " + step + ": must be 0 or more");
        }
        if (step < warmupSteps) {
            return (double) step / warmupSteps;
        }
        double left = Math.max(0, totalSteps - step);
        double progress = 1 - left / Math.max(1, totalSteps - warmupSteps);
        return switch (shape) {
            case CONSTANT -> 1;
            case LINEAR -> 1 - progress;
            case COSINE -> 0.5 * (1 + Math.cos(Math.PI * progress));
        };
    }
}
