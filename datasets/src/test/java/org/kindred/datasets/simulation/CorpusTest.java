package org.kindred.datasets.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.Message;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.Task;

final class CorpusTest {

    @Test
    void write_aFewThousand_areDifferentAndLeaveOutWhatIsAsked() {
        Set<String> without = Set.of("How should I prepare my train trip?");

        List<Task> tasks = Corpus.write(World.EVERYDAY, 5_000, without, SeedTree.root(1));

        assertThat(tasks).extracting(Task::reference).doesNotHaveDuplicates().hasSize(5_000);
        assertThat(tasks).extracting(Task::domain).contains("pets", "travel");
        Set<String> prompts = new HashSet<>();
        tasks.forEach(task -> prompts.add(Message.text(task.prompt())));
        assertThat(prompts)
                .hasSizeGreaterThan(900)
                .doesNotContainAnyElementsOf(without); // of 1,056
        assertThat(tasks).isEqualTo(Corpus.write(World.EVERYDAY, 5_000, without, SeedTree.root(1)));
        assertThat(tasks.subList(0, 9))
                .isNotEqualTo(Corpus.write(World.EVERYDAY, 9, without, SeedTree.root(2)));
    }

    @Test
    void write_countOutOfRange_isRefused() {
        assertThatThrownBy(() -> Corpus.write(World.EVERYDAY, 0, Set.of(), SeedTree.root(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("examples = 0");
    }
}
