package org.kindred.policy.advantage;

import java.util.ArrayList;
import java.util.List;

/**
 * What the history knows of one preference group.
 *
 * @param rewards moments over single rewards, the state of P-GRPO. Under {@code ema} its variance
 *     is the moving one and its count all rewards ever seen
 * @param prompts moments over prompts, the state of the shrinkage estimator; empty under {@code
 *     ema}, which does not define it
 * @param recent rewards of the last prompt visits, oldest first; filled under {@code window} only
 * @param lastStep history update in which the group was last seen; 0 if never
 */
public record GroupState(
        Moments rewards, PromptMoments prompts, List<double[]> recent, long lastStep) {

    static final GroupState EMPTY =
            new GroupState(Moments.EMPTY, PromptMoments.EMPTY, List.of(), 0);

    /**
     * After a step in which the group's prompts earned {@code visits}.
     *
     * @param visits [prompt visits][completions], not empty, in a fixed order
     */
    GroupState after(List<double[]> visits, HistoryMemory memory, long step) {
        return switch (memory.kind()) {
            case CUMULATIVE -> merged(visits, 1, step);
            case FORGET -> merged(visits, Math.pow(memory.amount(), visits.size()), step);
            case WINDOW -> windowed(visits, (int) memory.amount(), step);
            case EMA -> movedTowards(visits, memory.amount(), step);
        };
    }

    private GroupState merged(List<double[]> visits, double keep, long step) {
        return new GroupState(
                rewards.times(keep).merge(rewardMoments(visits)),
                prompts.times(keep).merge(promptMoments(visits)),
                List.of(),
                step);
    }

    private GroupState windowed(List<double[]> visits, int size, long step) {
        List<double[]> kept = new ArrayList<>(recent);
        kept.addAll(visits);
        kept = List.copyOf(kept.subList(Math.max(0, kept.size() - size), kept.size()));
        return new GroupState(rewardMoments(kept), promptMoments(kept), kept, step);
    }

    /** a' = 1 - (1 - a)^visits; mean += a' d; var = (1 - a') (var + a' d^2) + a' var_batch. */
    private GroupState movedTowards(List<double[]> visits, double perVisit, long step) {
        Moments batch = rewardMoments(visits);
        if (rewards.count() == 0) {
            return new GroupState(batch, PromptMoments.EMPTY, List.of(), step);
        }
        double share = 1 - Math.pow(1 - perVisit, visits.size());
        double deviation = batch.mean() - rewards.mean();
        double variance =
                (1 - share) * (rewards.variance(Divisor.POP) + share * deviation * deviation)
                        + share * batch.variance(Divisor.POP);
        double count = rewards.count() + batch.count();
        Moments moved = new Moments(count, rewards.mean() + share * deviation, 0, variance * count);
        return new GroupState(moved, PromptMoments.EMPTY, List.of(), step);
    }

    private static Moments rewardMoments(List<double[]> visits) {
        Moments moments = Moments.EMPTY;
        for (double[] visit : visits) {
            for (double reward : visit) {
                moments = moments.plus(reward);
            }
        }
        return moments;
    }

    private static PromptMoments promptMoments(List<double[]> visits) {
        PromptMoments moments = PromptMoments.EMPTY;
        for (double[] visit : visits) {
            moments = moments.plus(visit);
        }
        return moments;
    }
}
