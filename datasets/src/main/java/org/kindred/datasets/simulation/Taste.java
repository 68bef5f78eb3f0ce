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

    static final List<Group> GROUPS =
            List.of(
                    new Group("brisk", weights(-0.9, 0.2, 0.7, -0.6, 0.7, 0.3), new Scale(55, 70)),
                    new Group(
                            "companion",
                            weights(0.7, -0.7, -0.7, 1.0, -0.2, 0.3),
                            new Scale(75, 45)),
                    new Group("scholar", weights(0.8, 0.9, 0.2, 0.2, -0.9, 0.3), new Scale(40, 80)),
                    new Group(
                            "drifter",
                            weights(-0.4, -0.7, -0.9, 0.3, -0.8, 0.2),
                            new Scale(50, 25)),
                    new Group("coach", weights(0.6, -0.3, 0.9, 0.6, 0.8, 0.4), new Scale(70, 60)),
                    new Group(
                            "clerk", weights(-0.5, 0.9, -0.2, -0.8, -0.3, 0.3), new Scale(35, 40)));

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

    static Map<Trait, Double> sum(Map<Trait, Double> first, Map<Trait, Double> second) {
        Map<Trait, Double> sum = new EnumMap<>(Trait.class);
        for (Trait trait : Trait.values()) {
            sum.put(trait, first.getOrDefault(trait, 0.0) + second.getOrDefault(trait, 0.0));
        }
        return sum;
    }
}
