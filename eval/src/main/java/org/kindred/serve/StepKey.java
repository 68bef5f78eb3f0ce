package org.kindred.serve;

import java.util.List;

/**
 * When a trainer asks: its global step, and the rollout within it, since several rollouts may make
 * one optimizer step.
 */
record StepKey(long step, long rollout) implements Comparable<StepKey> {

    StepKey {
        if (step < 0 || rollout < 0) {
            throw new IllegalArgumentException(
                    "step = [" + step + ", " + rollout + "]: must be 0 or more");
        }
    }

    /** As requests and journals write it. */
    List<Long> json() {
        return List.of(step, rollout);
    }

    @Override
    public int compareTo(StepKey other) {
        int steps = Long.compare(step, other.step);
        return steps != 0 ? steps : Long.compare(rollout, other.rollout);
    }

    @Override
    public String toString() {
        return "[" + step + "," + rollout + "]";
    }
}
