package org.kindred.pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Task;
import org.kindred.policy.Spelling;
import org.kindred.policy.grpo.FluencyReward;
import org.kindred.policy.grpo.RewardFunction;
import org.kindred.policy.grpo.RewardSource;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.tokenizer.Tokenizer;
import org.kindred.reward.TextEmbedder;

/** Makes the reward functions that the options name. */
final class TrainingRewards {
    private final Map<String, TrainingItem> items = new HashMap<>();
    private final TrainingJudge judge;

    TrainingRewards(List<TrainingItem> items, TrainingJudge judge) {
        items.forEach(item -> this.items.put(item.id(), item));
        this.judge = judge;
    }

    List<RewardSource> of(List<RewardTerm> terms, Tokenizer tokenizer, CausalLm start) {
        List<RewardSource> sources = new ArrayList<>();
        for (RewardTerm term : terms) {
            sources.add(
                    switch (term.kind()) {
                        case JUDGE -> judged(term);
                        case NEXT_ITEM -> source(term, "ranking", true, nextItem());
                        case SIMILARITY -> similarity(term);
                        case FLUENCY ->
                                source(term, "start", false, new FluencyReward(tokenizer, start));
                    });
        }
        return sources;
    }

    private static RewardSource source(
            RewardTerm term, String fingerprint, boolean concurrent, RewardFunction function) {
        String name = Spelling.of(term.kind());
        return new RewardSource(name, term.weight(), fingerprint, function, concurrent);
    }

    private RewardSource judged(RewardTerm term) {
        Map<String, TrainingJudge.Scorer> scorers = judge.scorers(List.copyOf(items.values()));
        return source(
                term,
                judge.fingerprint(),
                judge.concurrent(),
                (prompt, completions) -> scorers.get(prompt.id()).score(completions));
    }

    private RewardFunction nextItem() {
        items.values().forEach(TrainingRewards::candidates);
        return (prompt, completions) -> {
            List<Task.Candidate> candidates = candidates(items.get(prompt.id()));
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
        TextEmbedder embedder = judge.opened().embedder();
        return source(
                term,
                embedder.name(),
                true,
                (prompt, completions) -> similarity(embedder, items.get(prompt.id()), completions));
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
