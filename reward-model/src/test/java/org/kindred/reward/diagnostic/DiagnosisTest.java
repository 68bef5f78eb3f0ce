package org.kindred.reward.diagnostic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.reward.UserContext;
import org.kindred.reward.chain.ChainCriterion;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.EvaluationChain;
import org.kindred.reward.chain.Samples;

final class DiagnosisTest {

    /** A judge that scores as it is told. */
    private interface Rule {
        double[] scores(ChainRequest request);
    }

    private static ChainWriter judge(Rule rule) {
        return new ChainWriter() {
            @Override
            public String name() {
                return "rule";
            }

            @Override
            public List<ChainOutcome> write(ChainRequest request, Samples samples) {
                double[] scores = rule.scores(request);
                return scores.length == 0
                        ? List.of(new ChainOutcome.Failed("TIMEOUT"))
                        : List.of(
                                new ChainOutcome.Written(
                                        new EvaluationChain(
                                                "p",
                                                List.of(),
                                                List.of(scores[0], scores[1]),
                                                List.of())));
            }
        };
    }

    private static Preference row(int number, String chosen, String rejected) {
        return new Preference(
                "r" + number,
                "u",
                List.of(Message.user("q" + number)),
                List.of(Message.assistant(chosen)),
                List.of(Message.assistant(rejected)),
                null,
                null,
                null,
                null,
                null,
                null,
                number,
                null,
                null,
                null,
                null);
    }

    private static Diagnosis diagnose(Rule rule, int pairs) {
        UserContext user = new UserContext("u", List.of(row(0, "likes short", "dislikes long")));
        List<JudgedPair> judged = new ArrayList<>();
        for (int i = 1; i <= pairs; i++) {
            String longer = "a long answer number " + i;
            Preference target = i % 2 == 0 ? row(i, longer, "s" + i) : row(i, "s" + i, longer);
            judged.add(new PairJudge(judge(rule), null).judge(user, target, "g" + i % 2));
        }
        return Diagnosis.of(judged);
    }

    @Test
    void of_alwaysFirstJudge_isHalfRightAndNeverConsistent() {
        Diagnosis diagnosis = diagnose(request -> new double[] {8, 2}, 40);
        assertThat(diagnosis.accuracy()).isEqualTo(.5);
        assertThat(diagnosis.positionConsistency()).isZero();
        assertThat(diagnosis.firstPreferred()).isEqualTo(1);
        assertThat(diagnosis.accuracyGiven()).isEqualTo(1);
        assertThat(diagnosis.accuracyTurned()).isZero();
    }

    @Test
    void of_longerIsBetterJudge_isFlagged() {
        Diagnosis diagnosis =
                diagnose(
                        r ->
                                new double[] {
                                    r.responses().get(0).length() / 10.0,
                                    r.responses().get(1).length() / 10.0
                                },
                        40);
        assertThat(diagnosis.longerPreferred()).isEqualTo(.5);
        assertThat(diagnosis.positionConsistency()).isEqualTo(1);
        assertThat(diagnosis.accuracy()).isEqualTo(.5);
        assertThat(diagnosis.byGroup()).containsEntry("g0", 1.0).containsEntry("g1", 0.0);
        assertThat(diagnosis.labelFlip()).isZero();
    }

    @Test
    void of_judgeThatReadsLabels_turnsWithThem() {
        Diagnosis diagnosis =
                diagnose(
                        request -> {
                            boolean likesShort =
                                    request.user()
                                            .history()
                                            .get(0)
                                            .chosenText()
                                            .startsWith("likes");
                            double sign = likesShort ? -1 : 1;
                            return new double[] {
                                5 + sign * request.responses().get(0).length() / 20.0,
                                5 + sign * request.responses().get(1).length() / 20.0
                            };
                        },
                        40);
        assertThat(diagnosis.labelFlip()).isEqualTo(1);
        assertThat(diagnosis.labelFlipLoss()).isEqualTo(0);
    }

    @Test
    void of_failures_lowerCoverageByExactlyTheirShare() {
        Diagnosis diagnosis =
                diagnose(
                        r ->
                                r.prompt().endsWith("0")
                                        ? new double[0]
                                        : new double[] {
                                            r.responses().get(0).length() / 10.0,
                                            r.responses().get(1).length() / 10.0
                                        },
                        100);
        assertThat(diagnosis.coverage()).isEqualTo(.9);
        assertThat(diagnosis.scored()).isEqualTo(.9);
        assertThat(diagnosis.failures().values()).containsExactly(10);
        // 50 of 100 are right; those ending in 0 are missing, neither right nor wrong
        assertThat(diagnosis.accuracy()).isEqualTo(40 / 90.0, within(1e-12));
    }

    @Test
    void of_threeConventions_areThePublishedOnes() {
        // design page, section 6: 90 % covered, 70 % right of those, remainder ties
        List<JudgedPair> pairs = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            double margin = i < 63 ? 1 : i < 90 ? -1 : 0;
            pairs.add(new JudgedPair("u", "g", 1, 1, margin, margin, Double.NaN, Double.NaN, null));
        }
        Diagnosis diagnosis = Diagnosis.of(pairs);
        assertThat(diagnosis.accuracyDecided()).isEqualTo(.70, within(1e-12));
        assertThat(diagnosis.accuracy()).isEqualTo(.68, within(1e-12));
        assertThat(diagnosis.accuracyTieWrong()).isEqualTo(.63, within(1e-12));
        assertThat(diagnosis.coverage()).isEqualTo(.9, within(1e-12));
        // one bin: 70 % right at any confidence, and the fitted slope says 70 %
        assertThat(diagnosis.slope()).isEqualTo(Math.log(.7 / .3), within(1e-6));
        assertThat(diagnosis.reliability())
                .containsExactly(
                        new Diagnosis.Bin(diagnosis.reliability().get(0).confidence(), .7, 90));
        assertThat(diagnosis.reliability().get(0).confidence()).isEqualTo(.7, within(1e-6));
        // 63 of 0.09, 27 of 0.49, ties of 0.25
        assertThat(diagnosis.brier()).isEqualTo(.63 * .09 + .27 * .49 + .1 * .25, within(1e-6));
    }

    @Test
    void of_statedTotals_areComparedWithRecomputedOnes() {
        // design page, section 6: stated "6.8" and "7.0" flip 7.1 and 6.9
        EvaluationChain chain =
                new EvaluationChain(
                        "p",
                        List.of(
                                new ChainCriterion("a", 50, List.of(7.0, 8.0)),
                                new ChainCriterion("b", 30, List.of(6.0, 7.0)),
                                new ChainCriterion("c", 20, List.of(9.0, 4.0))),
                        List.of(7.1, 6.9),
                        List.of(6.8, 7.0));
        Diagnosis diagnosis =
                Diagnosis.of(
                        List.of(new JudgedPair("u", "g", 1, 2, .2, .2, Double.NaN, -1, chain)));
        assertThat(diagnosis.fullBreakdown()).isEqualTo(1);
        assertThat(diagnosis.statedMismatch()).isEqualTo(1);
        assertThat(diagnosis.statedFlip()).isEqualTo(1);
        assertThat(diagnosis.aloneAgreement()).isZero();
    }
}
