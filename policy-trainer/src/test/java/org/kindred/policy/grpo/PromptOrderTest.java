package org.kindred.policy.grpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.SeedTree;

final class PromptOrderTest {

    /** 16 prompts of group A, 3 of B, 1 of C. */
    private static List<PolicyPrompt> prompts() {
        List<PolicyPrompt> prompts = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String group = i < 16 ? "A" : i < 19 ? "B" : "C";
            prompts.add(new PolicyPrompt("p" + i, group, null, new int[] {i}));
        }
        return prompts;
    }

    private static PromptOrder order(int perStep, String sampling, long seed) {
        return new PromptOrder(
                prompts(), perStep, GroupSampling.parse(sampling), SeedTree.root(seed));
    }

    @Test
    void natural_visitsEachPromptOncePerEpoch_inANewOrderEachTime() {
        PromptOrder order = order(6, "natural", 1);
        List<List<String>> epochs = new ArrayList<>();
        for (int epoch = 0; epoch < 2; epoch++) {
            List<String> ids = new ArrayList<>();
            for (int block = 0; block < 3; block++) { // 2 of 20 prompts are left over
                order.next().forEach(p -> ids.add(p.id()));
            }
            assertThat(ids).hasSize(18).doesNotHaveDuplicates();
            epochs.add(ids);
        }
        assertThat(epochs.get(0)).isNotEqualTo(epochs.get(1));
    }

    @Test
    void order_dependsOnTheSeedAlone() {
        for (String sampling : List.of("natural", "balanced", "tempered:0.5")) {
            List<List<PolicyPrompt>> one = steps(order(5, sampling, 7), 9);
            assertThat(ids(steps(order(5, sampling, 7), 9))).isEqualTo(ids(one));
            assertThat(ids(steps(order(5, sampling, 8), 9))).isNotEqualTo(ids(one));
            PromptOrder resumed = order(5, sampling, 7);
            resumed.skip(4);
            assertThat(ids(steps(resumed, 5))).isEqualTo(ids(one.subList(4, 9)));
        }
    }

    private static List<List<PolicyPrompt>> steps(PromptOrder order, int count) {
        List<List<PolicyPrompt>> steps = new ArrayList<>();
        for (int step = 0; step < count; step++) {
            steps.add(order.next());
        }
        return steps;
    }

    private static List<String> ids(List<List<PolicyPrompt>> steps) {
        return steps.stream().flatMap(List::stream).map(PolicyPrompt::id).toList();
    }

    @Test
    void balanced_givesEveryGroupTheSamePlacesAndAllItsPrompts() {
        List<PolicyPrompt> drawn = new ArrayList<>();
        steps(order(6, "balanced", 3), 16).forEach(drawn::addAll);
        Map<String, Integer> places = new HashMap<>();
        Set<String> seen = new HashSet<>();
        for (PolicyPrompt prompt : drawn) {
            places.merge(prompt.group(), 1, Integer::sum);
            seen.add(prompt.id());
        }
        assertThat(places).isEqualTo(Map.of("A", 32, "B", 32, "C", 32));
        assertThat(seen).hasSize(20);
    }

    @Test
    void tempered_drawsGroupsByTheTemperedShare() {
        // shares .8 .15 .05 to the power .5: .8944 .3873 .2236, sum 1.5053
        Map<String, Double> places = new HashMap<>();
        for (List<PolicyPrompt> step : steps(order(8, "tempered:0.5", 3), 500)) {
            step.forEach(p -> places.merge(p.group(), 1 / 4000.0, Double::sum));
        }
        assertThat(places.get("A")).isCloseTo(.5942, within(.005));
        assertThat(places.get("B")).isCloseTo(.2573, within(.005));
        assertThat(places.get("C")).isCloseTo(.1485, within(.005));
    }

    @Test
    void morePlacesThanPrompts_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> order(21, "natural", 1))
                .withMessageContaining("prompts_per_step = 21");
    }

    @Test
    void groupSampling_isSpelledAsInTheVocabulary() {
        for (String text : List.of("natural", "balanced", "tempered:0.5")) {
            assertThat(GroupSampling.parse(text).spelling()).isEqualTo(text);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> GroupSampling.parse("tempered"));
        assertThatIllegalArgumentException().isThrownBy(() -> GroupSampling.parse("tempered:2"));
    }
}
