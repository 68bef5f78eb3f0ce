package org.kindred.policy.grpo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.policy.advantage.Advantages;
import org.kindred.policy.advantage.Divisor;
import org.kindred.policy.advantage.Moments;
import org.kindred.policy.advantage.PromptScores;

/** Numbers of a step per preference group; a group that no prompt had is absent. */
final class GroupMetrics {

    private GroupMetrics() {}

    /** Rewards, advantages and entropies of one group. */
    private static final class Group {
        private int prompts;
        private Moments rewards = Moments.EMPTY;
        private Moments advantages = Moments.EMPTY;
        private Moments entropies = Moments.EMPTY;
        private double squares;
    }

    /**
     * {@code group/<group>/{reward_mean, reward_std, advantage_mean, advantage_rms, sampled_share,
     * entropy}}, {@code group/worst_reward} and {@code advantage/rms}.
     */
    static Map<String, Double> of(
            List<PromptScores> prompts,
            Advantages advantages,
            double[] weights,
            List<MicroBatch> batches) {
        Map<String, Group> groups = new TreeMap<>();
        for (int j = 0; j < prompts.size(); j++) {
            PromptScores prompt = prompts.get(j);
            Group group = groups.computeIfAbsent(prompt.group(), name -> new Group());
            group.prompts++;
            for (int i = 0; i < prompt.completions(); i++) {
                if (advantages.used()[j][i]) {
                    double advantage = advantages.values()[j][i];
                    group.rewards = group.rewards.plus(prompt.total(i, weights));
                    group.advantages = group.advantages.plus(advantage);
                    group.squares += advantage * advantage;
                }
            }
        }
        for (MicroBatch batch : batches) {
            for (int i = 0; i < batch.meanEntropies().length; i++) {
                Group group = groups.get(batch.rows().get(i).prompt().group());
                group.entropies = group.entropies.plus(batch.meanEntropies()[i]);
            }
        }
        return metrics(groups, prompts.size());
    }

    private static Map<String, Double> metrics(Map<String, Group> groups, int prompts) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        double worst = Double.POSITIVE_INFINITY;
        double squares = 0;
        double used = 0;
        for (Map.Entry<String, Group> entry : groups.entrySet()) {
            String prefix = "group/" + entry.getKey() + "/";
            Group group = entry.getValue();
            metrics.put(prefix + "sampled_share", (double) group.prompts / prompts);
            double count = group.rewards.count();
            if (count > 0) {
                metrics.put(prefix + "reward_mean", group.rewards.mean());
                metrics.put(prefix + "reward_std", group.rewards.std(Divisor.SAMPLE));
                metrics.put(prefix + "advantage_mean", group.advantages.mean());
                metrics.put(prefix + "advantage_rms", Math.sqrt(group.squares / count));
                worst = Math.min(worst, group.rewards.mean());
            }
            if (group.entropies.count() > 0) {
                metrics.put(prefix + "entropy", group.entropies.mean());
            }
            squares += group.squares;
            used += count;
        }
        metrics.put("group/worst_reward", worst);
        metrics.put("advantage/rms", Math.sqrt(squares / used));
        return metrics;
    }
}
