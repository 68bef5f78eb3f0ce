package org.kindred.reward.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.TinyPolicy;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.policy.tokenizer.Tokenizer;
import org.kindred.reward.chain.ChainText;
import org.kindred.reward.chain.Coverage;
import org.kindred.reward.chain.StageReward;
import org.kindred.reward.llm.ChainPrompts;
import org.kindred.reward.llm.LlmOptions;

final class ChainRewardTest {
    @TempDir Path folder;

    private static final String FIRST_WINS = ChainText.of(Chains.chain(8, 3), 0);
    private static final String SECOND_WINS = ChainText.of(Chains.chain(3, 8), 0);
    private static final String TIE = ChainText.of(Chains.chain(5, 5), 0);

    private List<ScoreOutcome> score(
            StageReward reward, Coverage coverage, boolean chosenFirst, String... completions) {
        AskedPair asked = Chains.asked(Chains.pairs("u", 2).get(0), chosenFirst);
        try (Tokenizer tokenizer = TinyPolicy.tokenizer(folder)) {
            ChainTask task =
                    new ChainTask(
                            new ChainPrompts(LlmOptions.defaults(), SeedTree.root(1)),
                            tokenizer,
                            64);
            return new ChainReward(List.of(asked), task, reward, coverage)
                    .score(asked.prompt(), List.of(completions));
        }
    }

    private static Coverage covers(double share) {
        return (user, chain, wishes) -> new ScoreOutcome.Scored(share);
    }

    private static ScoreOutcome scored(double value) {
        return new ScoreOutcome.Scored(value);
    }

    @Test
    void score_stageTwo_isEquationThree() {
        // p-genrm, section 6: PR .8 and OR 1 give 1.4, OR 0 gives .4, unreadable -.1, a tie OR 0
        assertThat(
                        score(
                                StageReward.criteria(),
                                covers(0.8),
                                true,
                                FIRST_WINS,
                                SECOND_WINS,
                                "no",
                                TIE))
                .containsExactly(scored(1.4), scored(0.4), scored(-0.1), scored(0.4));
    }

    @Test
    void score_chosenShownSecond_turnsTheOutcome() {
        assertThat(score(StageReward.criteria(), covers(0), false, FIRST_WINS, SECOND_WINS))
                .containsExactly(scored(0), scored(1));
    }

    @Test
    void score_outcomeOnly_doesNotAskForCoverage() {
        Coverage never =
                (user, chain, wishes) -> {
                    throw new AssertionError("asked");
                };
        assertThat(score(StageReward.outcomeOnly(), never, true, FIRST_WINS, TIE))
                .containsExactly(scored(1), scored(0));
    }

    @Test
    void score_coverageJudgeFails_leavesTheChainWithoutReward() {
        ScoreOutcome failed = new ScoreOutcome.Failed("TIMEOUT", 1);
        assertThat(score(StageReward.criteria(), (u, c, w) -> failed, true, FIRST_WINS, "no"))
                .containsExactly(failed, scored(-0.1));
    }

    @Test
    void score_withoutWishes_isTheOutcomeAlone() {
        ScoreOutcome none = new ScoreOutcome.Abstained("no wishes are known");
        assertThat(score(StageReward.criteria(), (u, c, w) -> none, true, FIRST_WINS))
                .containsExactly(scored(1));
    }

    @Test
    void numbers_ofVerdicts_countUnreadAsWrongAndTiesAsHalf() {
        AskedPair asked = Chains.asked(Chains.pairs("u", 2).get(0), true);
        List<ChainVerdict> verdicts =
                List.of(
                        ChainVerdict.of(asked, Chains.chain(8, 3)),
                        ChainVerdict.of(asked, Chains.chain(5, 5)),
                        ChainVerdict.of(asked, Chains.chain(3, 8)),
                        ChainVerdict.of(asked, null));
        assertThat(ChainMeasure.numbers(verdicts))
                .containsEntry("accuracy", 1.5 / 4)
                .containsEntry("parse_rate", 0.75)
                .containsEntry("tie_rate", 0.25);
    }

    @Test
    void mean_ofTwoOrders_averagesByResponse() {
        TrainingPair pair = Chains.pairs("u", 2).get(0);
        // p-genrm, section 6: order 1 gives (6, 7), order 2 slot 1 = 7.5, slot 2 = 6.5
        ChainVerdict both =
                ChainVerdict.of(Chains.asked(pair, true), Chains.chain(6, 7))
                        .mean(ChainVerdict.of(Chains.asked(pair, false), Chains.chain(7.5, 6.5)));
        assertThat(both.chosenScore()).isEqualTo(6.25);
        assertThat(both.rejectedScore()).isEqualTo(7.25);
        assertThat(both.right()).isZero();
    }
}
