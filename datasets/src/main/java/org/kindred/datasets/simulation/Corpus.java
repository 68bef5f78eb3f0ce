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

    private Corpus() {}

    /**
     * Writes examples; all answers are different.
     *
     * @param examples 1 to 200,000
     * @param withoutPrompts prompts that must not occur, such as all prompts of the world that is
     *     to be evaluated; every domain has 96
     * @return tasks with a prompt and a {@code reference}
     */
    public static List<Task> write(int examples, Set<String> withoutPrompts, SeedTree seeds) {
        if (examples < 1 || examples > 200_000) {
            throw new IllegalArgumentException("examples = " + examples + ": must be 1 to 200000");
        }
        Language language = Language.INSTANCE;
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
            Map<Trait, Integer> levels = new EnumMap<>(Trait.class);
            for (Trait trait : Trait.values()) {
                levels.put(trait, draws.below(3) - 1);
            }
            String answer = writer.write(domain, topic, levels, draws);
            if (taken.add(answer)) {
                tasks.add(task(tasks.size() + 1, prompt, answer, domain.name()));
            }
        }
        return tasks;
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
