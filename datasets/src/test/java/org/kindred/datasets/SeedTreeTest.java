package org.kindred.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class SeedTreeTest {
    private static final List<Integer> DIGITS = numbers(10);

    private static List<Integer> numbers(int size) {
        return IntStream.range(0, size).boxed().toList();
    }

    /** The numbers come from the loops that this method took the place of. */
    @Test
    void shuffle_oneSeed_givesTheOrderAndTheDrawsOfOldRuns() {
        List<Integer> list = new ArrayList<>(DIGITS);
        SplittableRandom random = SeedTree.root(7).random();

        SeedTree.shuffle(list, random);

        assertThat(list).containsExactly(3, 5, 0, 2, 1, 4, 8, 9, 7, 6);
        assertThat(random.nextInt(1000)).isEqualTo(972);
    }

    @Test
    void shuffled_oneSeed_isTheShuffleByItsGenerator() {
        SeedTree seeds = SeedTree.root(7);

        assertThat(seeds.shuffled(DIGITS)).containsExactly(3, 5, 0, 2, 1, 4, 8, 9, 7, 6);
        assertThat(seeds.shuffled(DIGITS)).isEqualTo(seeds.shuffled(DIGITS));
    }

    @Property(seed = "20261123", tries = 100)
    void shuffled_anySeed_isAPermutationOfAListThatStays(
            @ForAll long seed, @ForAll @IntRange(max = 50) int size) {
        List<Integer> list = new ArrayList<>(numbers(size));

        assertThat(SeedTree.root(seed).shuffled(list))
                .containsExactlyInAnyOrderElementsOf(numbers(size));
        assertThat(list).isEqualTo(numbers(size));
    }

    @Test
    void shuffle_upToOneElement_drawsNothing() {
        SplittableRandom random = SeedTree.root(7).random();

        SeedTree.shuffle(List.of(), random);
        SeedTree.shuffle(List.of("one"), random);

        assertThat(random.nextLong()).isEqualTo(SeedTree.root(7).random().nextLong());
        assertThat(SeedTree.root(7).shuffled(List.of())).isEmpty();
        assertThat(SeedTree.root(7).shuffled(List.of("one"))).containsExactly("one");
    }
}
