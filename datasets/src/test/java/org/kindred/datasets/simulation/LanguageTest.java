package org.kindred.datasets.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class LanguageTest {
    private static final Set<World> GENERAL = EnumSet.of(World.EVERYDAY, World.PASTIMES);

    /** Traits that the words of a phrase push, for example {@code WARMTH+}. */
    private static Set<String> pushes(Language language, String phrase) {
        return Words.lowerCase(phrase).stream()
                .map(language.markers()::get)
                .filter(marker -> marker != null)
                .map(marker -> marker.trait() + (marker.sign() > 0 ? "+" : "-"))
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @EnumSource(World.class)
    void vocabulary_hasAtLeastAThousandWords(World world) {
        assertThat(world.meter().vocabulary()).hasSizeGreaterThanOrEqualTo(1_000);
        assertThat(world.meter().vocabulary())
                .allMatch(word -> word.matches("[a-z]+|[0-9]+"))
                .contains("i")
                .containsAll(
                        world == World.PASTIMES
                                ? List.of("halyard", "presumably", "100")
                                : List.of("timetable", "perhaps", "90"));
    }

    @ParameterizedTest
    @EnumSource(World.class)
    void neutralPhrases_pushNoTrait(World world) {
        Language language = world.language();
        for (Language.Domain domain : language.domains()) {
            for (List<String> phrases :
                    List.of(domain.topics(), domain.actions(), domain.reasons())) {
                assertThat(phrases)
                        .allSatisfy(phrase -> assertThat(pushes(language, phrase)).isEmpty());
            }
        }
        for (String section : List.of("opener", "prefix", "connector", "link", "list", "reason")) {
            assertThat(language.phrases(section))
                    .isNotEmpty()
                    .allSatisfy(phrase -> assertThat(pushes(language, phrase)).isEmpty());
        }
    }

    @ParameterizedTest
    @EnumSource(World.class)
    void frames_pushTheirCertaintyAndFormalityAlone(World world) {
        Language language = world.language();
        for (int certainty = -1; certainty <= 1; certainty++) {
            for (int formality = -1; formality <= 1; formality++) {
                Set<String> wanted = new HashSet<>();
                if (certainty != 0) {
                    wanted.add("CERTAINTY" + (certainty > 0 ? "+" : "-"));
                }
                if (formality != 0) {
                    wanted.add("FORMALITY" + (formality > 0 ? "+" : "-"));
                }
                assertThat(language.frames(certainty, formality))
                        .hasSizeGreaterThanOrEqualTo(3)
                        .allMatch(frame -> frame.endsWith("{A}"))
                        .allSatisfy(frame -> assertThat(pushes(language, frame)).isEqualTo(wanted));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(World.class)
    void openersAndClosers_pushTheirTraitAlone(World world) {
        Language language = world.language();
        for (String kind : List.of("opener", "closer")) {
            for (Trait trait : language.traits()) {
                for (int sign : new int[] {1, -1}) {
                    assertThat(language.phrases(kind, trait, sign))
                            .filteredOn(phrase -> !phrase.contains("{")) // slots push as well
                            .allSatisfy(
                                    phrase ->
                                            assertThat(pushes(language, phrase))
                                                    .containsExactly(
                                                            trait + (sign > 0 ? "+" : "-")));
                }
            }
        }
        assertThat(language.phrasesStartingWith("opener")).allMatch(text -> text.contains("{T}"));
    }

    @ParameterizedTest
    @EnumSource(World.class)
    void asides_pushTheirTraitAlone(World world) {
        Language language = world.language();
        assertThat(language.asides()).hasSize(GENERAL.contains(world) ? 0 : 4);
        for (Trait trait : language.asides()) {
            assertThat(language.aside(trait))
                    .hasSizeGreaterThanOrEqualTo(9)
                    .allSatisfy(
                            phrase ->
                                    assertThat(pushes(language, phrase))
                                            .containsExactly(trait + "+"));
        }
    }

    @ParameterizedTest
    @EnumSource(World.class)
    void domains_haveTopicsQuestionsAndOwnWords(World world) {
        Language language = world.language();
        assertThat(language.domains()).hasSizeGreaterThanOrEqualTo(11);
        assertThat(language.domains()).filteredOn(Language.Domain::outOfDistribution).hasSize(3);
        for (Language.Domain domain : language.domains()) {
            assertThat(domain.topics()).hasSize(16).doesNotHaveDuplicates();
            assertThat(domain.questions())
                    .allMatch(question -> question.contains("{T}") && question.endsWith("?"))
                    .allMatch(question -> Words.of(question).size() <= 13); // a topic is two words
            assertThat(domain.actions())
                    .allSatisfy(
                            action ->
                                    assertThat(Words.of(action))
                                            .anyMatch(domain.ownWords()::contains));
        }
    }

    @Test
    void pastimes_shareNoWordOfStyleWithEverydayLife() {
        Language everyday = World.EVERYDAY.language();
        Language pastimes = World.PASTIMES.language();

        assertThat(pastimes.traits()).isEqualTo(everyday.traits());
        assertThat(pastimes.markers().keySet())
                .doesNotContainAnyElementsOf(everyday.markers().keySet());
        for (String section : List.of("list", "link", "number", "person", "city", "day")) {
            // Numerals before the points of a list are a closed class.
            assertThat(words(pastimes, section))
                    .filteredOn(word -> !Words.isListNumber(word))
                    .isNotEmpty()
                    .doesNotContainAnyElementsOf(words(everyday, section));
        }
    }

    /** Nor does a phrase of theirs hold a marker word of everyday life. */
    @Test
    void pastimes_shareNoPhraseWithEverydayLife() {
        Language everyday = World.EVERYDAY.language();
        Language pastimes = World.PASTIMES.language();

        assertThat(pastimes.domains()).hasSameSizeAs(everyday.domains());
        for (String kind :
                List.of(
                        "topic",
                        "question",
                        "action",
                        "reason",
                        "prefix",
                        "detail",
                        "opener",
                        "closer",
                        "link",
                        "connector",
                        "frame")) {
            assertThat(pastimes.phrasesStartingWith(kind))
                    .filteredOn(phrase -> !phrase.equals("{A}")) // the bare imperative
                    .isNotEmpty()
                    .doesNotHaveDuplicates()
                    .doesNotContainAnyElementsOf(everyday.phrasesStartingWith(kind))
                    .allSatisfy(phrase -> assertThat(pushes(everyday, phrase)).isEmpty());
        }
    }

    private static Set<String> words(Language language, String section) {
        return language.phrases(section).stream()
                .flatMap(line -> Words.lowerCase(line).stream())
                .filter(token -> !token.equals(","))
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @EnumSource(World.class)
    void resource_isPlainAscii(World world) {
        Language language = world.language();
        assertThat(language.phrasesStartingWith(""))
                .allMatch(line -> line.chars().allMatch(c -> c >= ' ' && c < 127));
        assertThat(language.fingerprint()).hasSize(16).isLowerCase();
        assertThat(language.markers().keySet())
                .allMatch(word -> word.equals(word.toLowerCase(Locale.ROOT)));
    }
}
