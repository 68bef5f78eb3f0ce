package org.kindred.reward.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.TwoCamps;
import org.kindred.reward.UserContext;
import org.kindred.reward.WordHashEmbedder;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.ChainWriterContract;
import org.kindred.reward.chain.EvaluationChain;
import org.kindred.reward.chain.Samples;

final class RubricChainWriterTest extends ChainWriterContract {
    private static final Map<String, UserContext> STRANGERS =
            UserContext.byUser(TwoCamps.rows(4, 3, 99));

    private static RubricJudge judge;

    @BeforeAll
    static void fit() {
        judge =
                RubricJudge.fit(
                        TwoCamps.rows(16, 12, 1),
                        new WordHashEmbedder(),
                        JudgeOptions.fixed(),
                        SeedTree.root(1));
    }

    @Override
    protected ChainWriter writer() {
        return new RubricChainWriter(judge, SeedTree.root(7));
    }

    @Override
    protected ChainRequest request() {
        return new ChainRequest(
                STRANGERS.get("u02"),
                "How do I cook dish 3?",
                List.of(
                        TwoCamps.answer(2, 1, true, false),
                        TwoCamps.answer(2, 5, false, true),
                        " "));
    }

    @Test
    void write_oneSample_isTheExpectedUser() {
        EvaluationChain chain = chain(writer().write(request(), Samples.of(1)).get(0));

        assertThat(chain.persona())
                .isEqualTo(
                        judge.rubric(judge.posterior(STRANGERS.get("u02")), "How do I cook dish 3?")
                                .persona());
        assertThat(chain.scores().get(0)).isGreaterThan(chain.scores().get(1));
        assertThat(chain.scores().get(2)).as("blank response").isNull();
        assertThat(chain.criteria().stream().mapToDouble(c -> c.weight()).sum())
                .isEqualTo(100, within(1e-9));
        assertThat(chain.criteria()).allSatisfy(c -> assertThat(c.scores()).hasSize(3));
    }

    @Test
    void write_otherResponses_keepsTheRubrics() {
        ChainRequest others =
                new ChainRequest(request().user(), request().prompt(), List.of("Something else."));

        List<ChainOutcome> first = writer().write(request(), Samples.of(8));
        List<ChainOutcome> second = writer().write(others, Samples.of(8));

        for (int sample = 0; sample < 8; sample++) {
            assertThat(chain(second.get(sample)).persona())
                    .isEqualTo(chain(first.get(sample)).persona());
        }
    }

    private static EvaluationChain chain(ChainOutcome outcome) {
        return ((ChainOutcome.Written) outcome).chain();
    }
}
