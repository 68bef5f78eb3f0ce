package org.kindred.reward.chain;

/**
 * Which samples are asked for. A sample's number names it: asking for samples 0 to 3 and then 4 to
 * 7 gives the same as asking for 0 to 7.
 *
 * @param first number of the first one, from 0
 * @param count 1 or more
 * @param temperature how far samples spread: a language model's sampling temperature; the embedded
 *     judge scales the variance of its belief with it
 * @param drawn whether one sample alone is a draw as well. Otherwise the embedded judge gives its
 *     expectation for it; a language model's sample is a draw at the temperature either way
 */
public record Samples(int first, int count, double temperature, boolean drawn) {
    public Samples {
        if (first < 0 || count < 1) {
            throw new IllegalArgumentException(
                    "first = " + first + ", count = " + count + ": must be 0 and 1 or more");
        }
        if (!(temperature >= 0 && temperature <= 5)) {
            throw new IllegalArgumentException(
                    "temperature = " + temperature + ": must be 0 to 5, for example 1.0");
        }
    }

    /** Samples of which a single one may be the expectation. */
    public Samples(int first, int count, double temperature) {
        this(first, count, temperature, false);
    }

    /** The published temperature of one sample, 0.9, or of several, 1.0. */
    public static Samples of(int count) {
        return new Samples(0, count, count == 1 ? 0.9 : 1.0);
    }

    /** Whether this is the one sample of a request that asks for no more, and need be no draw. */
    public boolean expected() {
        return !drawn && first == 0 && count == 1;
    }
}
