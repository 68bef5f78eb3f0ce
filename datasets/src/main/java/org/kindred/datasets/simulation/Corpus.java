package org.kindred.datasets.simulation;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.kindred.datasets.Message;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.Task;

/**
 * Questions with one answer each, in every domain and style and without anybody's opinion: what a
 * language model reads before it meets users. It stands for general pre-training, so it covers the
 * out-of-distribution domains too; what is unknown there are the tastes, not the words.
 */
public final class Corpus {

    /** Examples that can be written at most. */
    public static final int MOST = 200_000;

    private Corpus() {}

    /**
     * Writes examples; all answers are different.
     *
     * @param world whose language is written
     * @param examples 1 to 200,000
     * @param withoutPrompts prompts that must not occur, such as all prompts of the world that is
     *     to be evaluated; every domain has 96
     * @return tasks with a prompt and a {@code reference}
     */
    public static List<Task> write(
            World world, int examples, Set<String> withoutPrompts, SeedTree seeds) {
        if (examples < 1 || examples > MOST) {
            throw new IllegalArgumentException("examples = " + examples + ": must be 1 to 200000");
        }
        Language language = world.language();
        ResponseWriter writer = new ResponseWriter(language);
        Draws draws = new Draws(seeds);
        Set<String> taken = new HashSet<>();
        List<Task> tasks = new ArrayList<>();
        while (tasks.size() < examples) {
            Language.Domain domain = draws.oneOf(language.domains());
            String topic = draws.oneOf(domain.topics());
            String prompt = draws.oneOf(domain.questions()).replace("{T}", topic);
            if (withoutPrompts.contains(prompt)) {
                continue;
            }
            String answer = writer.write(domain, topic, levels(language, draws), draws);
            if (taken.add(answer)) {
                tasks.add(task(tasks.size() + 1, prompt, answer, domain.name()));
            }
        }
        return tasks;
    }

    private static Map<Trait, Integer> levels(Language language, Draws draws) {
        Map<Trait, Integer> levels = new EnumMap<>(Trait.class);
        for (Trait trait : language.traits()) {
            levels.put(trait, language.asides().contains(trait) ? 0 : draws.below(3) - 1);
        }
        if (!language.asides().isEmpty()) {
            int aside = draws.below(language.asides().size() + 1);
            if (aside < language.asides().size()) {
                levels.put(language.asides().get(aside), 1);
            }
        }
        return levels;
    }

    private static Task task(int number, String prompt, String answer, String domain) {
        return new Task(
                String.format(Locale.ROOT, "corpus-%06d", number),
                null,
                List.of(Message.user(prompt)),
                null,
                null,
                answer,
                null,
                null,
                domain,
                Choices.SOURCE,
                null);
    }
}
