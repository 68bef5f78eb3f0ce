package org.kindred.eval.alignment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.SeedTree;

/** What is shown of few people, and what is said of completions that are no texts. */
final class SmallGroupsTest {

    private static Sample sample(String policy, int user, boolean seen, String group, String text) {
        return new Sample(
                policy, "u" + user, seen, true, group, group, "r" + user, 0, 5, user, 5, 3, text);
    }

    private static List<Sample> samples() {
        List<Sample> samples = new ArrayList<>();
        for (String policy : List.of("sft", "grpo")) {
            for (int user = 0; user < 14; user++) {
                boolean few = user < 6; // five of them seen, one unseen
                samples.add(
                        sample(
                                policy,
                                user,
                                user != 5,
                                few ? "few" : "many",
                                "words of " + policy));
            }
        }
        return samples;
    }

    @Test
    void shown_leavesOutUsersOfSmallGroups_whoCountAmongAll() {
        Map<String, String> labels = new TreeMap<>();
        for (int user = 0; user < 7; user++) {
            labels.put("u" + user, user == 0 ? "alone" : "many");
        }
        assertThat(SmallGroups.shown(labels, 5)).hasSize(6).doesNotContainValue("alone");
        assertThat(SmallGroups.shown(labels, 1)).isEqualTo(labels);
        List<Sample> samples = new ArrayList<>();
        for (Sample sample : samples()) {
            samples.add(sample.group().equals("few") ? sample.withGroup(Alignment.ALL) : sample);
        }
        Alignment alignment =
                Alignment.of(samples, List.of("sft", "grpo"), "labels", 100, SeedTree.root(1));
        assertThat(alignment.rows())
                .filteredOn(row -> row.grouping().equals(Alignment.GROUP))
                .extracting(Alignment.Row::group)
                .containsOnly("all", "many");
        assertThat(alignment.rows().get(0).users()).isEqualTo(14);
        assertThat(alignment.winRates()).extracting(WinRate::group).containsOnly("all", "many");
    }

    /** A group of six with one member among the unseen users: a row about one person. */
    @Test
    void shown_leavesOutRowsOfCells_thatRestOnFewUsersOfAGroup() {
        Alignment whole =
                Alignment.of(samples(), List.of("sft", "grpo"), "labels", 100, SeedTree.root(1));
        Alignment shown = whole.shown(5);
        assertThat(whole.rows()).anyMatch(row -> row.group().equals("few") && row.users() == 1);
        assertThat(shown.rows())
                .noneMatch(row -> !row.group().equals("all") && row.users() < 5)
                .anyMatch(row -> row.group().equals("few") && row.users() == 6);
        assertThat(shown.comparisons())
                .noneMatch(row -> !row.group().equals("all") && row.difference().clusters() < 5);
        assertThat(shown.summary("grpo")).isPresent();
        assertThat(shown.summaries()).noneMatch(row -> row.cell().equals("unseen_users/in_domain"));
        assertThat(whole.shown(1)).isEqualTo(whole);
    }

    @Test
    void legibility_namesPoliciesWithoutReadableText() {
        List<Sample> samples = new ArrayList<>();
        for (int user = 0; user < 4; user++) {
            samples.add(sample("good", user, true, "g", "Some words, said well.").withReward(1));
            samples.add(sample("garbage", user, true, "g", user < 2 ? " \u200b.,! 12" : "word"));
        }
        // utility is the number of the user here: u0 has nothing from either
        List<String> warnings =
                new Legibility(Stream.of("word")).warnings(samples, List.of("good", "garbage"));
        assertThat(warnings)
                .hasSize(1)
                .first()
                .asString()
                .startsWith("garbage wrote no readable text in 2 of 4 completions");
    }

    @Test
    void legibility_wordsThatNobodyUses_areBroken_whereTheDataHoldALanguage() {
        Stream<String> data =
                Stream.iterate(0, i -> i + 1).limit(2_500).map(i -> "word" + letters(i));
        Legibility known = new Legibility(data);
        assertThat(known.broken(sample("p", 1, true, "g", "wordaaa wordaab qzx"))).isFalse();
        assertThat(known.broken(sample("p", 1, true, "g", "thequ camxxo wordaaa ofzz"))).isTrue();
        assertThat(new Legibility(Stream.of("few")).broken(sample("p", 1, true, "g", "qzx zzq")))
                .isFalse();
    }

    private static String letters(int number) {
        return ""
                + (char) ('a' + number / 676)
                + (char) ('a' + number / 26 % 26)
                + (char) ('a' + number % 26);
    }
}
