package org.kindred.reward.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.grpo.PolicyPrompt;

final class CurriculumTest {
    private static final int STEPS = 40;
    private static final int PLACES = 16;
    private static final CurriculumOptions DEFAULTS = CurriculumOptions.defaults();

    @TempDir Path folder;

    private final AtomicInteger measured = new AtomicInteger();

    /** A third each: easy (pass rate 1), hard (1/2) and very hard (0). */
    private Curriculum curriculum(int pairs) {
        Map<String, List<PolicyPrompt>> prompts = new TreeMap<>();
        Map<String, Double> rates = new TreeMap<>();
        for (int i = 0; i < pairs; i++) {
            String id = i % 3 + "-" + i;
            prompts.put(id, List.of(prompt(id + "/a"), prompt(id + "/b")));
            rates.put(id, i % 3 == 0 ? 1.0 : i % 3 == 1 ? 0.5 : 0.0);
        }
        return new Curriculum(
                prompts,
                DEFAULTS,
                STEPS,
                PLACES,
                () -> {
                    measured.incrementAndGet();
                    return rates;
                },
                folder,
                SeedTree.root(7));
    }

    private static PolicyPrompt prompt(String id) {
        return new PolicyPrompt(id, "g", null, new int[] {1});
    }

    private static double share(List<PolicyPrompt> block, String... kinds) {
        return (double)
                        block.stream()
                                .filter(p -> List.of(kinds).contains(p.id().substring(0, 1)))
                                .count()
                / block.size();
    }

    @Test
    void hardShare_risesFromAFifthToFourFifths() {
        assertThat(DEFAULTS.hardShare(0, 100)).isEqualTo(0.2);
        assertThat(DEFAULTS.hardShare(40, 100)).isCloseTo(0.5, within(1e-12)); // half of the ramp
        assertThat(DEFAULTS.hardShare(80, 100)).isCloseTo(0.8, within(1e-12));
        assertThat(DEFAULTS.hardShare(99, 100)).isCloseTo(0.8, within(1e-12));
    }

    @Test
    void at_everyStep_dealsTheSharesWithDistinctPairs() {
        Curriculum curriculum = curriculum(90);
        double early = 0;
        double late = 0;
        for (int step = 0; step < STEPS; step++) {
            List<PolicyPrompt> block = curriculum.at(step);
            assertThat(block).hasSize(PLACES);
            assertThat(block.stream().map(p -> p.id().split("/")[0])).doesNotHaveDuplicates();
            assertThat(share(block, "2")).isLessThanOrEqualTo(0.25 * 0.8 + 1.0 / PLACES);
            early += step < 4 ? share(block, "1", "2") / 4 : 0;
            late += step >= 36 ? share(block, "1", "2") / 4 : 0;
        }
        assertThat(early).isCloseTo(0.2 + 0.6 * 1.5 / 32, within(1.0 / PLACES));
        assertThat(late).isCloseTo(0.8, within(1.0 / PLACES));
        assertThat(measured).hasValue(4);
    }

    @Test
    void at_resumedRun_dealsAlikeWithoutMeasuringAgain() {
        List<PolicyPrompt> before = List.of();
        Curriculum first = curriculum(90);
        for (int step = 0; step <= 23; step++) {
            before = first.at(step);
        }
        assertThat(curriculum(90).at(23)).extracting(PolicyPrompt::id).isEqualTo(ids(before));
        assertThat(measured).hasValue(3);
    }

    private static List<String> ids(List<PolicyPrompt> prompts) {
        return prompts.stream().map(PolicyPrompt::id).toList();
    }

    @Test
    void at_poolsThatAreTooSmall_areFilledFromTheOthers() {
        Curriculum curriculum = curriculum(PLACES);
        for (int step = 0; step < STEPS; step++) {
            assertThat(curriculum.at(step).stream().map(p -> p.id().split("/")[0]))
                    .hasSize(PLACES)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void new_fewerPairsThanPlaces_isRefused() {
        assertThatThrownBy(() -> curriculum(PLACES - 1)).hasMessageContaining("prompts_per_step");
    }
}
