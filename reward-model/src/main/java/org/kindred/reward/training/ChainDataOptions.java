package org.kindred.reward.training;

import org.kindred.options.Meaning;

/** Chains of a teacher. */
public record ChainDataOptions(
        @Meaning("chains a pair and order; several differ only where the teacher's draws " + "do")
                int samples,
        @Meaning("how far they spread") double temperature,
        @Meaning("ask about each pair in both orders of the responses; else in one, by " + "its id")
                boolean bothOrders,
        @Meaning("most chains asked for; 0 for no limit") int budget,
        @Meaning(
                        "most criteria that a kept chain tells, the heaviest; 0 for all. Few "
                                + "make short chains for small models")
                int criteria,
        @Meaning(
                        "whether the two steps in which rollouts of a policy are scored are "
                                + "taught too: none, mixed among the whole chains, or first, in a pass of "
                                + "their own before them")
                Solo solo) {

    /** The rubric alone, and one response under a rubric. */
    public enum Solo {
        /** Not taught. */
        NONE,
        /** Taught among the whole chains. */
        MIXED,
        /**
         * Taught in a pass of their own, then among the whole chains: a model from nothing learns
         * to read one response before it compares two.
         */
        FIRST
    }

    public ChainDataOptions {
        if (samples < 1 || budget < 0) {
            throw new IllegalArgumentException(
                    "samples = " + samples + ", budget = " + budget + ": must be 1 and 0 or more");
        }
        if (!(temperature >= 0 && temperature <= 5)) {
            throw new IllegalArgumentException(
                    "temperature = " + temperature + ": must be 0 to 5, for example 1.0");
        }
        if (criteria < 0 || criteria == 1) {
            throw new IllegalArgumentException(
                    "criteria = " + criteria + ": must be 0 (all), or 2 or more");
        }
    }

    /** Up to four chains a pair, in both orders, with all criteria. */
    public static ChainDataOptions defaults() {
        return new ChainDataOptions(4, 1.0, true, 0, 0, Solo.MIXED);
    }
}
