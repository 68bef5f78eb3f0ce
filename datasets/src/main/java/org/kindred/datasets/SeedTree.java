package org.kindred.datasets;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A node in the tree of seeds of a run: {@code run -> stage -> step -> prompt -> sample}.
 *
 * <p>A child depends only on the path that leads to it, never on what was drawn before, so that
 * work can be reordered, resumed or run in parallel without changing a number. Mixing: the
 * finaliser of MurmurHash3 over parent and key.
 */
public final class SeedTree {
    private final long seed;

    private SeedTree(long seed) {
        this.seed = seed;
    }

    public static SeedTree root(long seed) {
        return new SeedTree(mix(seed ^ 0x9E3779B97F4A7C15L));
    }

    /** The node whose {@link #seed()} was written down, for example in a manifest. */
    public static SeedTree at(long seed) {
        return new SeedTree(seed);
    }

    public SeedTree child(long key) {
        return new SeedTree(mix(seed + 0x9E3779B97F4A7C15L * (key + 1)));
    }

    public SeedTree child(String key) {
        long hash = 0xCBF29CE484222325L; // FNV-1a, 64 bit
        for (int i = 0; i < key.length(); i++) {
            hash = (hash ^ key.charAt(i)) * 0x100000001B3L;
        }
        return child(hash);
    }

    /** The seed of this node, for generators that take a number. */
    public long seed() {
        return seed;
    }

    /** A fresh generator; two calls on one node give the same stream. */
    public SplittableRandom random() {
        return new SplittableRandom(seed);
    }

    /** A new list of the elements, {@link #shuffle shuffled} by this node's {@link #random()}. */
    public <T> List<T> shuffled(Collection<? extends T> elements) {
        List<T> list = new ArrayList<>(elements);
        shuffle(list, random());
        return list;
    }

    /**
     * Shuffles in place after Fisher and Yates: from the last place down to the second, place
     * {@code i} is swapped with place {@code random.nextInt(i + 1)}. Results depend on exactly
     * these draws; {@code Collections.shuffle} does not take this generator.
     */
    public static void shuffle(List<?> list, SplittableRandom random) {
        for (int i = list.size() - 1; i > 0; i--) {
            Collections.swap(list, i, random.nextInt(i + 1));
        }
    }

    private static long mix(long bits) {
        long z = bits;
        z = (z ^ (z >>> 33)) * 0xFF51AFD7ED558CCDL;
        z = (z ^ (z >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return z ^ (z >>> 33);
    }
}
