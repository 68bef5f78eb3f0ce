package org.kindred.datasets.simulation;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The tastes and rating habits of the groups, and how a taste meets a text. */
final class Taste {
    private static final double GAIN = 2;
    private static final double FLOOR = 0.2;
    private static final double RANGE = 0.6;

    /**
     * A group before any domain or user is looked at. All of them like concrete answers; on the
     * rest they disagree.
     *
     * @param weights before any domain shifts them
     * @param scale its habit under {@link RewardScales#VARIED}
     */
    record Group(String name, Map<Trait, Double> weights, Scale scale) {}

    private static final Map<Trait, Double> EASY = weights(-0.3, -1.0, -0.4, 0.2, 0.3, 0.3);
    private static final Map<Trait, Double> FORMAL = weights(0.5, 1.0, 0.4, -0.1, -0.2, 0.3);
    private static final Map<Trait, Double> WARM = weights(0.4, -0.2, -0.5, 1.1, -0.4, 0.2);
    private static final Map<Trait, Double> BRISK = weights(-1.0, 0.2, 0.6, -0.6, 0.6, 0.3);

    static final List<Group> EVERYDAY =
            List.of(
                    new Group("brisk", weights(-0.9, 0.2, 0.7, -0.6, 0.7, 0.2), new Scale(55, 70)),
                    new Group(
                            "companion",
                            weights(0.7, -0.7, -0.7, 1.0, -0.4, 0.2),
                            new Scale(75, 45)),
                    new Group("scholar", weights(0.8, 0.9, 0.2, 0.2, -0.9, 0.2), new Scale(40, 80)),
                    new Group(
                            "drifter",
                            weights(-0.4, -0.7, -0.9, 0.3, -0.8, 0.2),
                            new Scale(50, 25)),
                    new Group("coach", weights(0.6, -0.3, 0.9, 0.6, 0.8, 0.4), new Scale(70, 60)),
                    new Group(
                            "clerk", weights(-0.5, 0.9, -0.2, -0.8, -0.3, 0.3), new Scale(35, 40)));

    /** Other tastes than in the everyday world, and another majority: casual, warm, in steps. */
    static final List<Group> PASTIMES =
            List.of(
                    new Group(
                            "neighbour",
                            weights(0.3, -0.8, 0.7, 0.7, -0.4, 0.2),
                            new Scale(65, 60)),
                    new Group(
                            "surveyor",
                            weights(-0.8, 0.9, -0.1, -0.9, 0.7, 0.2),
                            new Scale(45, 75)),
                    new Group(
                            "raconteur", weights(0.9, 0.5, -0.9, 0.2, 0.8, 0.2), new Scale(70, 40)),
                    new Group(
                            "sceptic",
                            weights(-0.4, 0.5, -0.7, -0.6, -1.0, 0.2),
                            new Scale(40, 30)),
                    new Group(
                            "skipper", weights(-0.6, -0.6, 0.3, -0.4, 1.0, 0.4), new Scale(55, 80)),
                    new Group(
                            "curator", weights(0.6, 1.0, -0.4, 0.7, -0.3, 0.3), new Scale(60, 50)));

    /** Style x genre: three genres have two styles each, three styles two genres each. */
    static final List<Group> SEVEN_PERSONAS =
            List.of(
                    persona("easy_rock", EASY, Trait.ROCK, Trait.CLASSICAL, new Scale(65, 60)),
                    persona(
                            "formal_classical",
                            FORMAL,
                            Trait.CLASSICAL,
                            Trait.ROCK,
                            new Scale(50, 70)),
                    persona("warm_jazz", WARM, Trait.JAZZ, Trait.ELECTRONIC, new Scale(75, 45)),
                    persona(
                            "brisk_electronic",
                            BRISK,
                            Trait.ELECTRONIC,
                            Trait.JAZZ,
                            new Scale(45, 80)),
                    persona("formal_jazz", FORMAL, Trait.JAZZ, Trait.ROCK, new Scale(40, 55)),
                    persona("warm_rock", WARM, Trait.ROCK, Trait.ELECTRONIC, new Scale(70, 35)),
                    persona(
                            "easy_electronic",
                            EASY,
                            Trait.ELECTRONIC,
                            Trait.CLASSICAL,
                            new Scale(50, 25)));

    /** What four kinds of use ask of an answer. */
    static final List<Group> USE_CASES =
            List.of(
                    new Group(
                            "summaries",
                            with(
                                    weights(-0.2, 0.8, 0.7, -0.4, 0.5, 0.6),
                                    Map.of(Trait.HUMOUR, -0.8, Trait.POETRY, -0.8)),
                            new Scale(50, 75)),
                    new Group(
                            "verse",
                            with(
                                    weights(0.4, -0.6, -0.7, 0.5, -0.3, 0.2),
                                    Map.of(Trait.HUMOUR, 1.2, Trait.POETRY, 1.2)),
                            new Scale(70, 50)),
                    new Group(
                            "concise",
                            with(
                                    weights(-1.3, -0.1, 0.3, -0.5, 0.5, 0.2),
                                    Map.of(Trait.COURTESY, -0.6, Trait.POETRY, -0.3)),
                            new Scale(45, 60)),
                    new Group(
                            "service",
                            with(
                                    weights(0.5, 0.5, 0.1, 0.7, -0.1, 0.3),
                                    Map.of(Trait.COURTESY, 1.2, Trait.CULTURE, 1.2)),
                            new Scale(65, 25)));

    /** The scale of everybody under {@link RewardScales#EQUAL}. */
    static final Scale COMMON_SCALE = new Scale(55, 70);

    private Taste() {}

    /**
     * True utility in [0, 1]: {@code fluency * relevance * (0.2 + 0.6 m + ease)} with {@code m = (1
     * + tanh(2 s)) / 2} and {@code s = sum(w * trait) / sum(|w|)}. Traits and m saturate, so that
     * no text gains without bound; broken text loses by its fluency.
     *
     * @param ease of the prompt, in [-0.2, 0.2]
     */
    static double utility(Map<Trait, Double> weights, double ease, Reading reading) {
        double sum = 0;
        double size = 0;
        for (Map.Entry<Trait, Double> weight : weights.entrySet()) {
            sum += weight.getValue() * reading.traits().get(weight.getKey());
            size += Math.abs(weight.getValue());
        }
        double style = size == 0 ? 0 : sum / size;
        double match = (1 + StrictMath.tanh(GAIN * style)) / 2;
        return reading.fluency() * reading.relevance() * (FLOOR + RANGE * match + ease);
    }

    private static Map<Trait, Double> weights(
            double length,
            double formality,
            double structure,
            double warmth,
            double certainty,
            double concreteness) {
        return Map.of(
                Trait.LENGTH, length,
                Trait.FORMALITY, formality,
                Trait.STRUCTURE, structure,
                Trait.WARMTH, warmth,
                Trait.CERTAINTY, certainty,
                Trait.CONCRETENESS, concreteness);
    }

    private static Group persona(
            String name, Map<Trait, Double> style, Trait liked, Trait disliked, Scale scale) {
        return new Group(name, with(style, Map.of(liked, 1.2, disliked, -0.6)), scale);
    }

    private static Map<Trait, Double> with(Map<Trait, Double> style, Map<Trait, Double> asides) {
        Map<Trait, Double> all = new EnumMap<>(style);
        all.putAll(asides);
        return all;
    }

    /** {@code (1 - share) first + share second}. */
    static Map<Trait, Double> blend(
            Map<Trait, Double> first, Map<Trait, Double> second, double share) {
        Map<Trait, Double> blend = new EnumMap<>(Trait.class);
        first.forEach(
                (trait, weight) ->
                        blend.put(trait, (1 - share) * weight + share * second.get(trait)));
        return blend;
    }

    static Map<Trait, Double> sum(Map<Trait, Double> first, Map<Trait, Double> second) {
        Map<Trait, Double> sum = new EnumMap<>(Trait.class);
        first.forEach((trait, weight) -> sum.put(trait, weight + second.get(trait)));
        return sum;
    }
}
