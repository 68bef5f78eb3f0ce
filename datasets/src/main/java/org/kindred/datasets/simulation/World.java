package org.kindred.datasets.simulation;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Which small world is simulated: its language, its groups and what they can like. */
public enum World {
    /** Advice in everyday domains; six traits of style. */
    EVERYDAY(Taste.EVERYDAY, "language.txt"),
    /**
     * Advice on pastimes, in the same six traits of style and with none of the marker words of the
     * everyday world. Written without sight of any judge, to ask what a claim owes to the words of
     * the first world.
     */
    PASTIMES(Taste.PASTIMES, "pastimes.txt"),
    /**
     * Seven personas, each a style of language with a genre of music; several share the one or the
     * other. In the manner of the personas of P-GRPO (arXiv 2603.10009), whose own texts are not
     * published.
     */
    SEVEN_PERSONAS(Taste.SEVEN_PERSONAS, "seven-personas.txt", "language.txt"),
    /**
     * Precise professional summaries, humorous or poetic writing, concise answers, or courtesy and
     * references to a culture in replies of a service.
     */
    USE_CASES(Taste.USE_CASES, "use-cases.txt", "language.txt");

    private final List<Taste.Group> groups;
    private final Language language;
    private final TextMeter meter;

    World(List<Taste.Group> groups, String... resources) {
        this.groups = groups;
        language = Language.load(resources);
        meter = new TextMeter(language);
    }

    /** The world whose language has this fingerprint. */
    static Optional<World> speaking(String fingerprint) {
        return Arrays.stream(values())
                .filter(world -> world.language.fingerprint().equals(fingerprint))
                .findFirst();
    }

    List<Taste.Group> groups() {
        return groups;
    }

    Language language() {
        return language;
    }

    TextMeter meter() {
        return meter;
    }
}
