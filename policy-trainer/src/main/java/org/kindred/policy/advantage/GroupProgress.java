package org.kindred.policy.advantage;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far each preference group has come from where it started, for {@code group_weight: dro}.
 *
 * <pre>
 * per prompt visit with rewards r   R += 0.02 (mean(r) - R);  B += 0.02 (max(r) - B)
 * shortfall f_p = clip(1 - (R - R0) / (B - R0), 0, 1.5), R0 the mean of the group's first visit
 * </pre>
 *
 * B, what the best completion of a prompt reaches, stands for the attainable reward, which training
 * does not know. A group never visited has shortfall 1.
 */
public final class GroupProgress {
    private static final double SHARE_OF_A_VISIT = 0.02;
    private static final double MOST = 1.5;

    private final TreeMap<String, Level> levels = new TreeMap<>();

    /**
     * One group.
     *
     * @param start R0
     * @param level R
     * @param best B
     */
    public record Level(double start, double level, double best) {}

    /** Takes in the rewards of a step, prompts in ascending id order. */
    void update(List<PromptRewards> step) {
        step.stream()
                .sorted(GroupHistory.FIXED_ORDER)
                .forEach(
                        prompt ->
                                levels.merge(
                                        prompt.group(),
                                        first(prompt.rewards()),
                                        (before, now) -> moved(before, now)));
    }

    private static Level first(double[] rewards) {
        double mean = Moments.of(rewards).mean();
        double best = rewards[0];
        for (double reward : rewards) {
            best = Math.max(best, reward);
        }
        return new Level(mean, mean, best);
    }

    private static Level moved(Level before, Level visit) {
        return new Level(
                before.start,
                before.level + SHARE_OF_A_VISIT * (visit.level - before.level),
                before.best + SHARE_OF_A_VISIT * (visit.best - before.best));
    }

    /** f_p of every group seen so far. */
    Map<String, Double> shortfall() {
        Map<String, Double> shortfall = new TreeMap<>();
        levels.forEach(
                (group, l) -> {
                    double way = l.best - l.start;
                    double open = way > 0 ? 1 - (l.level - l.start) / way : 1;
                    shortfall.put(group, Math.max(0, Math.min(MOST, open)));
                });
        return shortfall;
    }

    /** The whole state, for checkpoints. */
    public Map<String, Level> levels() {
        return new TreeMap<>(levels);
    }

    /** Takes over a saved state. */
    public void restore(Map<String, Level> saved) {
        levels.clear();
        levels.putAll(saved);
    }
}
