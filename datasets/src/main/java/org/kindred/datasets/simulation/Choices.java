package org.kindred.datasets.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.SplitCell;

/** Lets users choose between answers and rate them. */
final class Choices {
    static final String SOURCE = "simulation";

    private final SimulationOptions options;
    private final TextPool pool;
    private final LatentTruth truth;

    Choices(SimulationOptions options, TextPool pool, LatentTruth truth) {
        this.options = options;
        this.pool = pool;
        this.truth = truth;
    }

    /**
     * All choices of one user: fit rows by slot, then targets on known, new and foreign prompts.
     */
    List<Preference> of(String userId, boolean unseen, SeedTree seeds) {
        SimulationOptions.Pairs pairs = options.pairs();
        List<TextPool.Entry> known = spread(TextPool.Entry::known, new Draws(seeds.child("known")));
        List<TextPool.Entry> fresh =
                spread(
                        entry -> !entry.known() && !entry.domain().outOfDistribution(),
                        new Draws(seeds.child("new")));
        List<TextPool.Entry> foreign =
                spread(
                        entry -> entry.domain().outOfDistribution(),
                        new Draws(seeds.child("foreign")));
        List<Preference> rows = new ArrayList<>();
        int slot = 0;
        for (TextPool.Entry prompt : known.subList(0, pairs.fit())) {
            rows.add(choose(userId, unseen, prompt, ++slot, seeds));
        }
        for (TextPool.Entry prompt : known.subList(pairs.fit(), pairs.fit() + pairs.evalKnown())) {
            rows.add(choose(userId, unseen, prompt, null, seeds));
        }
        for (TextPool.Entry prompt : fresh.subList(0, pairs.evalNew())) {
            rows.add(choose(userId, unseen, prompt, null, seeds));
        }
        for (TextPool.Entry prompt : foreign.subList(0, pairs.evalOutOfDistribution())) {
            rows.add(choose(userId, unseen, prompt, null, seeds));
        }
        return rows;
    }

    /**
     * Shuffled prompts, taken from the domains in turn, so that any first few cover many domains.
     */
    private List<TextPool.Entry> spread(Predicate<TextPool.Entry> wanted, Draws draws) {
        Map<String, List<TextPool.Entry>> byDomain = new LinkedHashMap<>();
        for (TextPool.Entry entry : draws.shuffled(pool.prompts())) {
            if (wanted.test(entry)) {
                byDomain.computeIfAbsent(entry.domain().name(), d -> new ArrayList<>()).add(entry);
            }
        }
        List<TextPool.Entry> spread = new ArrayList<>();
        for (int turn = 0; !byDomain.isEmpty(); turn++) {
            int position = turn;
            byDomain.values().removeIf(entries -> entries.size() <= position);
            byDomain.values().forEach(entries -> spread.add(entries.get(position)));
        }
        return spread;
    }

    private Preference choose(
            String userId,
            boolean unseen,
            TextPool.Entry prompt,
            @Nullable Integer slot,
            SeedTree seeds) {
        Draws draws = new Draws(seeds.child(prompt.id()));
        int first = draws.below(prompt.responses().size());
        int second =
                (first + 1 + draws.below(prompt.responses().size() - 1))
                        % prompt.responses().size();
        double age = slot == null ? 0 : age(slot);
        Rated a = perceive(userId, prompt, prompt.responses().get(first), age, draws);
        Rated b = perceive(userId, prompt, prompt.responses().get(second), age, draws);
        boolean firstWins = a.perceived() >= b.perceived();
        Rated chosen = firstWins ? a : b;
        Rated rejected = firstWins ? b : a;
        boolean foreign = prompt.domain().outOfDistribution();
        return new Preference(
                String.format(Locale.ROOT, "%s-%s", userId, prompt.id()),
                userId,
                List.of(Message.user(prompt.text())),
                List.of(Message.assistant(chosen.response().text())),
                List.of(Message.assistant(rejected.response().text())),
                prompt.domain().name(),
                List.of(chosen.response().id(), rejected.response().id()),
                foreign ? SplitCell.OUT_OF_DISTRIBUTION : prompt.known() ? "train" : "test",
                unseen ? "unseen" : "seen",
                prompt.known() ? "train" : "test",
                slot == null ? "eval" : "fit",
                slot,
                Math.max(chosen.rating(), rejected.rating()),
                Math.min(chosen.rating(), rejected.rating()),
                SOURCE,
                null);
    }

    /** How long ago a choice was made: 1 for the first slot, 0 for the last. */
    private double age(int slot) {
        int fit = options.pairs().fit();
        return fit == 1 ? 0 : (double) (fit - slot) / (fit - 1);
    }

    /** What a user makes of an answer at one moment. */
    private record Rated(TextPool.Response response, double perceived, double rating) {}

    private Rated perceive(
            String userId,
            TextPool.Entry prompt,
            TextPool.Response response,
            double age,
            Draws draws) {
        double utility = truth.utility(userId, prompt.text(), response.reading(), age);
        double rating =
                truth.users().get(userId).scale().rating(utility)
                        + options.ratings().noise() * draws.normal();
        return new Rated(
                response,
                utility + options.ratings().temperature() * draws.gumbel(),
                Math.rint(Scale.clip(rating)));
    }
}
