package org.kindred.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.Progress;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RewardModel;
import org.kindred.reward.RubricOutcome;
import org.kindred.reward.UserContext;

final class RewardedTextsTest {

    /** Scores a text by its length; of every third it has nothing to say. */
    private static final class HalfHearted implements RewardModel {
        @Override
        public String name() {
            return "half-hearted";
        }

        @Override
        public RubricOutcome rubric(UserContext user, String prompt) {
            return new RubricOutcome.Failed("none", 1);
        }

        @Override
        public List<ScoreOutcome> score(UserContext user, String prompt, List<String> responses) {
            int length = responses.get(0).length();
            return List.of(
                    length % 3 > 0
                            ? new ScoreOutcome.Scored(length)
                            : length % 2 > 0
                                    ? new ScoreOutcome.Failed("HTTP_400", 1)
                                    : new ScoreOutcome.Abstained("no rubric"));
        }
    }

    @Test
    void outcomes_areInOrder_andWhatHasNoScoreIsToldWithReasons() {
        List<RewardedTexts.Asked> asked =
                IntStream.range(1, 10)
                        .mapToObj(n -> new RewardedTexts.Asked("u" + n, "Why?", "a".repeat(n)))
                        .toList();
        List<ScoreOutcome> outcomes =
                new RewardedTexts(
                                new HalfHearted(),
                                id -> new UserContext(id, List.of()),
                                3,
                                Progress.NONE)
                        .of(asked, "answers");
        assertThat(outcomes).hasSize(9);
        assertThat(outcomes.get(0)).isEqualTo(new ScoreOutcome.Scored(1));
        assertThat(outcomes.get(2)).isInstanceOf(ScoreOutcome.Failed.class);
        assertThat(outcomes.get(7)).isEqualTo(new ScoreOutcome.Scored(8));
        assertThat(RewardedTexts.missing(outcomes, "answers"))
                .isEqualTo("the judge gave no score of 3 of 9 answers {HTTP_400=2, no rubric=1}");
        assertThat(RewardedTexts.missing(outcomes.subList(0, 2), "answers")).isBlank();
    }
}
