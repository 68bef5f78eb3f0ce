package org.kindred.policy.advantage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The step between rewards and the loss: leaves out what was not scored, asks the estimator, then
 * clips, whitens, weighs and scales, in this order.
 *
 * <p>A completion without a score leaves every statistic as it was and gets advantage 0; a prompt
 * with fewer than two scored completions is dropped and counted. Keeps the group history of
 * estimators that have one; not safe for use by several threads at once.
 */
public final class AdvantageNormaliser {
    /** Guards BATCH_RMS against blowing up rounding residue. */
    private static final double LEAST_BATCH_RMS = 0.1;

    private final AdvantageOptions options;
    private final double[] rewardWeights;
    private final Map<String, Double> groupShares;
    private final @Nullable GroupProgress progress;
    private final @Nullable GroupHistory history;
    private final AdvantageEstimator estimator;

    /**
     * @param rewardWeights one per reward function
     * @param groupShares share of each group among the prompts of the run, summing to 1
     * @param history for an estimator that uses one, filled by {@link #normalise}; null otherwise
     */
    public AdvantageNormaliser(
            AdvantageOptions options,
            double[] rewardWeights,
            Map<String, Double> groupShares,
            @Nullable GroupHistory history) {
        if (options.estimator().usesHistory() != (history != null)) {
            throw new IllegalArgumentException(
                    "estimator = "
                            + options.estimator().spelling()
                            + ": history must be "
                            + (history == null ? "given" : "null"));
        }
        this.options = options;
        this.rewardWeights = rewardWeights.clone();
        this.groupShares = Map.copyOf(groupShares);
        this.progress =
                options.groupWeight().kind() == GroupWeight.Kind.DRO ? new GroupProgress() : null;
        this.history = history;
        this.estimator = estimator();
    }

    private AdvantageEstimator estimator() {
        Divisor std = options.std();
        double epsilon = options.epsilon();
        return switch (options.estimator()) {
            case GRPO -> new Grpo(std, epsilon);
            case DR_GRPO -> new DrGrpo();
            case RLOO -> new Rloo();
            case REINFORCE_PP -> new ReinforcePp(std, epsilon);
            case REINFORCE_PP_BASELINE -> new ReinforcePpBaseline(std, epsilon);
            case LITE_PPO -> new LitePpo(std, epsilon);
            case GDPO -> new Gdpo(rewardWeights, std, epsilon);
            case P_GRPO -> withHistory(new PGrpo(std, epsilon, options.baseline()));
            case P_GRPO_SHRUNK -> withHistory(new ShrunkPGrpo(epsilon, options.shrinkageScale()));
        };
    }

    private AdvantageEstimator withHistory(HistoryFormula formula) {
        return new HistoryEstimator(
                formula,
                history().orElseThrow(),
                options.order(),
                options.userShareCap(),
                new Grpo(options.std(), options.epsilon()));
    }

    /** The group history, for checkpoints and metrics. */
    public Optional<GroupHistory> history() {
        return Optional.ofNullable(history);
    }

    /** How far each group has come, where the group weights read it; for checkpoints. */
    public Optional<GroupProgress> progress() {
        return Optional.ofNullable(progress);
    }

    /** Advantages of one step; updates the history if there is one. */
    public Advantages normalise(List<PromptScores> step) {
        boolean[][] used = new boolean[step.size()][];
        List<PromptRewards> kept = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (int j = 0; j < used.length; j++) {
            used[j] = scored(step.get(j));
            if (count(used[j]) >= 2) {
                kept.add(rewards(step.get(j), used[j]));
                places.add(j);
            } else {
                used[j] = new boolean[used[j].length];
            }
        }
        double[][] advantages =
                kept.isEmpty() ? new double[0][] : estimator.advantages(rescaled(kept));
        if (progress != null) {
            progress.update(kept);
        }
        double clipRatio = clip(advantages);
        whiten(advantages);
        weigh(advantages, kept);
        scaleToTarget(advantages);
        return new Advantages(
                spread(advantages, places, used),
                used,
                step.size() - kept.size(),
                clipRatio,
                kept.isEmpty() ? 0 : estimator.fallbackPrompts() / (double) kept.size(),
                kept.isEmpty() ? 0 : estimator.cappedPrompts());
    }

    private boolean[] scored(PromptScores prompt) {
        boolean[] scored = new boolean[prompt.completions()];
        for (int i = 0; i < scored.length; i++) {
            scored[i] = !Double.isNaN(prompt.total(i, rewardWeights));
        }
        return scored;
    }

    private PromptRewards rewards(PromptScores prompt, boolean[] scored) {
        int size = count(scored);
        double[] rewards = new double[size];
        double[][] parts = new double[rewardWeights.length][size];
        int next = 0;
        for (int i = 0; i < scored.length; i++) {
            if (scored[i]) {
                rewards[next] = prompt.total(i, rewardWeights);
                for (int function = 0; function < parts.length; function++) {
                    parts[function][next] = prompt.scores()[function][i];
                }
                next++;
            }
        }
        return new PromptRewards(prompt.promptId(), prompt.group(), prompt.user(), rewards, parts);
    }

    private static int count(boolean[] flags) {
        int count = 0;
        for (boolean flag : flags) {
            count += flag ? 1 : 0;
        }
        return count;
    }

    /** Cuts to [-clip, clip]; returns the share that was cut. */
    private double clip(double[][] advantages) {
        double bound = options.advantageClip() > 0 ? options.advantageClip() : Double.MAX_VALUE;
        int clipped = 0;
        int total = 0;
        for (double[] row : advantages) {
            for (int i = 0; i < row.length; i++) {
                total++;
                if (Math.abs(row[i]) > bound) {
                    clipped++;
                    row[i] = Math.copySign(bound, row[i]);
                }
            }
        }
        return total == 0 ? 0 : clipped / (double) total;
    }

    private void whiten(double[][] advantages) {
        if (options.finalWhitening() == Whitening.BATCH_RMS) {
            multiply(advantages, 1 / (Math.max(LEAST_BATCH_RMS, rms(advantages)) + 1e-6));
        }
    }

    private void weigh(double[][] advantages, List<PromptRewards> prompts) {
        if (options.groupWeight().equals(GroupWeight.NONE)) {
            return;
        }
        Map<String, Double> factors =
                options.groupWeight()
                        .factors(groupShares, progress == null ? Map.of() : progress.shortfall());
        for (int j = 0; j < advantages.length; j++) {
            double factor = ofGroup(factors, prompts.get(j).group());
            multiply(new double[][] {advantages[j]}, factor);
        }
    }

    private static double ofGroup(Map<String, Double> values, String group) {
        Double value = values.get(group);
        if (value == null) {
            throw new IllegalArgumentException(
                    "group = "
                            + group
                            + ": has no share among the prompts of the run, which has "
                            + values.keySet());
        }
        return value;
    }

    private List<PromptRewards> rescaled(List<PromptRewards> prompts) {
        if (options.rewardRescaling() == RewardRescaling.NONE) {
            return prompts;
        }
        List<PromptRewards> rescaled = new ArrayList<>();
        for (PromptRewards prompt : prompts) {
            double share = ofGroup(groupShares, prompt.group());
            rescaled.add(prompt.times(options.rewardRescaling().factor(prompt.rewards(), share)));
        }
        return rescaled;
    }

    /**
     * By the size of what tells a prompt's completions apart. A history's advantages have an offset
     * besides, shared by all completions of a prompt; equal sizes of the whole would leave less of
     * the step to the differences that the policy learns from.
     */
    private void scaleToTarget(double[][] advantages) {
        double rms = rms(centred(advantages));
        if (options.advantageRms() > 0 && rms >= HistoryFormula.LEAST_SCALE) {
            multiply(advantages, options.advantageRms() / rms);
        }
    }

    private static void multiply(double[][] advantages, double factor) {
        for (double[] row : advantages) {
            for (int i = 0; i < row.length; i++) {
                row[i] *= factor;
            }
        }
    }

    private static double[][] centred(double[][] advantages) {
        double[][] centred = new double[advantages.length][];
        for (int j = 0; j < centred.length; j++) {
            double mean = Arrays.stream(advantages[j]).average().orElse(0);
            centred[j] = Arrays.stream(advantages[j]).map(a -> a - mean).toArray();
        }
        return centred;
    }

    private static double rms(double[][] advantages) {
        double squares = 0;
        int count = 0;
        for (double[] row : advantages) {
            for (double advantage : row) {
                squares += advantage * advantage;
                count++;
            }
        }
        return count == 0 ? 0 : Math.sqrt(squares / count);
    }

    private static double[][] spread(
            double[][] advantages, List<Integer> places, boolean[][] used) {
        double[][] values = new double[used.length][];
        for (int j = 0; j < used.length; j++) {
            values[j] = new double[used[j].length];
        }
        for (int k = 0; k < advantages.length; k++) {
            int j = places.get(k);
            int next = 0;
            for (int i = 0; i < used[j].length; i++) {
                if (used[j][i]) {
                    values[j][i] = advantages[k][next++];
                }
            }
        }
        return values;
    }
}
