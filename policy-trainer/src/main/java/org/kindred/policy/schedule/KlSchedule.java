package org.kindred.policy.schedule;

/** Weight of the KL term over a run, as a factor on beta. */
public enum KlSchedule {
    /** 1 throughout. */
    CONSTANT,
    /** {@code 1 - t / T}. */
    LINEAR;

    /**
     * Factor on beta.
     *
     * @param step from 0
     * @param total steps of the run
     */
    public double factor(long step, long total) {
        return this == CONSTANT ? 1 : 1 - (double) step / total;
    }
}
