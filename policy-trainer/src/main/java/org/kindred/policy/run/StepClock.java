package org.kindred.policy.run;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** How long the parts of a step took, in seconds. */
public final class StepClock {
    private final LongSupplier nanos;
    private final Map<String, Double> seconds = new LinkedHashMap<>();
    private final long start;
    private long last;

    /**
     * Starts to measure.
     *
     * @param nanos for example {@code System::nanoTime}
     */
    public StepClock(LongSupplier nanos) {
        this.nanos = nanos;
        start = nanos.getAsLong();
        last = start;
    }

    /**
     * Ends the part of that name, which began where the one before it ended. A part that comes
     * again adds up.
     */
    public void lap(String part) {
        long now = nanos.getAsLong();
        seconds.merge(part, (now - last) / 1e9, Double::sum);
        last = now;
    }

    /** The parts and {@code step_time}, their sum. */
    public Map<String, Double> seconds() {
        Map<String, Double> all = new LinkedHashMap<>();
        all.put("step_time", (last - start) / 1e9);
        all.putAll(seconds);
        return all;
    }
}
