package org.kindred.reward.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kindred.reward.UserContext;

final class BothOrdersTest {
    private static final ChainRequest REQUEST =
            new ChainRequest(new UserContext("u", List.of()), "q", List.of("a", "b"));

    /** Design page, section 6: order 1 gives (6, 7), order 2 gives slots (7.5, 6.5). */
    private static ChainWriter scripted(boolean failsTurned) {
        return new ChainWriter() {
            @Override
            public String name() {
                return "scripted";
            }

            @Override
            public List<ChainOutcome> write(ChainRequest request, Samples samples) {
                boolean given = request.responses().get(0).equals("a");
                if (!given && failsTurned) {
                    return List.of(new ChainOutcome.Failed("MALFORMED(no block)", 5));
                }
                List<Double> scores = given ? List.of(6.0, 7.0) : List.of(7.5, 6.5);
                return List.of(
                        new ChainOutcome.Written(
                                new EvaluationChain("p", List.of(), List.copyOf(scores), List.of()),
                                10));
            }
        };
    }

    @Test
    void write_twoOrders_averagesByResponse() {
        ChainOutcome outcome = new BothOrders(scripted(false)).write(REQUEST, Samples.of(1)).get(0);
        assertThat(((ChainOutcome.Written) outcome).chain().scores()).containsExactly(6.25, 7.25);
        assertThat(outcome.tokens()).isEqualTo(20);
    }

    @Test
    void write_responsesSwapped_swapsTheScores() {
        ChainOutcome outcome =
                new BothOrders(scripted(false)).write(REQUEST.reversed(), Samples.of(1)).get(0);
        assertThat(((ChainOutcome.Written) outcome).chain().scores()).containsExactly(7.25, 6.25);
    }

    @Test
    void write_oneOrderFails_isAFailure() {
        assertThat(new BothOrders(scripted(true)).write(REQUEST, Samples.of(1)))
                .containsExactly(new ChainOutcome.Failed("MALFORMED(no block)", 15));
    }

    @Test
    void stageReward_vectors_areThePublishedOnes() {
        StageReward reward = StageReward.criteria();
        assertThat(reward.of(.8, 7, 6)).isEqualTo(1.4);
        assertThat(reward.of(.8, 6, 7)).isEqualTo(.4);
        assertThat(reward.of(.2, 7, 6)).isEqualTo(1.1);
        assertThat(reward.of(.8, 7, 7)).as("a tie earns nothing").isEqualTo(.4);
        assertThat(reward.malformed(.8)).isEqualTo(-.1);
        assertThat(StageReward.outcomeOnly().of(.8, 7, 6)).isEqualTo(1.0);
    }
}
