package org.kindred.datasets.simulation;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;

/**
 * What nobody in a real world could know: the group, weights and rating scale of each simulated
 * user, and how easy each prompt is. For evaluation alone, never an input of training.
 *
 * <p>Utility lies in [0, 1] and is comparable between users; a user's {@link Scale} turns it into a
 * rating of 1 to 100.
 *
 * @param language fingerprint of the language whose meters these weights belong to
 * @param groups weights of each group in each domain
 * @param users by id
 * @param prompts by prompt text
 */
public record LatentTruth(
        String format,
        int version,
        String language,
        Map<String, Group> groups,
        Map<String, Person> users,
        Map<String, Prompt> prompts) {

    private static final String FORMAT = "kindred-truth";
    private static final int VERSION = 1;

    /**
     * A group.
     *
     * @param share of the users
     * @param weights by domain and trait
     */
    public record Group(double share, Map<String, Map<Trait, Double>> weights) {}

    /**
     * A user.
     *
     * @param deviation what is added to the group's weights in every domain
     * @param second a group whose taste the user has in part; null if groups do not overlap
     * @param drift what was added besides at the time of the first choice and has worn off since;
     *     null if tastes stay
     */
    public record Person(
            String group,
            Map<Trait, Double> deviation,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Second second,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Map<Trait, Double> drift,
            Scale scale) {}

    /**
     * A part in another group.
     *
     * @param share of that group's weights, 0 to 0.5; the rest are the user's own group's
     */
    public record Second(String group, double share) {}

    /**
     * A prompt.
     *
     * @param ease what it adds to the utility of every answer
     */
    public record Prompt(
            String id, String domain, String topic, double ease, boolean outOfDistribution) {}

    public LatentTruth {
        if (!FORMAT.equals(format) || version < 1 || version > VERSION) {
            throw new IllegalArgumentException(
                    "format and version: expected " + FORMAT + " 1 to " + VERSION);
        }
        groups = Collections.unmodifiableMap(new TreeMap<>(groups));
        users = Collections.unmodifiableMap(new TreeMap<>(users));
        prompts = Collections.unmodifiableMap(new TreeMap<>(prompts));
    }

    static LatentTruth of(
            World world,
            Map<String, Group> groups,
            Map<String, Person> users,
            Map<String, Prompt> prompts) {
        return new LatentTruth(
                FORMAT, VERSION, world.language().fingerprint(), groups, users, prompts);
    }

    /**
     * Reads a saved truth.
     *
     * @throws KindredException if the file is not readable or was written with another language,
     *     whose meters would give other utilities
     */
    public static LatentTruth load(Path file) {
        LatentTruth truth = Json.read(file, LatentTruth.class, "the latent truth");
        if (World.speaking(truth.language()).isEmpty()) {
            throw new KindredException(
                    "the latent truth in "
                            + file
                            + " was written with language "
                            + truth.language()
                            + ", which this program does not speak: simulate the data again, or use the program that wrote it");
        }
        return truth;
    }

    /** Writes the file so that it is complete or absent. */
    public void save(Path file) {
        Json.write(file, this);
    }

    /** The group's name. */
    public String groupOf(String userId) {
        return person(userId).group();
    }

    /** The weights of a user in a domain, today: at the last choice shown and for all targets. */
    public Map<Trait, Double> weights(String userId, String domain) {
        return weights(userId, domain, 0);
    }

    /**
     * Likewise at an earlier time.
     *
     * @param age 1 at the first choice, 0 today
     */
    Map<Trait, Double> weights(String userId, String domain, double age) {
        Person person = person(userId);
        Map<Trait, Double> weights = ofGroup(person.group(), domain);
        if (person.second() != null) {
            weights =
                    Taste.blend(
                            weights,
                            ofGroup(person.second().group(), domain),
                            person.second().share());
        }
        Map<Trait, Double> today = Taste.sum(weights, person.deviation());
        return person.drift() == null || age == 0
                ? today
                : Taste.blend(today, Taste.sum(today, person.drift()), age);
    }

    private Map<Trait, Double> ofGroup(String group, String domain) {
        Map<Trait, Double> weights = groups.get(group).weights().get(domain);
        if (weights == null) {
            throw new KindredException(
                    "domain " + domain + " is not part of this simulated world: check the dataset");
        }
        return weights;
    }

    /**
     * The true utility of any text as an answer, in [0, 1]: {@code fluency * relevance * (0.2 + 0.3
     * * (1 + tanh(2 s)) + ease)} with {@code s = sum(weight * trait) / sum(|weight|)}. Traits and
     * tanh saturate, so that no text gains without bound; broken text loses by its fluency.
     *
     * @throws KindredException for a user or prompt that is not part of this world
     */
    public double utility(String userId, String promptText, String responseText) {
        return utility(userId, promptText, read(promptText, responseText));
    }

    /** Likewise for a text that was read before; one reading serves all users. */
    public double utility(String userId, String promptText, Reading reading) {
        return utility(userId, promptText, reading, 0);
    }

    double utility(String userId, String promptText, Reading reading, double age) {
        Prompt prompt = prompt(promptText);
        return Taste.utility(weights(userId, prompt.domain(), age), prompt.ease(), reading);
    }

    /** What the meters read, whoever judges. */
    public Reading read(String promptText, String responseText) {
        Prompt prompt = prompt(promptText);
        World world = world();
        return world.meter()
                .read(
                        responseText,
                        prompt.topic(),
                        world.language().domain(prompt.domain()).ownWords());
    }

    /** The rating of 1 to 100 that the user would give without noise. */
    public double rating(String userId, String promptText, String responseText) {
        return person(userId).scale().rating(utility(userId, promptText, responseText));
    }

    /** Every word and number that an answer of this world may hold, sorted, in lower case. */
    public List<String> vocabulary() {
        return world().meter().vocabulary().stream().sorted().toList();
    }

    private World world() {
        return World.speaking(language)
                .orElseThrow(() -> new KindredException("unknown language " + language));
    }

    private Person person(String userId) {
        Person person = users.get(userId);
        if (person == null) {
            throw new KindredException(
                    "a user of the dataset is not part of the latent truth: use the truth.json of the same dataset");
        }
        return person;
    }

    private Prompt prompt(String promptText) {
        Prompt prompt = prompts.get(promptText);
        if (prompt == null) {
            throw new KindredException(
                    "a prompt is not part of the latent truth: use the truth.json of the same dataset");
        }
        return prompt;
    }

    /** Redacted. */
    @Override
    public String toString() {
        return "LatentTruth[" + users.size() + " users, " + prompts.size() + " prompts]";
    }
}
