package org.kindred.reward.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.llm.ChainPrompts;
import org.kindred.reward.llm.LlmOptions;

final class ChainCollectionTest {
    private static final ChainDataOptions FOUR =
            new ChainDataOptions(4, 1, false, 0, 0, ChainDataOptions.Solo.MIXED);

    @TempDir Path folder;

    /** Four samples: right, right again, wrong, tie; for pairs that end in 3 all of them fail. */
    private static final class Teacher implements ChainWriter {
        private final List<ChainRequest> asked = new ArrayList<>();

        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public List<ChainOutcome> write(ChainRequest request, Samples samples) {
            asked.add(request);
            boolean first = request.responses().get(0).startsWith("good");
            List<ChainOutcome> outcomes = new ArrayList<>();
            for (int i = 0; i < samples.count(); i++) {
                double good = i == 2 ? 3 : i == 3 ? 5 : 8;
                double bad = i == 2 ? 8 : i == 3 ? 5 : 3;
                outcomes.add(
                        request.prompt().endsWith("3")
                                ? new ChainOutcome.Failed("TIMEOUT")
                                : new ChainOutcome.Written(
                                        first ? Chains.chain(good, bad) : Chains.chain(bad, good)));
            }
            return outcomes;
        }
    }

    private Path file() {
        return folder.resolve("chains.jsonl");
    }

    private boolean collect(Teacher teacher, ChainDataOptions options) {
        return new ChainCollection(teacher, options)
                .collect(file(), Chains.pairs("u", 4), 1, done -> {});
    }

    @Test
    void collect_keepsWhatRanksRightlyOnce() {
        Teacher teacher = new Teacher();
        assertThat(collect(teacher, FOUR)).isTrue();
        List<TeacherChain> lines = ChainCollection.read(file());
        assertThat(ChainCollection.tally(lines))
                .isEqualTo(
                        Map.of(
                                "kept",
                                3,
                                "duplicate",
                                3,
                                "wrong order",
                                3,
                                "tie",
                                3,
                                "failed: TIMEOUT",
                                4));
        assertThat(ChainCollection.kept(lines))
                .allSatisfy(
                        line -> {
                            assertThat(line.teacher()).isEqualTo("scripted");
                            assertThat(line.userId()).isEqualTo("u");
                            assertThat(line.criteria()).containsExactly("short answers", "numbers");
                        });
        assertThat(teacher.asked).allSatisfy(r -> assertThat(r.stated()).isNotEmpty());
    }

    @Test
    void collect_rejectedLines_holdNoText() throws IOException {
        collect(new Teacher(), FOUR);
        assertThat(Files.readAllLines(file()))
                .filteredOn(line -> line.contains("\"rejected\""))
                .allSatisfy(line -> assertThat(line).doesNotContain("\"text\""));
    }

    @Test
    void collect_again_goesOnAfterTheLastWholePair() throws IOException {
        collect(new Teacher(), FOUR);
        String whole = Files.readString(file());
        List<String> lines = Files.readAllLines(file());
        Files.write(file(), lines.subList(0, 6)); // the second pair is cut short
        Files.writeString(file(), "{\"user_id\":\"u", StandardOpenOption.APPEND);
        Teacher teacher = new Teacher();
        collect(teacher, FOUR);
        assertThat(Files.readString(file())).isEqualTo(whole);
        assertThat(teacher.asked).hasSize(3);
    }

    @Test
    void collect_budget_boundsTheSamples() {
        Teacher teacher = new Teacher();
        collect(teacher, new ChainDataOptions(4, 1, true, 13, 0, ChainDataOptions.Solo.MIXED));
        assertThat(teacher.asked).hasSize(3); // a fourth would make it 16
    }

    @Test
    void leaveOneOut_pastHoldsNotTheChoiceItself() {
        assertThat(Chains.pairs("u", 4))
                .allSatisfy(
                        pair ->
                                assertThat(pair.user().history())
                                        .hasSize(3)
                                        .noneMatch(row -> row.id().equals(pair.id())));
    }

    @Test
    void exchanges_soloToo_areFourAChainAndHideStatedWishes() {
        collect(new Teacher(), FOUR);
        ChainPrompts prompts =
                new ChainPrompts(
                        LlmOptions.defaults().with(LlmOptions.Prompt.COMPACT), SeedTree.root(1));
        List<TeacherChain> kept = ChainCollection.kept(ChainCollection.read(file()));
        ChainExamples examples = new ChainExamples(prompts, Chains.pairs("u", 4));
        assertThat(examples.exchanges(kept, false)).hasSize(3);
        // joint, rubric, two responses; "good 1" under the rubric is another question than "good 2"
        assertThat(examples.exchanges(kept, true))
                .hasSize(12)
                .filteredOn(ChainExamples.Exchange::solo)
                .hasSize(9);
        assertThat(new ChainExamples(prompts, List.of()).exchanges(kept, true)).isEmpty();
    }
}
