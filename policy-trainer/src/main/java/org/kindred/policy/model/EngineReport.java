package org.kindred.policy.model;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What {@link EngineSelfTest} found, and with which engine.
 *
 * @param libtorch version of the native library
 * @param folder where it was loaded from
 * @param device as DJL names it
 * @param threads native threads
 * @param checks all comparisons, in the order they were made
 */
public record EngineReport(
        String libtorch, String folder, String device, int threads, List<Check> checks) {

    /**
     * One comparison.
     *
     * @param worst largest difference found
     * @param bound largest difference allowed
     */
    public record Check(String name, double worst, double bound) {
        /** Not so for NaN. */
        public boolean passed() {
            return worst <= bound;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s: %.1e, %s %.0e",
                    name,
                    worst,
                    passed() ? "at most" : "MORE THAN",
                    bound);
        }
    }

    public EngineReport {
        checks = List.copyOf(checks);
    }

    public boolean passed() {
        return checks.stream().allMatch(Check::passed);
    }

    /** One line about the engine, then one per check. */
    @Override
    public String toString() {
        return "libtorch "
                + libtorch
                + " in "
                + folder
                + ", device "
                + device
                + ", threads "
                + threads
                + checks.stream().map(check -> "\n" + check).collect(Collectors.joining());
    }
}
