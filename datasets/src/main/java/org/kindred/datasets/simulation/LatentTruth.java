package org.kindred.datasets.simulation;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
     */
    public record Person(String group, Map<Trait, Double> deviation, Scale scale) {}

    /**
     * A prompt.
     *
     * @param ease what it adds to the utility of every answer
     */
    public record Prompt(
            String id,
            String domain,
            String topic,
            double ease,
            @JsonProperty("out_of_distribution") boolean outOfDistribution) {}

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
            Map<String, Group> groups, Map<String, Person> users, Map<String, Prompt> prompts) {
        return new LatentTruth(
                FORMAT, VERSION, Language.INSTANCE.fingerprint(), groups, users, prompts);
    }

    /**
     * Reads a saved truth.
     *
     * @throws KindredException if the file is not readable or was written with another language,
     *     whose meters would give other utilities
     */
    public static LatentTruth load(Path file) {
        LatentTruth truth = Json.read(file, LatentTruth.class, "the latent truth");
        if (!Language.INSTANCE.fingerprint().equals(truth.language())) {
            throw new KindredException(
                    "the latent truth in "
                            + file
                            + " was written with language "
                            + truth.language()
                            + ", this program speaks "
                            + Language.INSTANCE.fingerprint()
                            + ": simulate the data again, or use the program that wrote it");
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

    /** The weights of a user in a domain. */
    public Map<Trait, Double> weights(String userId, String domain) {
        Person person = person(userId);
        Map<Trait, Double> ofGroup = groups.get(person.group()).weights().get(domain);
        if (ofGroup == null) {
            throw new KindredException(
                    "domain " + domain + " is not part of this simulated world: check the dataset");
        }
        return Taste.sum(ofGroup, person.deviation());
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
        Prompt prompt = prompt(promptText);
        return Taste.utility(weights(userId, prompt.domain()), prompt.ease(), reading);
    }

    /** What the meters read, whoever judges. */
    public Reading read(String promptText, String responseText) {
        Prompt prompt = prompt(promptText);
        return TextMeter.INSTANCE.read(
                responseText, prompt.topic(), Language.INSTANCE.domain(prompt.domain()).ownWords());
    }

    /** The rating of 1 to 100 that the user would give without noise. */
    public double rating(String userId, String promptText, String responseText) {
        return person(userId).scale().rating(utility(userId, promptText, responseText));
    }

    /** Every word and number that an answer of this world may hold, sorted, in lower case. */
    public static List<String> vocabulary() {
        return TextMeter.INSTANCE.vocabulary().stream().sorted().toList();
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
