package org.kindred.datasets.split;

import java.util.List;
import org.kindred.datasets.Splits;
import org.kindred.options.Meaning;

/** Options of a split. */
public record SplitOptions(
        @Meaning(value = "of the shuffles of users, items and domains", essential = true) long seed,
        @Meaning(
                        value = "shares of unseen users, new items and rows that show the taste",
                        essential = true)
                Splits.Options shares,
        @Meaning(value = "domains to keep from training; empty to draw them", essential = true)
                List<String> testDomains,
        @Meaning(value = "of the domains, if they are drawn", essential = true)
                double testDomainShare) {

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
