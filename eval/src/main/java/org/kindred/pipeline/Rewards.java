package org.kindred.pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Task;
import org.kindred.options.Spelling;
import org.kindred.policy.grpo.FluencyReward;
import org.kindred.policy.grpo.PolicyPrompt;
import org.kindred.policy.grpo.RewardFunction;
import org.kindred.policy.grpo.RewardSource;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.tokenizer.Tokenizer;
import org.kindred.reward.RewardUnit;
import org.kindred.reward.TextEmbedder;
import org.kindred.reward.UserPrompt;
import org.kindred.reward.scaling.RolloutReward;

/** Makes the reward functions that an arm's options name. */
final class Rewards {
    private final RunContext context;
    private final RewardUnit unit;
    private final Map<String, TrainingItem> items = new HashMap<>();

    Rewards(RunContext context, RewardUnit unit, List<TrainingItem> items) {
        this.context = context;
        this.unit = unit;
        items.forEach(item -> this.items.put(item.id(), item));
    }

    /**
     * @param start the frozen start model; null unless fluency is rewarded
     */
    List<RewardSource> of(List<RewardTerm> terms, Tokenizer tokenizer, @Nullable CausalLm start) {
        List<RewardSource> sources = new ArrayList<>();
        for (RewardTerm term : terms) {
            sources.add(
                    switch (term.kind()) {
                        case JUDGE -> judged(term);
                        case NEXT_ITEM -> source(term, "ranking", true, nextItem());
                        case SIMILARITY -> similarity(term);
                        case FLUENCY ->
                                source(
                                        term,
                                        "start",
                                        false,
                                        new FluencyReward(
                                                tokenizer, Objects.requireNonNull(start)));
                    });
        }
        return sources;
    }

    private static RewardSource source(
            RewardTerm term, String fingerprint, boolean concurrent, RewardFunction function) {
        String name = Spelling.of(term.kind());
        return new RewardSource(name, term.weight(), fingerprint, function, concurrent);
    }

    /** Dual-granularity scores: the user's own samples and those of neighbours, each text alone. */
    private RewardSource judged(RewardTerm term) {
        return source(
                term,
                context.rewardModel().name()
                        + " "
                        + context.options().judge().scaling()
                        + (unit == RewardUnit.POINTS ? "" : " " + unit),
                context.judge().concurrent(),
                new RolloutReward(
                        context.rewardModel(),
                        unit,
                        prompt -> {
                            TrainingItem item = item(prompt);
                            return new UserPrompt(context.user(item.userId()), item.promptText());
                        }));
    }

    private TrainingItem item(PolicyPrompt prompt) {
        return Objects.requireNonNull(items.get(prompt.id()));
    }

    private RewardFunction nextItem() {
        items.values().forEach(Rewards::candidates);
        return (prompt, completions) -> {
            List<Task.Candidate> candidates = candidates(item(prompt));
            return completions.stream()
                    .map(text -> Ranking.read(text, candidates.size()).rankOfTarget(candidates))
                    .<ScoreOutcome>map(rank -> new ScoreOutcome.Scored(Ranking.gain(rank)))
                    .toList();
        };
    }

    static List<Task.Candidate> candidates(TrainingItem item) {
        List<Task.Candidate> candidates = item.task() == null ? null : item.task().candidates();
        if (candidates == null || candidates.isEmpty()) {
            throw new KindredException(
                    "rewards = next_item: "
                            + item
                            + " has no candidates; this reward needs tasks with candidates, such as"
                            + " those of movielens");
        }
        return candidates;
    }

    private RewardSource similarity(RewardTerm term) {
        TextEmbedder embedder = context.judge().embedder();
        return source(
                term,
                embedder.name(),
                true,
                (prompt, completions) -> similarity(embedder, item(prompt), completions));
    }

    /** An item without a text of the user's own cannot be compared: that is no score, not a 0. */
    private static List<ScoreOutcome> similarity(
            TextEmbedder embedder, TrainingItem item, List<String> completions) {
        String reference = item.reference();
        List<ScoreOutcome> outcomes = new ArrayList<>();
        if (reference == null) {
            completions.forEach(
                    text -> outcomes.add(new ScoreOutcome.Abstained("no text of the user's own")));
            return outcomes;
        }
        float[] own = embedder.embed(reference);
        for (float[] written : embedder.embed(completions)) {
            double cosine = 0;
            for (int i = 0; i < own.length; i++) {
                cosine += (double) own[i] * written[i];
            }
            outcomes.add(new ScoreOutcome.Scored(cosine));
        }
        return outcomes;
    }
}
