package org.kindred.eval.stats;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * An estimate with its 95 % interval.
 *
 * @param mean the estimate on the data as they are
 * @param low lower end, by {@link Bootstrap}; NaN if nothing can be said
 * @param high upper end
 * @param clusters number of users that were resampled
 */
public record Interval(double mean, double low, double high, int clusters) {

    /** True if the interval excludes zero; meaningful for differences. */
    @JsonIgnore
    public boolean excludesZero() {
        return low > 0 || high < 0;
    }
}
