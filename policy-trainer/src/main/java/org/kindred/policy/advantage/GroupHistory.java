package org.kindred.policy.advantage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.kindred.datasets.KindredException;

/**
 * Reward statistics of every preference group over the whole run: the normaliser of P-GRPO (arXiv
 * 2603.10009).
 *
 * <p>The groups are named at the start; an unknown id is an error, never a new or a default bucket.
 * A step's rewards are gathered per group in ascending prompt id order and merged once, so the
 * state depends neither on arrival order nor on threads. Only scored completions may come in. The
 * state is a member of every checkpoint ({@link GroupHistoryFile}); it is bound to the reward
 * functions that filled it by their fingerprint.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class GroupHistory {
    static final Comparator<PromptRewards> FIXED_ORDER =
            Comparator.comparing(PromptRewards::promptId)
                    .thenComparing(PromptRewards::rewards, Arrays::compare);

    private final HistoryMemory memory;
    private final String rewardFingerprint;
    private final TreeMap<String, GroupState> states;
    private long steps;

    private GroupHistory(
            HistoryMemory memory, Collection<String> groups, String rewardFingerprint) {
        this.memory = memory;
        this.rewardFingerprint = rewardFingerprint;
        this.states = new TreeMap<>();
        groups.forEach(group -> states.put(group, GroupState.EMPTY));
    }

    /** A history that has seen nothing of the given groups. */
    public static GroupHistory empty(
            HistoryMemory memory, Collection<String> groups, String rewardFingerprint) {
        return new GroupHistory(memory, groups, rewardFingerprint);
    }

    /** A moment to which {@link #rollBack} can return. */
    public record Moment(Map<String, GroupState> states, long steps) {}

    /** The state now; later updates do not change it. */
    public Moment now() {
        return new Moment(new TreeMap<>(states), steps);
    }

    /** Forgets what came after a moment of this history. */
    public void rollBack(Moment moment) {
        restore(moment.states, moment.steps);
    }

    /** Takes over a saved state of the same groups. */
    void restore(Map<String, GroupState> saved, long savedSteps) {
        states.putAll(saved);
        steps = savedSteps;
    }

    public HistoryMemory memory() {
        return memory;
    }

    /** Names the reward functions whose values the state holds. */
    public String rewardFingerprint() {
        return rewardFingerprint;
    }

    /** Group ids in ascending order. */
    public Set<String> groups() {
        return states.navigableKeySet();
    }

    /** Updates so far. */
    public long steps() {
        return steps;
    }

    /**
     * State of a group.
     *
     * @throws KindredException if no such group was named at the start
     */
    public GroupState state(String group) {
        GroupState state = states.get(group);
        if (state == null) {
            throw new KindredException(
                    "group = "
                            + group
                            + ": unknown to the reward history, which has "
                            + states.size()
                            + " groups "
                            + states.keySet()
                            + "; assign every prompt to one of them before training");
        }
        return state;
    }

    /**
     * Takes in the rewards of one step.
     *
     * @param userShareCap largest share of a group's prompt visits that one user may contribute; 1
     *     for no cap. Visits above it, in prompt id order, are left out
     * @return how many visits the cap left out
     */
    int update(List<PromptRewards> step, double userShareCap) {
        TreeMap<String, List<PromptRewards>> byGroup = new TreeMap<>();
        for (PromptRewards prompt : step) {
            state(prompt.group()); // refuses the step before anything changes
            byGroup.computeIfAbsent(prompt.group(), id -> new ArrayList<>()).add(prompt);
        }
        steps++;
        int leftOut = 0;
        for (Map.Entry<String, List<PromptRewards>> entry : byGroup.entrySet()) {
            List<PromptRewards> prompts = entry.getValue();
            prompts.sort(FIXED_ORDER);
            List<double[]> visits = capped(prompts, userShareCap);
            leftOut += prompts.size() - visits.size();
            GroupState before = state(entry.getKey());
            states.put(entry.getKey(), before.after(visits, memory, steps));
        }
        return leftOut;
    }

    private static List<double[]> capped(List<PromptRewards> prompts, double userShareCap) {
        int limit = (int) Math.ceil(userShareCap * prompts.size());
        Map<String, Integer> visitsOfUser = new HashMap<>();
        List<double[]> visits = new ArrayList<>();
        for (PromptRewards prompt : prompts) {
            String user = prompt.user();
            if (user == null || visitsOfUser.merge(user, 1, Integer::sum) <= limit) {
                visits.add(prompt.rewards());
            }
        }
        return visits;
    }

    /**
     * {@code history/<group>/{count,mean,std,staleness_steps}} and, where the memory keeps them,
     * {@code sigma2_w, tau2, w}; std by population divisor, 0 for a group never seen.
     */
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (Map.Entry<String, GroupState> entry : states.entrySet()) {
            String prefix = "history/" + entry.getKey() + "/";
            GroupState state = entry.getValue();
            Moments rewards = state.rewards();
            metrics.put(prefix + "count", rewards.count());
            metrics.put(prefix + "mean", rewards.mean());
            metrics.put(prefix + "std", rewards.count() > 0 ? rewards.std(Divisor.POP) : 0);
            metrics.put(prefix + "staleness_steps", (double) (steps - state.lastStep()));
            if (memory.kind() != HistoryMemory.Kind.EMA) {
                PromptMoments prompts = state.prompts();
                metrics.put(prefix + "sigma2_w", prompts.withinVariance());
                metrics.put(prefix + "tau2", prompts.betweenVariance());
                metrics.put(prefix + "w", prompts.ownWeight(prompts.typicalSize()));
            }
        }
        return metrics;
    }
}
