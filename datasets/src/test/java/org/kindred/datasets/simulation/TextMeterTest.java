package org.kindred.datasets.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kindred.datasets.SeedTree;

final class TextMeterTest {
    private static final Language.Domain TRAVEL = World.EVERYDAY.language().domain("travel");
    private static final String TOPIC = "train trip";
    private static final ResponseWriter WRITER = new ResponseWriter(World.EVERYDAY.language());

    private static Reading read(String text) {
        return World.EVERYDAY.meter().read(text, TOPIC, TRAVEL.ownWords());
    }

    @Provide
    Arbitrary<World> general() {
        return Arbitraries.of(World.EVERYDAY, World.PASTIMES);
    }

    private static Map<Trait, Integer> levels(int code) {
        Map<Trait, Integer> levels = new EnumMap<>(Trait.class);
        int rest = code;
        for (Trait trait : World.EVERYDAY.language().traits()) {
            levels.put(trait, rest % 3 - 1);
            rest /= 3;
        }
        return levels;
    }

    @Property(seed = "20261121", tries = 400)
    void read_writtenText_isFluentRelevantAndOfTheWantedStyle(
            @ForAll("general") World world,
            @ForAll @IntRange(max = 728) int code, // 3^6 styles
            @ForAll int seed) {
        Map<Trait, Integer> levels = levels(code);
        Draws draws = new Draws(SeedTree.root(seed));
        Language.Domain domain = draws.oneOf(world.language().domains());
        String topic = draws.oneOf(domain.topics());

        String text = new ResponseWriter(world.language()).write(domain, topic, levels, draws);
        Reading reading = world.meter().read(text, topic, domain.ownWords());

        assertThat(text).matches("[ -~]+").contains(topic);
        assertThat(Words.of(text).stream().filter(Words::isWord).count()).isBetween(8L, 45L);
        assertThat(reading.fluency()).isEqualTo(1);
        assertThat(reading.relevance()).isEqualTo(1);
        for (Trait trait : List.of(Trait.FORMALITY, Trait.WARMTH, Trait.CERTAINTY)) {
            // One marker gives tanh(0.75) = 0.635.
            assertThat(reading.traits().get(trait) * levels.get(trait))
                    .isGreaterThanOrEqualTo(levels.get(trait) == 0 ? 0 : 0.635);
            if (levels.get(trait) == 0) {
                assertThat(reading.traits().get(trait)).isZero();
            }
        }
        if (levels.get(Trait.CONCRETENESS) != 0) {
            assertThat(reading.traits().get(Trait.CONCRETENESS) * levels.get(Trait.CONCRETENESS))
                    .isGreaterThanOrEqualTo(0.635);
        }
        if (levels.get(Trait.STRUCTURE) != 0) {
            // No marker gives tanh(-0.9), two give tanh(0.9) = 0.716.
            assertThat(reading.traits().get(Trait.STRUCTURE) * levels.get(Trait.STRUCTURE))
                    .isGreaterThanOrEqualTo(0.716);
        }
    }

    @Property(seed = "20261121", tries = 20)
    void read_longerLevel_isLongerOnAverage(@ForAll("general") World world, @ForAll int seed) {
        Language.Domain domain = world.language().domains().get(0);
        String topic = domain.topics().get(0);
        ResponseWriter writer = new ResponseWriter(world.language());
        double[] mean = new double[3];
        for (int length = 0; length < 3; length++) {
            for (int i = 0; i < 60; i++) {
                Map<Trait, Integer> levels = levels(i * 12);
                levels.put(Trait.LENGTH, length - 1);
                Draws draws = new Draws(SeedTree.root(seed).child(i));
                String text = writer.write(domain, topic, levels, draws);
                Reading reading = world.meter().read(text, topic, domain.ownWords());
                mean[length] += reading.traits().get(Trait.LENGTH) / 60;
            }
        }
        assertThat(mean[1]).isGreaterThan(mean[0] + 0.3);
        assertThat(mean[2]).isGreaterThan(mean[1] + 0.3);
    }

    @Property(seed = "20261121", tries = 100)
    void read_shuffledWords_areNotFluent(@ForAll int seed) {
        Draws draws = new Draws(SeedTree.root(seed));
        Map<Trait, Integer> levels = levels(728); // every trait high: a long text
        List<String> words =
                new ArrayList<>(List.of(WRITER.write(TRAVEL, TOPIC, levels, draws).split(" ", -1)));
        Collections.shuffle(words, new Random(seed));

        assertThat(read(String.join(" ", words)).fluency()).isLessThan(0.25);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " \n\t",
                "...!?",
                "train trip train trip train trip train trip train trip",
                "happy lovely delighted wonderful glad proud dear friend",
                "Happy lovely delighted. Wonderful glad proud. Dear friend enjoy.",
                "1) 2) 3) 4) 1) 2) 3) 4)",
                "xq zrrt blorp wug. Fep dax train trip.",
                "\u4f60\u597d \uD83D\uDE00",
                "timetable",
            })
    void read_noAnswer_hasAlmostNoFluency(String text) {
        assertThat(read(text).fluency()).isLessThan(0.1);
    }

    @Test
    void read_goodSentenceRepeated_losesItsFluency() {
        String once = "For your train trip, always check the timetable.";

        assertThat(read(once).fluency()).isEqualTo(1);
        assertThat(read((once + " ").repeat(2)).fluency()).isLessThan(0.2);
        assertThat(read((once + " ").repeat(5)).fluency()).isZero();
    }

    @Test
    void read_smallFaults_costALittle() {
        String good = "For your train trip, always check the timetable. I am cheering for you.";

        assertThat(read(good).fluency()).isEqualTo(1);
        assertThat(read(good.substring(0, good.length() - 1)).fluency())
                .isBetween(0.4, 0.6); // 1 of 2 sentences
        assertThat(read(good.replace("check the", "the check")).fluency()).isBetween(0.5, 0.9);
        assertThat(read(good.replace("train trip", "beach holiday")).relevance())
                .isCloseTo(0.5, within(1e-12)); // 0.3 + 0.2 for advice on travel
    }

    @Test
    void read_endlessSentences_areTooLong() {
        StringBuilder text = new StringBuilder();
        Set<String> used = new HashSet<>();
        for (int i = 0; used.size() < 18; i++) {
            Draws draws = new Draws(SeedTree.root(i));
            String action = draws.oneOf(TRAVEL.actions());
            if (used.add(action)) {
                text.append("For your train trip, always ").append(action).append(". ");
            }
        }

        assertThat(read(text.toString()).fluency()).isZero(); // more than 120 words
    }

    @Test
    void read_hugeText_isBounded() {
        assertThat(read("a'".repeat(2_000_000)).fluency()).isLessThan(0.1);
        assertThat(read("a ".repeat(2_000_000)).fluency()).isZero();
    }

    @Test
    void traits_handMadeText_hasHandComputedValues() {
        Reading reading =
                read(
                        "First, for your train trip, maybe just pack a light bag at 7 on Monday."
                                + " Second, you might wanna leave before sunrise. I am happy, dear friend.");

        Map<Trait, Double> traits = reading.traits();
        assertThat(traits.get(Trait.LENGTH))
                .isCloseTo(StrictMath.tanh(2 / 14.0), within(1e-12)); // 27 words
        assertThat(traits.get(Trait.FORMALITY))
                .isCloseTo(StrictMath.tanh(-0.75 * 2), within(1e-12));
        assertThat(traits.get(Trait.STRUCTURE)).isCloseTo(StrictMath.tanh(0.9), within(1e-12));
        assertThat(traits.get(Trait.WARMTH)).isCloseTo(StrictMath.tanh(0.75 * 3), within(1e-12));
        assertThat(traits.get(Trait.CERTAINTY))
                .isCloseTo(StrictMath.tanh(-0.75 * 2), within(1e-12));
        assertThat(traits.get(Trait.CONCRETENESS))
                .isCloseTo(StrictMath.tanh(0.75 * 2), within(1e-12));
    }
}
