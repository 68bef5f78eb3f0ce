package org.kindred.datasets.split;

import java.util.List;
import org.kindred.datasets.Splits;

/**
 * Options of a split.
 *
 * @param seed of the shuffles of users, items and domains
 * @param shares of unseen users, new items and rows that show the taste
 * @param testDomains domains to keep from training; empty to draw them
 * @param testDomainShare of the domains, if they are drawn
 */
public record SplitOptions(
        long seed, Splits.Options shares, List<String> testDomains, double testDomainShare) {

    public SplitOptions {
        testDomains = List.copyOf(testDomains);
        if (!(testDomainShare > 0 && testDomainShare < 1)) {
            throw new IllegalArgumentException(
                    "test_domain_share = "
                            + testDomainShare
                            + ": must be between 0 and 1, for example 0.25");
        }
    }

    public static SplitOptions defaults() {
        return new SplitOptions(1, Splits.Options.defaults(), List.of(), 0.25);
    }
}
