package org.kindred.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.Task;
import org.kindred.eval.metric.RankedList;

/** What an answer ranks, read by training's validation and by evaluation. */
final class RankingTest {

    @Test
    void read_takesNumbersOfCandidates_eachOnce_inTheirOrder() {
        assertThat(Ranking.read("3, then 1; 3 again, 9, 0 and 12.", 4).places())
                .containsExactly(2, 0);
        assertThat(Ranking.read("none of them", 4).places()).isEmpty();
    }

    @Property(seed = "20261122", tries = 200)
    void evaluationAgreesWithValidation(
            @ForAll @Size(max = 12) List<@IntRange(min = 1, max = 20) Integer> numbers,
            @ForAll @IntRange(max = 14) int right) {
        List<Task.Candidate> candidates = new ArrayList<>();
        double[] labels = new double[15];
        labels[right] = 1;
        for (int i = 0; i < labels.length; i++) {
            candidates.add(new Task.Candidate("c" + i, "film", labels[i]));
        }
        Ranking ranking = Ranking.read(numbers.toString(), labels.length);
        Map<String, Double> validation = Ranking.metrics(List.of(ranking.rankOfTarget(candidates)));
        RankedList list = RankedList.named(ranking.places(), labels);
        assertThat(list.hit(1)).isEqualTo(validation.get("hr_1"));
        assertThat(list.hit(5)).isEqualTo(validation.get("hr_5"));
        assertThat(list.hit(10)).isEqualTo(validation.get("hr_10"));
        assertThat(list.ndcg(labels.length)).isCloseTo(validation.get("ndcg"), within(1e-12));
    }
}
