package org.kindred.reward.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class ChainTextTest {
    private static final ChainParser PARSER = new ChainParser(ChainParser.Totals.RECOMPUTED);

    private static EvaluationChain chain(ChainCriterion... criteria) {
        return new EvaluationChain(
                "Wants: short answers.\nAvoids: hedging.",
                List.of(criteria),
                List.of(1.0, 9.0),
                List.of());
    }

    private static final EvaluationChain CHAIN =
            chain(
                    new ChainCriterion("dates, places", 20, List.of(7.2, 3.0)),
                    new ChainCriterion("short answers", 50, List.of(6.4, 8.0)),
                    new ChainCriterion("no hedging", 30, List.of(5.0, 4.6)));

    @Test
    void of_chain_isReadBackHeaviestFirstWithAgreeingTotals() {
        EvaluationChain read = ((ChainParser.Read) PARSER.parse(ChainText.of(CHAIN, 0), 2)).chain();
        assertThat(read.persona()).isEqualTo("Wants: short answers. Avoids: hedging.");
        assertThat(read.criteria())
                .extracting(ChainCriterion::name)
                .containsExactly("short answers", "no hedging", "dates places");
        // 0.5 * 6 + 0.3 * 5 + 0.2 * 7 and 0.5 * 8 + 0.3 * 5 + 0.2 * 3, scores rounded
        assertThat(read.scores()).containsExactly(5.9, 6.1);
        assertThat(read.statedScores()).containsExactly(5.9, 6.1);
    }

    @Test
    void of_chain_reasonsBeforeItStatesTotals() {
        String text = ChainText.of(CHAIN, 0);
        assertThat(text.indexOf("better_response")).isGreaterThan(text.indexOf("B. Scores"));
    }

    @Test
    void of_fewerCriteria_sharesTheirWeights() {
        EvaluationChain read = ((ChainParser.Read) PARSER.parse(ChainText.of(CHAIN, 2), 2)).chain();
        // 50 : 30 is 62.5 : 37.5; the odd per cent goes to the heavier
        assertThat(read.criteria()).extracting(ChainCriterion::weight).containsExactly(63.0, 37.0);
    }

    @Test
    void rubric_chain_isOneThatCanBeRead() throws JudgeReply.Unreadable {
        assertThat(ChainParser.parts(ChainText.rubric(CHAIN, 2)).object().toString())
                .isEqualTo(
                        "{\"criteria\":[{\"name\":\"short answers\",\"weight\":63},"
                                + "{\"name\":\"no hedging\",\"weight\":37}]}");
    }

    @Test
    void alone_secondResponse_keepsItsScores() {
        String text = ChainText.of(ChainText.alone(CHAIN, 1), 0);
        assertThat(((ChainParser.Read) PARSER.parse(text, 1)).chain().scores())
                .containsExactly(6.1);
    }

    @Test
    void of_chainWithoutBreakdown_isRefused() {
        assertThatThrownBy(() -> ChainText.of(chain(), 0))
                .hasMessageContaining("at least 2 are needed");
    }

    @Property(seed = "20261122", tries = 200)
    void of_anyWeights_areWholePerCentsOfSum100(
            @ForAll @Size(min = 2, max = 7)
                    List<@DoubleRange(min = 0.01, max = 100) Double> weights) {
        List<ChainCriterion> criteria = new ArrayList<>();
        for (double weight : weights) {
            String name = "trait " + (char) ('a' + criteria.size());
            criteria.add(new ChainCriterion(name, weight, List.of(4.0, 5.0)));
        }
        EvaluationChain read =
                ((ChainParser.Read)
                                PARSER.parse(
                                        ChainText.of(
                                                chain(criteria.toArray(ChainCriterion[]::new)), 0),
                                        2))
                        .chain();
        assertThat(read.criteria().stream().mapToDouble(ChainCriterion::weight).sum())
                .isEqualTo(100);
        assertThat(read.statedScores()).containsExactly(4.0, 5.0);
    }
}
