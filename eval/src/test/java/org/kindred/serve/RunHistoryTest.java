package org.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.advantage.Moments;

final class RunHistoryTest {
    private static final double EPSILON = 1e-6;

    @TempDir Path folder;

    private RunHistory open() {
        return open(folder);
    }

    private static RunHistory open(Path folder) {
        return RunHistory.open(folder, () -> GroupMoments.EMPTY);
    }

    private static Item item(String id, double raw) {
        return new Item(id, "u", "p", "text " + raw, false);
    }

    private static Entry entry(String id, String group, double raw) {
        return Entry.scored(item(id, raw), raw, group);
    }

    private static StepKey step(long step) {
        return new StepKey(step, 0);
    }

    private static double reward(Entry entry) {
        return entry.reward() == null ? Double.NaN : entry.reward();
    }

    private static int status(Throwable refused) {
        return ((ServeException) refused).status();
    }

    @Test
    void frozen_normalisesByTheStepsBefore() {
        try (RunHistory history = open()) {
            List<Entry> first =
                    history.frozen(step(0), false, List.of(entry("0", "a", 2), entry("1", "a", 4)));
            assertThat(first).extracting(Entry::cold).containsExactly(true, true);
            assertThat(first).extracting(Entry::reward).containsExactly(0.0, 0.0);
            List<Entry> second =
                    history.frozen(step(1), false, List.of(entry("0", "a", 5), entry("1", "b", 9)));
            assertThat(reward(second.get(0))).isCloseTo((5 - 3) / (1 + EPSILON), within(1e-12));
            assertThat(second.get(1).cold()).isTrue();
            // another process of the same step: by the same statistics
            List<Entry> other = history.frozen(step(1), false, List.of(entry("1/0", "a", 3)));
            assertThat(reward(other.get(0))).isEqualTo(0);
            assertThat(other.get(0).cold()).isFalse();
            assertThat(history.group("a").count()).isEqualTo(4);
        }
    }

    @Test
    void batch_waitsForAllProcesses_andNormalisesByTheStepToo() {
        try (RunHistory history = open()) {
            CompletableFuture<List<Entry>> rank1 =
                    history.batch(
                            step(0), 4, true, List.of(entry("1/0", "a", 3), entry("1/1", "b", 7)));
            assertThat(rank1).isNotDone();
            CompletableFuture<List<Entry>> rank0 =
                    history.batch(
                            step(0), 4, true, List.of(entry("0/0", "a", 1), entry("0/1", "b", 7)));
            assertThat(reward(rank1.join().get(0)))
                    .isCloseTo((3 - 2) / (1 + EPSILON), within(1e-12));
            assertThat(reward(rank0.join().get(0)))
                    .isCloseTo((1 - 2) / (1 + EPSILON), within(1e-12));
            assertThat(rank0.join()).extracting(Entry::reward).element(1).isEqualTo(0.0);
            // both again, as after lost replies
            assertThat(
                            history.known(
                                    Normalise.BATCH,
                                    step(0),
                                    true,
                                    List.of(item("1/0", 3), item("1/1", 7))))
                    .extracting(Entry::reward)
                    .isEqualTo(rank1.join().stream().map(Entry::reward).toList());
            assertThat(history.steps()).isEqualTo(1);
        }
    }

    @Test
    void batch_moreItemsThanItsSize_isRefused() {
        try (RunHistory history = open()) {
            history.batch(step(0), 3, false, List.of(entry("0", "a", 1), entry("1", "a", 2)));
            assertThatThrownBy(
                            () ->
                                    history.batch(
                                            step(0),
                                            3,
                                            false,
                                            List.of(entry("2", "a", 1), entry("3", "a", 2))))
                    .hasMessageContaining("has come to 4 items, batch_size is 3")
                    .satisfies(e -> assertThat(status(e)).isEqualTo(409));
        }
    }

    @Test
    void stream_normalisesByTheWindowsBefore() {
        try (RunHistory history = open()) {
            assertThat(history.stream(2, List.of(entry("x", "a", 1))).get(0).cold()).isTrue();
            assertThat(history.stream(2, List.of(entry("y", "a", 3))).get(0).cold()).isTrue();
            Entry third = history.stream(2, List.of(entry("z", "a", 5))).get(0);
            assertThat(reward(third)).isCloseTo((5 - 2) / (1 + EPSILON), within(1e-12));
            // the last of a finished window again
            assertThat(history.known(Normalise.STREAM, null, false, List.of(item("y", 3))))
                    .extracting(Entry::cold)
                    .containsExactly(true);
            assertThat(history.group("a").count()).isEqualTo(3);
        }
    }

    @Test
    void sameRequestAgain_alsoAfterARestart_changesNothing() throws IOException {
        List<Entry> items = List.of(entry("0", "a", 2), entry("1", "a", 4), entry("2", "a", 9));
        List<Item> asked = List.of(item("0", 2), item("1", 4), item("2", 9));
        List<Entry> first;
        try (RunHistory history = open()) {
            history.frozen(step(0), true, items);
            first = history.frozen(step(1), false, items);
            assertThat(history.known(Normalise.FROZEN, step(1), false, asked)).isEqualTo(first);
            assertThat(history.frozen(step(1), false, items)).isEqualTo(first);
        }
        String before = Files.readString(folder.resolve(Journal.FILE));
        try (RunHistory history = open()) {
            assertThat(history.known(Normalise.FROZEN, step(1), false, asked)).isEqualTo(first);
            assertThat(history.group("a").count()).isEqualTo(6);
        }
        assertThat(folder.resolve(Journal.FILE)).hasContent(before);
    }

    @Test
    void olderStep_isRefused_unlessTheTrainerHasGoneBack() throws IOException {
        Path whole = folder.resolve("whole");
        Path gone = folder.resolve("gone");
        try (RunHistory history = open(whole)) {
            for (int s = 0; s < 4; s++) {
                history.frozen(step(s), s == 0, List.of(entry("0", "a", s), entry("1", "b", 3)));
            }
        }
        try (RunHistory history = open(gone)) {
            for (int s = 0; s < 3; s++) {
                double noise = s < 2 ? 0 : 5; // step 2 is made again, otherwise
                history.frozen(
                        step(s),
                        s == 0,
                        List.of(entry("0", "a", s + noise), entry("1", "b", 3 + noise)));
            }
            history.frozen(step(7), false, List.of(entry("0", "a", 1)));
            List<Entry> two = List.of(entry("0", "a", 2), entry("1", "b", 3));
            assertThatThrownBy(() -> history.frozen(step(2), false, two))
                    .hasMessageContaining("step = [2,0]: the run has come to [7,0]")
                    .satisfies(e -> assertThat(status(e)).isEqualTo(409));
            history.frozen(step(2), true, two);
            history.frozen(step(3), false, List.of(entry("0", "a", 3), entry("1", "b", 3)));
        }
        assertThat(Files.readString(gone.resolve(Journal.FILE)))
                .isEqualTo(Files.readString(whole.resolve(Journal.FILE)));
    }

    @Test
    void resumedAtTheNewestStep_otherCompletions_takeThePlaceOfTheOldOnes() {
        try (RunHistory history = open()) {
            history.frozen(step(0), true, List.of(entry("0/0", "a", 1), entry("1/0", "a", 2)));
            history.frozen(step(1), false, List.of(entry("0/0", "a", 10), entry("1/0", "a", 20)));
            // two processes of a restarted trainer, one of which writes what it wrote before
            history.frozen(step(1), true, List.of(entry("0/0", "a", 30)));
            assertThat(history.known(Normalise.FROZEN, step(1), true, List.of(item("0/0", 30))))
                    .isNotNull();
            history.frozen(step(1), true, List.of(entry("1/0", "a", 40)));
            assertThat(history.now().of("a").count()).isEqualTo(4);
            assertThat(history.now().of("a").mean()).isEqualTo((1 + 2 + 30 + 40) / 4.0);
        }
    }

    @Test
    void sameIdWithAnotherCompletion_isRefused() {
        try (RunHistory history = open()) {
            history.frozen(step(0), false, List.of(entry("0", "a", 1)));
            assertThatThrownBy(() -> history.frozen(step(0), false, List.of(entry("0", "a", 2))))
                    .hasMessageContaining("ids must be unique within a step")
                    .satisfies(e -> assertThat(status(e)).isEqualTo(409));
        }
    }

    @Test
    void evaluationAndUnscored_enterNoHistory() {
        try (RunHistory history = open()) {
            Item eval = new Item("e", "u", "p", "text", true);
            history.frozen(
                    step(0),
                    false,
                    List.of(
                            entry("0", "a", 1),
                            Entry.scored(eval, 100, "a"),
                            Entry.without(item("2", 0), Entry.ABSTAINED, "blank", "a")));
            assertThat(history.group("a")).isEqualTo(Moments.of(1));
        }
    }

    @Test
    void lastLineTornByACrash_isLeftOut_andComesAgain() throws IOException {
        List<Entry> one = List.of(entry("0", "a", 1), entry("1", "a", 2));
        try (RunHistory history = open()) {
            history.frozen(step(0), false, one);
            history.frozen(step(1), false, one);
        }
        Path journal = folder.resolve(Journal.FILE);
        Path newest = folder.resolve("step-1-0.jsonl");
        String whole = Files.readString(newest);
        Files.writeString(newest, whole + "{\"crc32c\":\"0123");
        Files.writeString(journal, Files.readString(journal) + "{\"crc3");
        try (RunHistory history = open()) {
            assertThat(history.group("a").count()).isEqualTo(4);
            history.frozen(step(1), false, List.of(entry("2", "a", 3)));
        }
        assertThat(Files.readString(newest)).startsWith(whole).doesNotContain("0123{");
        try (RunHistory history = open()) {
            assertThat(history.group("a").count()).isEqualTo(5);
        }
    }

    @Test
    void journalThatLacksTheStepBeforeTheNewest_isCompletedFromItsItems() throws IOException {
        List<Entry> one = List.of(entry("0", "a", 1), entry("1", "a", 2));
        try (RunHistory history = open()) {
            for (int s = 0; s < 3; s++) {
                history.frozen(step(s), false, one);
            }
        }
        Path journal = folder.resolve(Journal.FILE);
        String whole = Files.readString(journal);
        List<String> lines = Files.readAllLines(journal);
        Files.writeString(journal, lines.get(0) + "\n" + lines.get(1) + "\n");
        open().close();
        assertThat(journal).hasContent(whole);
    }

    @Test
    void damagedLine_isRefusedByName() throws IOException {
        try (RunHistory history = open()) {
            history.frozen(step(0), false, List.of(entry("0", "a", 1)));
            history.frozen(step(1), false, List.of(entry("0", "a", 1)));
        }
        Path journal = folder.resolve(Journal.FILE);
        byte[] bytes = Files.readAllBytes(journal);
        bytes[bytes.length - 20] ^= 1;
        Files.write(journal, bytes);
        assertThatThrownBy(this::open)
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("journal.jsonl is damaged: line 2: its checksum");
    }

    @Test
    void replaced_beginsWithOtherStatistics_toTheBit() {
        GroupMoments with = new GroupMoments(Map.of("a", Moments.of(.1, .7, 1e8)));
        try (RunHistory history = open()) {
            history.frozen(step(0), false, List.of(entry("0", "a", 1)));
            history.replace(Normalise.FROZEN, with);
        }
        try (RunHistory history = open()) {
            assertThat(history.now()).isEqualTo(with);
            assertThat(history.newestStep()).isNull();
            assertThat(reward(history.frozen(step(0), false, List.of(entry("0", "a", 3))).get(0)))
                    .isNegative();
        }
    }

    @Test
    void keptSteps_areBounded() throws IOException {
        try (RunHistory history = open()) {
            for (int s = 0; s < RunHistory.KEPT_STEPS + 5; s++) {
                history.frozen(step(s), false, List.of(entry("0", "a", s)));
            }
        }
        try (var files = Files.list(folder)) {
            assertThat(files.count()).isEqualTo(RunHistory.KEPT_STEPS + 1);
        }
    }

    /** Steps, retries, restarts with torn files, and going back, against a list of rewards. */
    @Property(seed = "20261201", tries = 10)
    void anyCourse_hasTheStatisticsOfItsRewards(
            @ForAll @LongRange(min = 0, max = 1 << 30) long seed) throws IOException {
        Path own = Files.createTempDirectory("history");
        var random = SeedTree.root(seed).random();
        TreeMap<Long, Map<String, List<Double>>> oracle = new TreeMap<>();
        RunHistory history = open(own);
        long now = 0;
        for (int act = 0; act < 12; act++) {
            boolean back = random.nextInt(6) == 0;
            now = back ? random.nextLong(now + 1) : now + 1 + random.nextInt(2);
            List<Entry> items = new ArrayList<>();
            Map<String, List<Double>> rewards = new TreeMap<>();
            for (int i = 0; i < 1 + random.nextInt(5); i++) {
                String group = "g" + random.nextInt(3);
                double raw = random.nextDouble() * 10 + act;
                items.add(entry(String.valueOf(i), group, raw));
                rewards.computeIfAbsent(group, g -> new ArrayList<>()).add(raw);
            }
            oracle.tailMap(now, true).clear();
            List<Entry> answers = history.frozen(step(now), back || act == 0, items);
            check(answers, oracle);
            oracle.put(now, rewards);
            if (random.nextInt(3) == 0) {
                assertThat(history.frozen(step(now), false, items)).isEqualTo(answers);
            }
            if (random.nextInt(4) == 0) {
                history.close();
                Path newest = own.resolve("step-" + now + "-0.jsonl");
                Files.writeString(newest, Files.readString(newest) + "{\"crc");
                history = open(own);
                assertThat(history.frozen(step(now), false, items)).isEqualTo(answers);
            }
            for (String group : List.of("g0", "g1", "g2")) {
                List<Double> all = all(oracle, group);
                assertThat(history.group(group).count()).isEqualTo(all.size());
            }
        }
        history.close();
        AtomicFiles.remove(own);
    }

    private static List<Double> all(TreeMap<Long, Map<String, List<Double>>> steps, String group) {
        List<Double> all = new ArrayList<>();
        steps.values().forEach(step -> all.addAll(step.getOrDefault(group, List.of())));
        return all;
    }

    /** Two passes over all rewards of the group so far. */
    private static void check(
            List<Entry> answers, TreeMap<Long, Map<String, List<Double>>> before) {
        for (Entry answer : answers) {
            List<Double> all = all(before, String.valueOf(answer.group()));
            double mean = all.stream().mapToDouble(r -> r).average().orElse(0);
            double squares = all.stream().mapToDouble(r -> (r - mean) * (r - mean)).sum();
            double std = Math.sqrt(squares / all.size());
            double raw = answer.raw() == null ? Double.NaN : answer.raw();
            assertThat(answer.cold()).isEqualTo(all.size() < 2);
            assertThat(reward(answer))
                    .isCloseTo(all.size() < 2 ? 0 : (raw - mean) / (std + EPSILON), within(1e-9));
        }
    }
}
