package org.kindred.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Message;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.Task;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.benchmark.ListRanking;
import org.kindred.eval.metric.RankedList;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * Policies as rankers of lists: each answers the prompts of {@code kindred policy train} with
 * {@code prompts = tasks}, greedily, and the numbers that it writes are its ranking. A candidate
 * that the answer does not name stands at no place.
 */
public final class PolicyRanking {
    private static final int ROWS = 32;

    private final List<TrainingItem> items;
    private final RankingOptions options;
    private final SeedTree seeds;
    private final Progress progress;

    /**
     * @param data canonical folder with tasks whose candidates carry labels
     * @throws KindredException if it has none
     */
    public PolicyRanking(Path data, RankingOptions options, Progress progress) {
        this.options = options;
        this.seeds = SeedTree.root(options.seed());
        this.progress = progress;
        progress.stage("read", data.toString());
        CanonicalReader.Loaded loaded = CanonicalReader.read(data);
        List<TrainingItem> lists =
                PromptSource.TASKS
                        .items(loaded.dataset(), loaded.tasks(), options.historyItems())
                        .stream()
                        .filter(item -> ListRanking.hasLabels(item.task()))
                        .toList();
        if (lists.isEmpty()) {
            throw new KindredException(
                    data
                            + ": no task has a user and labelled candidates, one of them right;"
                            + " kindred data import movielens makes such tasks");
        }
        items = drawn(lists);
    }

    private List<TrainingItem> drawn(List<TrainingItem> lists) {
        if (options.lists() == 0 || options.lists() >= lists.size()) {
            return lists;
        }
        return seeds.child("lists").shuffled(lists).subList(0, options.lists());
    }

    /** Lists that are ranked. */
    public int lists() {
        return items.size();
    }

    /**
     * Ranks with one policy: a row for all users, then one for each group that the data name.
     *
     * @param name of the policy in tables
     * @throws KindredException if no list fits the model's context
     */
    public List<ListRanking> of(String name, CausalLm policy, Tokenizer tokenizer) {
        List<HeldOut.Prompt> prompts = prompts(name, policy, tokenizer);
        progress.stage("rank", prompts.size() + " lists by " + name);
        List<ListRanking.Ranked> ranked = new ArrayList<>();
        for (int from = 0; from < prompts.size(); from += ROWS) {
            List<HeldOut.Prompt> some =
                    prompts.subList(from, Math.min(prompts.size(), from + ROWS));
            List<Ranking> rankings =
                    HeldOut.rankings(policy, tokenizer, some, options.maxNewTokens());
            for (int i = 0; i < some.size(); i++) {
                ranked.add(ranked(some.get(i).item(), rankings.get(i)));
            }
            progress.step(from + some.size(), prompts.size(), "lists");
        }
        return ListRanking.rows(
                name,
                options.historyItems(),
                ranked,
                options.leastGroupUsers(),
                new Bootstrap(options.bootstrapDraws(), seeds.child("bootstrap")));
    }

    private List<HeldOut.Prompt> prompts(String name, CausalLm policy, Tokenizer tokenizer) {
        int longest = policy.config().maxPositionEmbeddings() - options.maxNewTokens();
        List<HeldOut.Prompt> prompts = new ArrayList<>();
        for (TrainingItem item : items) {
            int[] tokens =
                    options.raw()
                            ? tokenizer.encode(Message.text(item.prompt()), true)
                            : tokenizer.chat(item.prompt(), true);
            if (tokens.length <= longest) {
                prompts.add(new HeldOut.Prompt(item, tokens));
            }
        }
        if (prompts.isEmpty()) {
            throw new KindredException(
                    name
                            + ": all "
                            + items.size()
                            + " lists are longer than the "
                            + longest
                            + " tokens that the model's context leaves for them; lower"
                            + " history_items or max_new_tokens");
        }
        if (prompts.size() < items.size()) {
            progress.stage(
                    "warning",
                    (items.size() - prompts.size())
                            + " lists are too long for "
                            + name
                            + " and are left out");
        }
        return prompts;
    }

    private static ListRanking.Ranked ranked(TrainingItem item, Ranking ranking) {
        List<Task.Candidate> candidates = Rewards.candidates(item);
        return new ListRanking.Ranked(
                item.userId(),
                item.label() == null ? Alignment.ALL : item.label(),
                RankedList.named(
                        ranking.places(),
                        candidates.stream().mapToDouble(Task.Candidate::label).toArray()));
    }
}
