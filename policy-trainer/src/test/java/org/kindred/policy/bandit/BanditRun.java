package org.kindred.policy.bandit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.advantage.AdvantageNormaliser;
import org.kindred.policy.advantage.GroupHistory;
import org.kindred.policy.advantage.PromptScores;

/**
 * One run: 20 actions, a soft-max over a bias that all groups share plus logits of each group's
 * own, three groups of 80, 15 and 5 %, 300 steps of 32 prompts. Rewards of actions are uniform in
 * [0, 1], seen with noise 0.1.
 *
 * <pre>
 * g = 1 / (prompts * G) * sum A_ji (onehot(action_ji) - pi_p) + beta_t / prompts * sum_j dH(pi_p)/dlogits
 * bias += rate * g;  logits_p += rate * (the part of g from group p)
 * </pre>
 *
 * Random numbers are asked for in an order that does not depend on the method, so runs of one seed
 * are paired: same rewards, groups, offsets, noise and uniform numbers behind actions.
 */
final class BanditRun {
    static final List<String> GROUPS = List.of("A", "B", "C");
    private static final double[] SHARES = {.80, .15, .05};
    private static final int ACTIONS = 20;
    private static final int PROMPTS = 32;
    private static final int STEPS = 300;
    private static final double NOISE = .1;
    private static final String[] IDS = ids();

    private final BanditSetting setting;
    private final BanditArm arm;
    private final int completions;
    private final double rate;
    private final SplittableRandom random;
    private final double[][] rewards = new double[GROUPS.size()][ACTIONS];
    private final double[] bias = new double[ACTIONS];
    private final double[][] logits = new double[GROUPS.size()][ACTIONS];
    private final double[][] policy = new double[GROUPS.size()][ACTIONS];
    private final double[] drawn;
    private final AdvantageNormaliser normaliser;

    private BanditRun(
            BanditSetting setting, BanditArm arm, int completions, double rate, SeedTree seeds) {
        this.setting = setting;
        this.arm = arm;
        this.completions = completions;
        this.rate = rate;
        random = seeds.random();
        for (int p = 0; p < rewards.length; p++) {
            for (int k = 0; k < ACTIONS; k++) {
                rewards[p][k] = random.nextDouble() * (p > 0 ? setting.minorityScale() : 1);
            }
        }
        Map<String, Double> shares = new TreeMap<>();
        for (int p = 0; p < SHARES.length; p++) {
            shares.put(GROUPS.get(p), SHARES[p]);
        }
        drawn = new double[SHARES.length];
        double sum = 0;
        for (int p = 0; p < drawn.length; p++) {
            drawn[p] = Math.pow(SHARES[p], 1 - arm.sampling().exponent());
            sum += drawn[p];
        }
        for (int p = 0; p < drawn.length; p++) {
            drawn[p] /= sum;
        }
        GroupHistory history =
                arm.advantage().estimator().usesHistory()
                        ? GroupHistory.empty(arm.advantage().memory(), GROUPS, "bandit")
                        : null;
        normaliser = new AdvantageNormaliser(arm.advantage(), new double[] {1}, shares, history);
    }

    private static String[] ids() {
        String[] ids = new String[PROMPTS];
        for (int j = 0; j < PROMPTS; j++) {
            ids[j] = String.valueOf((char) ('!' + j));
        }
        return ids;
    }

    /**
     * Trains and looks at the exact policy.
     *
     * @return for each group the recovered share of the best action's advantage over a uniform
     *     choice, at most 1
     */
    static double[] scores(
            BanditSetting setting, BanditArm arm, int completions, double rate, SeedTree seeds) {
        BanditRun run = new BanditRun(setting, arm, completions, rate, seeds);
        for (int step = 0; step < STEPS; step++) {
            run.step(step);
        }
        return run.scores();
    }

    /** The share-weighted mean over groups. */
    static double mean(double[] scores) {
        double mean = 0;
        for (int p = 0; p < scores.length; p++) {
            mean += SHARES[p] * scores[p];
        }
        return mean;
    }

    private void step(int step) {
        softmax();
        int[] groups = new int[PROMPTS];
        int[][] actions = new int[PROMPTS][completions];
        List<PromptScores> scores = new ArrayList<>(PROMPTS);
        for (int j = 0; j < PROMPTS; j++) {
            scores.add(prompt(j, groups, actions[j]));
        }
        double[][] advantages = normaliser.normalise(scores).values();
        double beta = arm.entropy().at(step, STEPS);
        double[][] gradients = new double[GROUPS.size()][ACTIONS];
        for (int j = 0; j < PROMPTS; j++) {
            double[] pi = policy[groups[j]];
            double[] gradient = gradients[groups[j]];
            double sum = 0;
            for (int i = 0; i < completions; i++) {
                double weight = advantages[j][i] / (PROMPTS * (double) completions);
                gradient[actions[j][i]] += weight;
                sum += weight;
            }
            double entropy = beta == 0 ? 0 : entropy(pi);
            for (int k = 0; k < ACTIONS; k++) {
                gradient[k] -= sum * pi[k];
                if (beta != 0 && pi[k] > 0) {
                    gradient[k] -= beta / PROMPTS * pi[k] * (Math.log(pi[k]) + entropy);
                }
            }
        }
        for (int p = 0; p < gradients.length; p++) {
            for (int k = 0; k < ACTIONS; k++) {
                bias[k] += rate * gradients[p][k];
                logits[p][k] += rate * gradients[p][k];
            }
        }
    }

    /** Asks for the same random numbers in every setting. */
    private PromptScores prompt(int j, int[] groups, int[] actions) {
        double whose = random.nextDouble();
        double told = random.nextDouble();
        double offset = setting.offset() * random.nextGaussian();
        double factor = Math.exp(setting.spread() * random.nextGaussian());
        boolean shuffled = setting.randomLabels();
        int group = pick(shuffled ? SHARES : drawn, whose);
        groups[j] = group;
        double[] seen = new double[completions];
        for (int i = 0; i < completions; i++) {
            actions[i] = pick(policy[group], random.nextDouble());
            double mean = rewards[group][actions[i]];
            double noise = NOISE * random.nextGaussian();
            double success = random.nextDouble() < mean ? 1 : 0;
            seen[i] = setting.binary() ? success : mean * factor + offset + noise;
        }
        int label = shuffled ? pick(drawn, told) : group;
        return new PromptScores(IDS[j], GROUPS.get(label), null, new double[][] {seen});
    }

    private static int pick(double[] probabilities, double uniform) {
        double left = uniform;
        int k = 0;
        while (k < probabilities.length - 1 && left >= probabilities[k]) {
            left -= probabilities[k];
            k++;
        }
        return k;
    }

    private void softmax() {
        for (int p = 0; p < policy.length; p++) {
            double most = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < ACTIONS; k++) {
                most = Math.max(most, bias[k] + logits[p][k]);
            }
            double sum = 0;
            for (int k = 0; k < ACTIONS; k++) {
                policy[p][k] = Math.exp(bias[k] + logits[p][k] - most);
                sum += policy[p][k];
            }
            for (int k = 0; k < ACTIONS; k++) {
                policy[p][k] /= sum;
            }
        }
    }

    private static double entropy(double[] pi) {
        double entropy = 0;
        for (double probability : pi) {
            entropy -= probability > 0 ? probability * Math.log(probability) : 0;
        }
        return entropy;
    }

    private double[] scores() {
        softmax();
        double[] scores = new double[GROUPS.size()];
        for (int p = 0; p < scores.length; p++) {
            double expected = 0;
            double uniform = 0;
            double best = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < ACTIONS; k++) {
                expected += policy[p][k] * rewards[p][k];
                uniform += rewards[p][k] / ACTIONS;
                best = Math.max(best, rewards[p][k]);
            }
            scores[p] = (expected - uniform) / (best - uniform);
        }
        return scores;
    }
}
