package org.kindred.datasets.simulation;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.kindred.datasets.SeedTree;

/**
 * The prompts of a world and the answers that its users choose from.
 *
 * @param prompts ordered by domain and number
 */
record TextPool(List<Entry> prompts) {

    /**
     * A prompt with its answers.
     *
     * @param known shown in training
     */
    record Entry(
            String id,
            String text,
            Language.Domain domain,
            String topic,
            boolean known,
            double ease,
            List<Response> responses) {}

    /** An answer and what the meters read off it. */
    record Response(String id, String text, Reading reading) {}

    static TextPool write(SimulationOptions.Texts options, World world, SeedTree seeds) {
        Language language = world.language();
        List<Language.Domain> domains = new ArrayList<>();
        language.domains().stream()
                .filter(domain -> !domain.outOfDistribution())
                .limit(options.domains())
                .forEach(domains::add);
        language.domains().stream()
                .filter(Language.Domain::outOfDistribution)
                .limit(options.outOfDistributionDomains())
                .forEach(domains::add);
        Set<String> taken = new HashSet<>();
        List<Entry> prompts = new ArrayList<>();
        for (Language.Domain domain : domains) {
            SeedTree domainSeeds = seeds.child(domain.name());
            List<String> topics = new Draws(domainSeeds.child("topics")).shuffled(domain.topics());
            List<String> questions =
                    new Draws(domainSeeds.child("questions")).shuffled(domain.questions());
            for (int i = 0; i < options.knownPrompts() + options.newPrompts(); i++) {
                String id = String.format(Locale.ROOT, "%s-%02d", domain.name(), i + 1);
                String topic = topics.get(i);
                SeedTree promptSeeds = domainSeeds.child(i);
                prompts.add(
                        new Entry(
                                id,
                                questions.get(i % questions.size()).replace("{T}", topic),
                                domain,
                                topic,
                                !domain.outOfDistribution() && i < options.knownPrompts(),
                                new Draws(promptSeeds.child("ease"))
                                        .between(-options.difficulty(), options.difficulty()),
                                responses(
                                        id,
                                        domain,
                                        topic,
                                        options.responses(),
                                        world,
                                        taken,
                                        promptSeeds)));
            }
        }
        return new TextPool(prompts);
    }

    private static List<Response> responses(
            String promptId,
            Language.Domain domain,
            String topic,
            int count,
            World world,
            Set<String> taken,
            SeedTree seeds) {
        Map<Trait, List<Integer>> levels =
                levels(count, world.language(), new Draws(seeds.child("levels")));
        ResponseWriter writer = new ResponseWriter(world.language());
        Draws draws = new Draws(seeds.child("texts"));
        List<Response> responses = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Map<Trait, Integer> wanted = new EnumMap<>(Trait.class);
            for (Trait trait : world.language().traits()) {
                wanted.put(trait, levels.get(trait).get(i));
            }
            String text = writer.write(domain, topic, wanted, draws);
            while (!taken.add(text)) {
                text = writer.write(domain, topic, wanted, draws);
            }
            responses.add(
                    new Response(
                            String.format(Locale.ROOT, "%s-r%02d", promptId, i + 1),
                            text,
                            world.meter().read(text, topic, domain.ownWords())));
        }
        return responses;
    }

    /**
     * Each level of each trait equally often, traits independent of each other; but of the asides
     * one or none, each equally often.
     */
    private static Map<Trait, List<Integer>> levels(int count, Language language, Draws draws) {
        Map<Trait, List<Integer>> levels = new HashMap<>();
        for (Trait trait : language.traits()) {
            if (language.asides().contains(trait)) {
                continue;
            }
            List<Integer> balanced = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                balanced.add(i % 3 - 1);
            }
            levels.put(trait, draws.shuffled(balanced));
        }
        List<Trait> asides = language.asides();
        if (!asides.isEmpty()) {
            int first = draws.below(asides.size() + 1);
            List<Integer> turns = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                turns.add((first + i) % (asides.size() + 1));
            }
            List<Integer> order = draws.shuffled(turns);
            for (int a = 0; a < asides.size(); a++) {
                int wanted = a;
                levels.put(
                        asides.get(a), order.stream().map(turn -> turn == wanted ? 1 : 0).toList());
            }
        }
        return levels;
    }
}
