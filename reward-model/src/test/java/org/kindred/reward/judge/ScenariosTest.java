package org.kindred.reward.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.WordHashEmbedder;

final class ScenariosTest {
    private static final WordHashEmbedder EMBEDDER = new WordHashEmbedder();
    private static final SeedTree SEEDS = SeedTree.root(1);

    @Test
    void fit_oneDomainAPrompt_takesDomainsInOrderOfName() {
        Scenarios.Fitted fitted = Scenarios.fit(rows(true), EMBEDDER, 3, SEEDS);

        assertThat(fitted.scenarios().centroids()).hasDimensions(2, 16);
        assertThat(fitted.ofPrompt()).containsEntry("bake bread dough 1", 0);
        assertThat(fitted.ofPrompt()).containsEntry("train bus ticket 1", 1);
        assertThat(fitted.scenarios().of("bake bread dough 3", EMBEDDER)).isZero();
        assertThat(fitted.scenarios().of("train bus ticket 3", EMBEDDER)).isEqualTo(1);
    }

    @Test
    void of_promptOfAnotherKind_isNone() {
        Scenarios.Fitted fitted = Scenarios.fit(rows(true), EMBEDDER, 3, SEEDS);

        assertThat(fitted.scenarios().of("quantum violin glacier mortgage", EMBEDDER))
                .isEqualTo(Scenarios.NONE);
    }

    @Test
    void fit_noDomains_clustersThePrompts() {
        Scenarios.Fitted fitted = Scenarios.fit(rows(false), EMBEDDER, 2, SEEDS);

        assertThat(fitted.scenarios().centroids()).hasDimensions(2, 16);
        assertThat(fitted.ofPrompt().get("bake bread dough 1"))
                .isEqualTo(fitted.ofPrompt().get("bake bread dough 5"))
                .isNotEqualTo(fitted.ofPrompt().get("train bus ticket 1"));
    }

    @Test
    void fit_fewPrompts_tellsNothingApart() {
        Scenarios.Fitted fitted = Scenarios.fit(rows(true), EMBEDDER, 9, SEEDS);

        assertThat(fitted.scenarios().centroids()).isEmpty();
        assertThat(fitted.scenarios().of("bake bread dough 3", EMBEDDER)).isEqualTo(Scenarios.NONE);
    }

    private static List<Preference> rows(boolean domains) {
        List<Preference> rows = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            boolean cooking = i % 2 == 0;
            String prompt = (cooking ? "bake bread dough " : "train bus ticket ") + (1 + i / 2);
            rows.add(
                    new Preference(
                            "p" + i,
                            "u",
                            List.of(Message.user(prompt)),
                            List.of(Message.assistant("yes")),
                            List.of(Message.assistant("no")),
                            domains ? (cooking ? "cooking" : "travel") : null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null));
        }
        return rows;
    }
}
