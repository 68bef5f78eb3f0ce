package org.kindred.reward.prototype;

import java.util.Comparator;

/**
 * Somebody on the way to being a neighbour; measured once, since sorting compares many times.
 *
 * @param rank of the cell, 0 for one's own
 * @param distance smaller is nearer
 */
record Near(String userId, int rank, double distance) implements Comparable<Near> {
    private static final Comparator<Near> ORDER =
            Comparator.comparingInt(Near::rank)
                    .thenComparingDouble(Near::distance)
                    .thenComparing(Near::userId);

    @Override
    public int compareTo(Near other) {
        return ORDER.compare(this, other);
    }
}
