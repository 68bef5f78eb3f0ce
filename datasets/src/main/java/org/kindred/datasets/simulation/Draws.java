package org.kindred.datasets.simulation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import org.kindred.datasets.SeedTree;

/** Seeded draws with the same result on every machine and Java version. */
final class Draws {
    private final SplittableRandom random;

    Draws(SeedTree seeds) {
        random = seeds.random();
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    double between(double low, double high) {
        return low + (high - low) * random.nextDouble();
    }

    <T> T oneOf(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /** Standard normal, by Box and Muller: the platform's own generator may change. */
    double normal() {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
        return radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
    }

    /** Standard Gumbel; the larger of two values with it added follows Bradley and Terry. */
    double gumbel() {
        double uniform = Math.max(random.nextDouble(), Double.MIN_NORMAL);
        return -StrictMath.log(-StrictMath.log(uniform));
    }

    <T> List<T> shuffled(Collection<T> values) {
        List<T> list = new ArrayList<>(values);
        SeedTree.shuffle(list, random);
        return list;
    }
}
