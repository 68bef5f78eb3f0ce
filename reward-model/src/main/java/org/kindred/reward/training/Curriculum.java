package org.kindred.reward.training;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Json;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.grpo.PolicyPrompt;
import org.kindred.policy.grpo.PromptSchedule;

/**
 * Deals the places of a step to easy, hard and very hard pairs. A function of seed, step and the
 * last measured pass rates; these are kept in files by step, so that a resumed run, which meets the
 * same model at the same step, deals alike.
 *
 * <p>A pool that has too few pairs for a step leaves its places to the next easier one, easy ones
 * to hard ones. No pair comes twice in a step.
 */
public final class Curriculum implements PromptSchedule {
    private final Map<String, List<PolicyPrompt>> promptsOfPair;
    private final CurriculumOptions options;
    private final int steps;
    private final int places;
    private final Supplier<Map<String, Double>> passRates;
    private final Path folder;
    private final SeedTree seeds;
    private long measuredAt = -1;
    private Map<String, Double> rates = Map.of();

    /** Kinds of pairs, easiest first. */
    enum Kind {
        EASY,
        HARD,
        VERY_HARD
    }

    /**
     * @param promptsOfPair prompts of a pair by its id, one or two orders
     * @param passRates measures the model in training: pass rate of each pair
     * @param folder where measured rates are kept, without any text
     */
    public Curriculum(
            Map<String, List<PolicyPrompt>> promptsOfPair,
            CurriculumOptions options,
            int steps,
            int places,
            Supplier<Map<String, Double>> passRates,
            Path folder,
            SeedTree seeds) {
        if (promptsOfPair.size() < places) {
            throw new IllegalArgumentException(
                    "prompts_per_step = "
                            + places
                            + ": there are only "
                            + promptsOfPair.size()
                            + " pairs");
        }
        this.promptsOfPair = new TreeMap<>(promptsOfPair);
        this.options = options;
        this.steps = steps;
        this.places = places;
        this.passRates = passRates;
        this.folder = folder;
        this.seeds = seeds;
    }

    @Override
    public List<PolicyPrompt> at(long step) {
        long every = Math.max(1, (steps + options.refreshes() - 1) / options.refreshes());
        long since = step - step % every;
        measure(since);
        Map<Kind, List<String>> pools = pools();
        Map<Kind, Integer> passed = new TreeMap<>();
        for (long earlier = since; earlier < step; earlier++) {
            counts(earlier, pools).forEach((kind, n) -> passed.merge(kind, n, Integer::sum));
        }
        List<PolicyPrompt> block = new ArrayList<>();
        counts(step, pools)
                .forEach(
                        (kind, n) -> {
                            List<String> pool =
                                    seeds.child(since).child(kind.name()).shuffled(pools.get(kind));
                            for (int i = 0; i < n; i++) {
                                int place = passed.getOrDefault(kind, 0) + i;
                                block.add(prompt(pool.get(place % pool.size()), step));
                            }
                        });
        return block;
    }

    private PolicyPrompt prompt(String pair, long step) {
        List<PolicyPrompt> orders = promptsOfPair.get(pair);
        return orders.get(
                seeds.child("order").child(step).child(pair).random().nextInt(orders.size()));
    }

    private void measure(long step) {
        if (measuredAt == step) {
            return;
        }
        Path file = folder.resolve("pass-rates-" + step + ".json");
        if (!Files.exists(file)) {
            Json.write(file, new Rates(new TreeMap<>(passRates.get())));
        }
        rates = Json.read(file, Rates.class, "the pass rates of the curriculum").rates();
        measuredAt = step;
    }

    private record Rates(Map<String, Double> rates) {}

    private Map<Kind, List<String>> pools() {
        Map<Kind, List<String>> pools = new TreeMap<>();
        for (Kind kind : Kind.values()) {
            pools.put(kind, new ArrayList<>());
        }
        promptsOfPair.keySet().forEach(id -> pools.get(kind(rates.get(id))).add(id));
        return pools;
    }

    /** The kind of a pair; one without a pass rate counts as easy. */
    private Kind kind(@Nullable Double rate) {
        if (rate == null || rate > options.hardAtMost()) {
            return Kind.EASY;
        }
        return rate > 0 ? Kind.HARD : Kind.VERY_HARD;
    }

    /** Places of a step by kind; shares that are no whole number of places are rounded by seed. */
    private Map<Kind, Integer> counts(long step, Map<Kind, List<String>> pools) {
        SplittableRandom random = seeds.child("places").child(step).random();
        int difficult =
                (int) Math.floor(options.hardShare(step, steps) * places + random.nextDouble());
        int wanted = (int) Math.floor(options.veryHardShare() * difficult + random.nextDouble());
        int veryHard = Math.min(wanted, pools.get(Kind.VERY_HARD).size());
        int hard = Math.min(difficult - veryHard, pools.get(Kind.HARD).size());
        int easy = Math.min(places - veryHard - hard, pools.get(Kind.EASY).size());
        int left = places - veryHard - hard - easy;
        int moreHard = Math.min(left, pools.get(Kind.HARD).size() - hard);
        Map<Kind, Integer> counts = new LinkedHashMap<>();
        counts.put(Kind.EASY, easy);
        counts.put(Kind.HARD, hard + moreHard);
        counts.put(Kind.VERY_HARD, veryHard + left - moreHard);
        return counts;
    }
}
