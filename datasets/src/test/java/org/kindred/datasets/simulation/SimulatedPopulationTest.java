package org.kindred.datasets.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Leak;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.SplitCell;
import org.kindred.datasets.User;

final class SimulatedPopulationTest {
    private static final SimulatedPopulation WORLD =
            SimulatedPopulation.generate(SimulationOptions.defaults(), SeedTree.root(1));

    private static final SimulatedPopulation SMALL = small(7);

    private static SimulatedPopulation small(long seed) {
        return SimulatedPopulation.generate(
                SimulationOptions.defaults().withUsers(20), SeedTree.root(seed));
    }

    /** Text to the prompt it answers. */
    private static Map<String, String> texts(SimulatedPopulation world) {
        Map<String, String> texts = new TreeMap<>();
        for (Preference row : world.dataset().preferences()) {
            texts.put(row.chosenText(), row.promptText());
            texts.put(row.rejectedText(), row.promptText());
        }
        return texts;
    }

    private static List<Preference> targets(SimulatedPopulation world) {
        return world.dataset().preferences().stream()
                .filter(row -> "eval".equals(row.part()))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "EVERYDAY, 1",
        "EVERYDAY, 2",
        "EVERYDAY, 3",
        "EVERYDAY, 4",
        "EVERYDAY, 5",
        "PASTIMES, 1",
        "PASTIMES, 2",
        "PASTIMES, 3",
        "PASTIMES, 4",
        "PASTIMES, 5",
    })
    void choices_rewardKnowingTheUserAndNotOneOrderForAll(World general, long seed) {
        SimulatedPopulation world =
                SimulatedPopulation.generate(
                        SimulationOptions.of(general).withUsers(150), SeedTree.root(seed));
        Yardsticks yardsticks = Yardsticks.of(world, row -> true);

        assertThat(yardsticks.oracle()).isBetween(0.75, 0.90);
        assertThat(yardsticks.oneOrder()).isBetween(0.55, 0.65);
        // 24 noisy choices and six known traits, no help of other users.
        assertThat(yardsticks.ownFit()).isBetween(0.68, 0.78);
    }

    @ParameterizedTest
    @EnumSource(
            value = World.class,
            names = {"SEVEN_PERSONAS", "USE_CASES"})
    void choices_ofThePresets_areNeitherTrivialNorHopeless(World preset) {
        SimulatedPopulation world =
                SimulatedPopulation.generate(
                        SimulationOptions.of(preset).withUsers(100), SeedTree.root(1));
        Yardsticks yardsticks = Yardsticks.of(world, row -> true);

        assertThat(yardsticks.oracle()).isBetween(0.75, 0.90);
        assertThat(yardsticks.oneOrder()).isBetween(0.5, 0.65);
        assertThat(world.truth().groups()).hasSize(preset == World.USE_CASES ? 4 : 7);
    }

    @ParameterizedTest
    @EnumSource(World.class)
    void texts_ofEveryWorld_areFluentRelevantAndHaveAtMostOneAside(World preset) {
        SimulatedPopulation world =
                SimulatedPopulation.generate(
                        SimulationOptions.of(preset).withUsers(25), SeedTree.root(1));
        Map<Trait, Integer> counts = new TreeMap<>();
        texts(world)
                .forEach(
                        (text, prompt) -> {
                            Reading reading = world.truth().read(prompt, text);
                            assertThat(reading.fluency()).isEqualTo(1);
                            assertThat(reading.relevance()).isEqualTo(1);
                            List<Trait> asides =
                                    preset.language().asides().stream()
                                            .filter(trait -> reading.traits().get(trait) != 0)
                                            .toList();
                            assertThat(asides).hasSizeLessThanOrEqualTo(1);
                            asides.forEach(trait -> counts.merge(trait, 1, Integer::sum));
                        });

        assertThat(counts.keySet()).containsExactlyElementsOf(preset.language().asides());
        // 12 answers a prompt and four asides: 2.4 of them have each
        assertThat(counts.values())
                .allMatch(n -> n > 0.17 * texts(world).size() && n < 0.23 * texts(world).size());
    }

    /** Tables of several pages were measured on these bytes: change them with a reason only. */
    @ParameterizedTest
    @CsvSource({
        "EVERYDAY, b67529b0d01fc030696f8946d25f7c40315984d88548e7b73fd3107c0280b83b,"
                + "04e15209fdcc594dd513505b221c8aad1284d0b18952160aa177823650a21145",
        "PASTIMES, ba242086c26384722a8e18948a240edd7842e0e85d65d1b66e48632a98122143,"
                + "ca54165e7f0adaa3f3095f7187df1f10b656896b69d0d15807f21e3286a77caf",
    })
    void generalWorlds_seedOne_keepTheirBytes(
            World general, String preferences, String truth, @TempDir Path folder)
            throws Exception {
        SimulatedPopulation.generate(
                        SimulationOptions.of(general), SeedTree.root(1).child("population"))
                .write(folder.resolve("world"));

        assertThat(sha256(folder.resolve("world/preferences.jsonl"))).isEqualTo(preferences);
        assertThat(sha256(folder.resolve("world/truth.json"))).isEqualTo(truth);
    }

    private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    @Test
    void overlap_mixesTastesOfTwoGroups() {
        SimulationOptions apart = SimulationOptions.defaults().withUsers(80);
        LatentTruth mixed =
                SimulatedPopulation.generate(with(apart, 0.5, 0), SeedTree.root(3)).truth();
        LatentTruth pure = SimulatedPopulation.generate(apart, SeedTree.root(3)).truth();

        mixed.users()
                .forEach(
                        (id, person) -> {
                            LatentTruth.Second second = person.second();
                            assertThat(second.share()).isBetween(0.0, 0.5);
                            assertThat(second.group()).isNotEqualTo(person.group());
                            double own =
                                    mixed.groups()
                                            .get(person.group())
                                            .weights()
                                            .get("work")
                                            .get(Trait.WARMTH);
                            double other =
                                    mixed.groups()
                                            .get(second.group())
                                            .weights()
                                            .get("work")
                                            .get(Trait.WARMTH);
                            assertThat(mixed.weights(id, "work").get(Trait.WARMTH))
                                    .isCloseTo(
                                            own
                                                    + second.share() * (other - own)
                                                    + person.deviation().get(Trait.WARMTH),
                                            within(1e-12));
                        });
        assertThat(pure.users().values()).allMatch(person -> person.second() == null);
        assertThat(gap(mixed)).isLessThan(0.85 * gap(pure)); // half of a quarter less on average
    }

    /** Distance of the mean tastes of the two largest groups. */
    private static double gap(LatentTruth truth) {
        double sum = 0;
        for (Trait trait : World.EVERYDAY.language().traits()) {
            double difference = mean(truth, "brisk", trait) - mean(truth, "companion", trait);
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }

    private static double mean(LatentTruth truth, String group, Trait trait) {
        return truth.users().keySet().stream()
                .filter(id -> truth.groupOf(id).equals(group))
                .mapToDouble(id -> truth.weights(id, "work").get(trait))
                .average()
                .orElseThrow();
    }

    @Test
    void drift_makesEarlyChoicesOfAnotherTasteThanTargets() {
        SimulatedPopulation world =
                SimulatedPopulation.generate(
                        with(SimulationOptions.defaults().withUsers(80), 0, 1.5), SeedTree.root(3));
        double early = agreement(world, row -> row.slot() != null && row.slot() <= 6);
        double late = agreement(world, row -> row.slot() != null && row.slot() > 18);
        double targets = agreement(world, row -> row.slot() == null);

        assertThat(targets).isBetween(0.75, 0.90);
        assertThat(late).isCloseTo(targets, within(0.04));
        assertThat(early).isLessThan(targets - 0.05);
    }

    /** How many of the choices an oracle of today's tastes repeats. */
    private static double agreement(SimulatedPopulation world, Predicate<Preference> wanted) {
        return world.dataset().preferences().stream()
                .filter(wanted)
                .mapToInt(
                        row ->
                                world.truth()
                                                        .utility(
                                                                row.userId(),
                                                                row.promptText(),
                                                                row.chosenText())
                                                > world.truth()
                                                        .utility(
                                                                row.userId(),
                                                                row.promptText(),
                                                                row.rejectedText())
                                        ? 1
                                        : 0)
                .average()
                .orElseThrow();
    }

    private static SimulationOptions with(SimulationOptions options, double overlap, double drift) {
        SimulationOptions.People people = options.people();
        return new SimulationOptions(
                options.world(),
                new SimulationOptions.People(
                        people.users(),
                        people.groupShares(),
                        people.unseenShare(),
                        people.deviation(),
                        people.domainShift(),
                        overlap,
                        drift),
                options.texts(),
                options.pairs(),
                options.ratings());
    }

    @Test
    void write_overlapAndDrift_surviveTheFile(@TempDir Path folder) {
        SimulatedPopulation world =
                SimulatedPopulation.generate(
                        with(SimulationOptions.of(World.USE_CASES).withUsers(20), 0.3, 0.5),
                        SeedTree.root(1));
        world.truth().save(folder.resolve("truth.json"));

        assertThat(LatentTruth.load(folder.resolve("truth.json"))).isEqualTo(world.truth());
    }

    @ParameterizedTest
    @EnumSource(
            value = World.class,
            names = {"EVERYDAY", "PASTIMES"})
    void texts_ofOnePrompt_areDozensOfDifferentAnswers(World general) {
        SimulationOptions base = SimulationOptions.of(general).withUsers(60);
        SimulatedPopulation world =
                SimulatedPopulation.generate(
                        new SimulationOptions(
                                base.world(),
                                base.people(),
                                new SimulationOptions.Texts(8, 1, 8, 4, 60, 0.1),
                                base.pairs(),
                                base.ratings()),
                        SeedTree.root(1));
        Map<String, List<String>> byPrompt =
                texts(world).entrySet().stream()
                        .collect(
                                Collectors.groupingBy(
                                        Map.Entry::getValue,
                                        Collectors.mapping(
                                                Map.Entry::getKey, Collectors.toList())));
        for (Map.Entry<String, List<String>> answers : byPrompt.entrySet()) {
            List<String> texts = answers.getValue();
            assertThat(
                            texts.stream()
                                    .map(text -> world.truth().read(answers.getKey(), text))
                                    .map(Reading::traits)
                                    .distinct()
                                    .count())
                    .isGreaterThan(Math.round(0.9 * texts.size())); // styles as measured
            List<Set<String>> words =
                    texts.stream().map(Words::lowerCase).map(Set::copyOf).toList();
            double most = 0;
            for (int i = 1; i < words.size(); i++) {
                for (int j = 0; j < i; j++) {
                    most = Math.max(most, shared(words.get(i), words.get(j)));
                }
            }
            assertThat(most).isLessThan(0.8);
        }
    }

    /** Share of words that two texts have in common, of all their words. */
    private static double shared(Set<String> first, Set<String> second) {
        Set<String> union = new HashSet<>(first);
        union.addAll(second);
        return (double) (first.size() + second.size() - union.size()) / union.size();
    }

    @ParameterizedTest
    @EnumSource(
            value = World.class,
            names = {"EVERYDAY", "PASTIMES"})
    void choices_oracle_isGoodInEveryGroup(World general) {
        SimulatedPopulation world =
                SimulatedPopulation.generate(SimulationOptions.of(general), SeedTree.root(1));
        LatentTruth truth = world.truth();
        Map<String, int[]> counts = new TreeMap<>(); // right, all
        for (Preference row : targets(world)) {
            double chosen = truth.utility(row.userId(), row.promptText(), row.chosenText());
            double rejected = truth.utility(row.userId(), row.promptText(), row.rejectedText());
            int[] count = counts.computeIfAbsent(truth.groupOf(row.userId()), g -> new int[2]);
            count[0] += chosen > rejected ? 1 : 0;
            count[1]++;
        }

        assertThat(counts.values())
                .hasSize(4)
                .allSatisfy(c -> assertThat((double) c[0] / c[1]).isBetween(0.75, 0.90));
    }

    @Test
    void generate_sameSeed_givesTheSameBytes(@TempDir Path folder) throws IOException {
        SMALL.write(folder.resolve("one"));
        small(7).write(folder.resolve("two"));

        for (String name :
                List.of("preferences.jsonl", "users.jsonl", "manifest.json", "truth.json")) {
            assertThat(folder.resolve("two").resolve(name))
                    .hasSameBinaryContentAs(folder.resolve("one").resolve(name));
        }
        assertThat(
                        SimulatedPopulation.generate(
                                        SimulationOptions.defaults().withUsers(20),
                                        SeedTree.at(SMALL.manifest().seed()))
                                .dataset())
                .isEqualTo(SMALL.dataset());
    }

    @Test
    void generate_otherSeed_givesAnotherWorld() {
        // keeps the message short when the next line fails
        Set<String> shared = new HashSet<>(texts(SMALL).keySet());
        shared.retainAll(texts(small(2)).keySet());

        assertThat(shared).hasSizeLessThan(50); // of more than 1,000
    }

    @Test
    void write_thenRead_holdsNoGroupAndNoLeak(@TempDir Path folder) throws IOException {
        SMALL.write(folder.resolve("world"));

        CanonicalReader.Loaded loaded = CanonicalReader.read(folder.resolve("world"));
        LatentTruth truth = LatentTruth.load(folder.resolve("world/truth.json"));

        assertThat(loaded.quarantined()).isEmpty();
        assertThat(loaded.dataset()).isEqualTo(SMALL.dataset());
        assertThat(truth).isEqualTo(SMALL.truth());
        assertThat(loaded.dataset().users()).extracting(User::group).containsOnlyNulls();
        for (String name : List.of("users.jsonl", "preferences.jsonl", "manifest.json")) {
            String text = Files.readString(folder.resolve("world").resolve(name));
            for (String group : truth.groups().keySet()) {
                assertThat(text.contains('"' + group + '"')).as(name).isFalse();
            }
        }
        assertThat(Leak.check(loaded.dataset().preferences())).isEmpty();
    }

    @Test
    void load_truthOfAnotherLanguage_isRefused(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("truth.json");
        SMALL.truth().save(file);
        Files.writeString(
                file,
                Files.readString(file)
                        .replace(World.EVERYDAY.language().fingerprint(), "0123456789abcdef"));

        assertThatThrownBy(() -> LatentTruth.load(file))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("0123456789abcdef")
                .hasMessageContaining("simulate the data again");
    }

    @Test
    void rows_defaults_fillEveryCell() {
        List<Preference> rows = WORLD.dataset().preferences();

        assertThat(rows).hasSize(400 * (24 + 8 + 8 + 6));
        assertThat(rows).extracting(Preference::id).doesNotHaveDuplicates();
        Map<SplitCell, Long> cells =
                targets(WORLD).stream()
                        .filter(row -> SplitCell.of(row).isPresent())
                        .collect(
                                Collectors.groupingBy(
                                        row -> SplitCell.of(row).orElseThrow(),
                                        Collectors.counting()));
        assertThat(cells)
                .containsEntry(SplitCell.SEEN_KNOWN, 2_400L)
                .containsEntry(SplitCell.SEEN_NEW, 2_400L)
                .containsEntry(SplitCell.UNSEEN_KNOWN, 800L)
                .containsEntry(SplitCell.UNSEEN_NEW, 800L);
        assertThat(rows)
                .filteredOn(row -> row.split().equals(SplitCell.OUT_OF_DISTRIBUTION))
                .hasSize(400 * 6)
                .allMatch(row -> row.part().equals("eval") && row.itemSplit().equals("test"))
                .allMatch(
                        row -> WORLD.manifest().outOfDistributionDomains().contains(row.domain()));
        assertThat(WORLD.manifest().outOfDistributionDomains())
                .containsExactly("gardening", "music", "pets");
    }

    @Test
    void rows_slots_coverManyDomainsEarly() {
        WORLD.dataset()
                .byUser()
                .forEach(
                        (user, rows) -> {
                            List<Preference> fit =
                                    rows.stream().filter(row -> row.slot() != null).toList();
                            assertThat(fit).extracting(Preference::slot).isSorted().hasSize(24);
                            assertThat(fit.subList(0, 8))
                                    .extracting(Preference::domain)
                                    .doesNotHaveDuplicates();
                        });
    }

    @Test
    void rows_scores_agreeWithTheChoice() {
        assertThat(WORLD.dataset().preferences())
                .allMatch(row -> row.chosenScore() >= row.rejectedScore())
                .allMatch(row -> row.rejectedScore() >= 1 && row.chosenScore() <= 100);
    }

    @Test
    void users_groups_haveTheirSharesInBothSplits() {
        Map<String, Long> sizes =
                WORLD.truth().users().values().stream()
                        .collect(
                                Collectors.groupingBy(
                                        LatentTruth.Person::group, Collectors.counting()));
        assertThat(sizes) // 55, 25, 12 and 8 % of 400
                .containsEntry("brisk", 220L)
                .containsEntry("companion", 100L)
                .containsEntry("scholar", 48L)
                .containsEntry("drifter", 32L);
        long unseenDrifters =
                WORLD.dataset().preferences().stream()
                        .filter(row -> row.userSplit().equals("unseen"))
                        .map(Preference::userId)
                        .distinct()
                        .filter(id -> WORLD.truth().groupOf(id).equals("drifter"))
                        .count();
        assertThat(unseenDrifters).isEqualTo(8);
    }

    @Test
    void texts_ofThePool_areFewShortAndDifferent() {
        Map<String, String> texts = texts(WORLD);

        assertThat(texts.size() + WORLD.truth().prompts().size()).isLessThan(2_000);
        assertThat(texts.keySet())
                .hasSizeGreaterThan(1_500)
                .allMatch(text -> text.matches("[ -~]+"));
        assertThat(WORLD.truth().prompts().keySet())
                .hasSize(132) // 11 domains x 12
                .allMatch(prompt -> prompt.split(" ", -1).length <= 14 && prompt.endsWith("?"));
    }

    @Test
    void utility_brokenText_isBelowEveryPoolResponse() {
        LatentTruth truth = WORLD.truth();
        Map<String, String> texts = texts(WORLD);
        List<String> users = List.copyOf(truth.users().keySet()).subList(0, 60);
        double least = 1;
        double most = 0;
        for (Map.Entry<String, String> entry : texts.entrySet()) {
            Reading reading = truth.read(entry.getValue(), entry.getKey());
            for (String user : users) {
                double utility = truth.utility(user, entry.getValue(), reading);
                least = Math.min(least, utility);
                most = Math.max(most, utility);
            }
        }
        assertThat(least).isBetween(0.1, 0.2); // 0.2 + 0.6 m - 0.1 of the hardest prompt
        assertThat(most).isBetween(0.8, 0.9);
        String prompt = truth.prompts().keySet().iterator().next();
        String topic = truth.prompts().get(prompt).topic();
        for (String broken :
                List.of(
                        "",
                        topic,
                        (topic + " ").repeat(20),
                        "Happy dear friend joy hug smile luck " + topic + ".",
                        "happy happy happy happy happy happy",
                        "Qwe rty uio pas. Dfg hjk " + topic + ".")) {
            Reading reading = truth.read(prompt, broken);
            for (String user : users) {
                assertThat(truth.utility(user, prompt, reading)).isBetween(0.0, least / 2);
            }
        }
    }

    @Test
    void utility_ofAUser_isSharedByNobodyElse() {
        LatentTruth truth = WORLD.truth();
        Preference row = WORLD.dataset().preferences().get(0);

        assertThat(
                        truth.users().keySet().stream()
                                .map(
                                        user ->
                                                truth.utility(
                                                        user, row.promptText(), row.chosenText()))
                                .distinct()
                                .count())
                .isEqualTo(400);
    }

    @Test
    void utility_strangers_areRefusedWithoutTheirText() {
        LatentTruth truth = WORLD.truth();
        String user = truth.users().keySet().iterator().next();

        assertThatThrownBy(() -> truth.utility(user, "canary?", "x"))
                .isInstanceOf(KindredException.class)
                .hasMessageNotContaining("canary");
        assertThatThrownBy(() -> truth.groupOf("canary"))
                .isInstanceOf(KindredException.class)
                .hasMessageNotContaining("canary");
    }
}
