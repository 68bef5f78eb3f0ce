package org.kindred.eval.alignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.alignment.RewardReliability.Choice;
import org.kindred.policy.grpo.ScoreOutcome;

final class RewardReliabilityTest {
    private static final ScoreOutcome HIGH = new ScoreOutcome.Scored(7);
    private static final ScoreOutcome LOW = new ScoreOutcome.Scored(4);
    private static final ScoreOutcome FAILED = new ScoreOutcome.Failed("TIMEOUT", 2);
    private static final ScoreOutcome DECLINED = new ScoreOutcome.Abstained("no rubric");

    private static List<RewardReliability> of(List<Sample> samples, List<Choice> choices) {
        return RewardReliability.of(samples, choices, 200, SeedTree.root(1));
    }

    private static Sample sample(
            String policy, String user, String group, int prompt, double reward, double utility) {
        return new Sample(
                policy,
                user,
                true,
                true,
                group,
                group,
                user + "/r" + prompt,
                0,
                reward,
                utility,
                Double.NaN,
                2,
                "some text");
    }

    private static List<Sample> prompt(
            String user, String group, int prompt, double[] rewards, double[] utilities) {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < rewards.length; i++) {
            samples.add(sample("policy-" + i, user, group, prompt, rewards[i], utilities[i]));
        }
        return samples;
    }

    /**
     * Twelve users, four prompts, three policies; utility 0 to 1, a total that follows it or not.
     */
    private static List<Sample> simulated(long seed, double signal) {
        SplittableRandom random = SeedTree.root(seed).random();
        List<Sample> samples = new ArrayList<>();
        for (int user = 0; user < 12; user++) {
            for (int prompt = 0; prompt < 4; prompt++) {
                double easy = random.nextDouble(); // to the judge and in truth, of all policies
                for (int policy = 0; policy < 3; policy++) {
                    double utility = (easy + random.nextDouble()) / 2;
                    double total =
                            4 + 2 * easy + signal * utility + (1 - signal) * random.nextDouble();
                    samples.add(
                            sample("policy-" + policy, "u" + user, "g", prompt, total, utility));
                }
            }
        }
        return samples;
    }

    @Test
    void correlation_isWithinPrompts_inEachUsersDeviations() {
        List<Sample> samples = new ArrayList<>();
        samples.addAll(prompt("a", "g", 0, new double[] {4, 6, 8}, new double[] {0.2, 0.4, 0.9}));
        samples.addAll(prompt("b", "g", 0, new double[] {5, 5, 8}, new double[] {0.5, 0.1, 0.3}));
        // all worthless: a millionth more is not better
        samples.addAll(prompt("d", "g", 0, new double[] {1, 2}, new double[] {2e-6, 1e-6}));
        // one prompt's offset is no correlation; a single completion, or one without a score, none
        samples.addAll(prompt("b", "g", 1, new double[] {9, 9}, new double[] {0.9, 0.9}));
        samples.addAll(prompt("b", "g", 2, new double[] {1}, new double[] {0}));
        samples.addAll(prompt("c", "h", 0, new double[] {3, Double.NaN}, new double[] {0.5, 0.9}));
        List<RewardReliability> rows = of(samples, List.of());
        assertThat(rows).extracting(RewardReliability::group).containsExactly("all", "g");
        RewardReliability all = rows.get(0);
        assertThat(all.completions()).isEqualTo(8);
        // a: (-2, 0, 2) and (-.3, -.1, .4), 1.4 / sqrt(8 x .26), of 3; b: 0, of 5
        assertThat(all.correlation().mean())
                .isCloseTo(3 * 1.4 / Math.sqrt(8 * 0.26) / 8, within(1e-12));
        assertThat(all.accuracy().mean()).isNaN();
        assertThat(all.choices()).isZero();
    }

    @Test
    void accuracy_tiesAreOneHalf_andFailuresAreMissingWithTheirReasons() {
        List<Choice> choices =
                List.of(
                        new Choice("a", "g", HIGH, LOW),
                        new Choice("a", "g", LOW, HIGH),
                        new Choice("a", "g", HIGH, FAILED),
                        new Choice("b", "g", LOW, LOW),
                        new Choice("b", "g", HIGH, LOW),
                        new Choice("c", "h", FAILED, FAILED),
                        new Choice("c", "h", DECLINED, LOW));
        List<RewardReliability> rows = of(List.of(), choices);
        assertThat(rows).extracting(RewardReliability::group).containsExactly("all", "g", "h");
        RewardReliability all = rows.get(0);
        assertThat(all.accuracy().mean()).isCloseTo(2.5 / 4, within(1e-12));
        assertThat(all.choices()).isEqualTo(7);
        assertThat(all.unscored()).isEqualTo(3);
        assertThat(all.failures()).isEqualTo(Map.of("TIMEOUT", 3, "no rubric", 1));
        assertThat(all.correlation().mean()).isNaN();
        assertThat(rows.get(1).failures()).isEqualTo(Map.of("TIMEOUT", 1));
        RewardReliability unheard = rows.get(2);
        assertThat(unheard.accuracy().mean()).isNaN();
        assertThat(unheard.noise()).isTrue();
        assertThat(unheard.sentence())
                .isEqualTo(
                        "In group h, the reward has no scores of 2 of 2 held-out choices {TIMEOUT=2, no rubric=1}: not distinguishable from noise on 0 choices.");
    }

    @Test
    void scaleAndOffsetOfAUser_doNotChangeTheCorrelation() {
        List<Sample> samples = simulated(1, 0.6);
        List<Sample> rescaled =
                samples.stream()
                        .map(
                                s -> {
                                    int user = Integer.parseInt(s.userId().substring(1));
                                    return s.withReward(user - 3 + (0.1 + user) * s.reward());
                                })
                        .toList();
        RewardReliability before = of(samples, List.of()).get(0);
        RewardReliability after = of(rescaled, List.of()).get(0);
        assertThat(before.correlation().mean()).isBetween(0.5, 0.99);
        assertThat(after.correlation().mean()).isCloseTo(before.correlation().mean(), within(1e-9));
        assertThat(after.correlation().low()).isCloseTo(before.correlation().low(), within(1e-9));
    }

    /** However much prompts differ in both: what training compares is noise. */
    @Test
    void rewardWithoutSignal_hasAnIntervalAroundZero_andAWarning() {
        int around = 0;
        for (int seed = 0; seed < 40; seed++) {
            RewardReliability noise = of(simulated(seed, 0), List.of()).get(0);
            boolean covers = noise.correlation().low() < 0 && noise.correlation().high() > 0;
            around += covers ? 1 : 0;
            if (covers) {
                assertThat(noise.noise()).isTrue();
                assertThat(noise.sentence())
                        .endsWith("not distinguishable from noise on 144 completions.");
            }
        }
        assertThat(around).isGreaterThanOrEqualTo(35); // 38 expected
        RewardReliability signal = of(simulated(1, 0.6), List.of()).get(0);
        assertThat(signal.noise()).isFalse();
        assertThat(signal.sentence())
                .contains("correlates with the truth by 0.")
                .endsWith(": it is more than noise.");
    }

    @Test
    void onePolicy_orAJudgeThatTellsNothingApart_hasNoCorrelation_andNoZero() {
        List<Sample> one =
                simulated(1, 0.6).stream().filter(s -> s.policy().equals("policy-0")).toList();
        assertThat(of(one, List.of())).isEmpty();
        RewardReliability chosen = of(one, List.of(new Choice("u0", "g", HIGH, LOW))).get(0);
        assertThat(chosen.correlation().mean()).isNaN();
        assertThat(chosen.sentence()).doesNotContain("truth");
        List<Sample> alike = simulated(1, 0.6).stream().map(s -> s.withReward(0.1 + 0.2)).toList();
        RewardReliability row = of(alike, List.of()).get(0);
        assertThat(row.correlation().mean()).isNaN();
        assertThat(row.sentence()).contains("nothing can be told");
    }

    /** Right of every choice, but so few that guessing would be too. */
    @Test
    void fewChoices_areSaidToBeFew_andRightOnes_OfManyAreASignal() {
        List<Choice> choices = new ArrayList<>();
        for (int user = 0; user < 5; user++) {
            choices.add(new Choice("u" + user, "g", HIGH, LOW));
        }
        assertThat(of(List.of(), choices).get(0).sentence())
                .endsWith("not distinguishable from noise on 5 choices.");
        choices.add(new Choice("u5", "g", HIGH, LOW));
        RewardReliability six = of(List.of(), choices).get(0);
        assertThat(six.noise()).isFalse();
        List<Choice> wrong =
                choices.stream().map(c -> new Choice(c.userId(), "g", LOW, HIGH)).toList();
        RewardReliability against = of(List.of(), wrong).get(0);
        assertThat(against.noise()).isTrue();
        assertThat(against.sentence()).endsWith("worse than noise on 6 choices.");
        assertThat(of(List.of(), choices.subList(0, 4)).get(1).isShown(5)).isFalse();
    }
}
