package org.kindred.datasets.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class LanguageTest {
    private static final Language LANGUAGE = Language.INSTANCE;

    /** Traits that the words of a phrase push, for example {@code WARMTH+}. */
    private static Set<String> pushes(String phrase) {
        return Words.lowerCase(phrase).stream()
                .map(LANGUAGE.markers()::get)
                .filter(marker -> marker != null)
                .map(marker -> marker.trait() + (marker.sign() > 0 ? "+" : "-"))
                .collect(Collectors.toSet());
    }

    @Test
    void vocabulary_hasAtLeastAThousandWords() {
        assertThat(LatentTruth.vocabulary()).hasSizeGreaterThanOrEqualTo(1_000);
        assertThat(LatentTruth.vocabulary())
                .allMatch(word -> word.matches("[a-z]+|[0-9]+"))
                .contains("i", "timetable", "perhaps", "90");
    }

    @Test
    void neutralPhrases_pushNoTrait() {
        for (Language.Domain domain : LANGUAGE.domains()) {
            for (List<String> phrases :
                    List.of(domain.topics(), domain.actions(), domain.reasons())) {
                assertThat(phrases).allSatisfy(phrase -> assertThat(pushes(phrase)).isEmpty());
            }
        }
        for (String section : List.of("opener", "prefix", "connector", "link", "list", "reason")) {
            assertThat(LANGUAGE.phrases(section))
                    .isNotEmpty()
                    .allSatisfy(phrase -> assertThat(pushes(phrase)).isEmpty());
        }
    }

    @Test
    void frames_pushTheirCertaintyAndFormalityAlone() {
        for (int certainty = -1; certainty <= 1; certainty++) {
            for (int formality = -1; formality <= 1; formality++) {
                Set<String> wanted = new HashSet<>();
                if (certainty != 0) {
                    wanted.add("CERTAINTY" + (certainty > 0 ? "+" : "-"));
                }
                if (formality != 0) {
                    wanted.add("FORMALITY" + (formality > 0 ? "+" : "-"));
                }
                assertThat(LANGUAGE.frames(certainty, formality))
                        .hasSizeGreaterThanOrEqualTo(3)
                        .allMatch(frame -> frame.endsWith("{A}"))
                        .allSatisfy(frame -> assertThat(pushes(frame)).isEqualTo(wanted));
            }
        }
    }

    @Test
    void openersAndClosers_pushTheirTraitAlone() {
        for (String kind : List.of("opener", "closer")) {
            for (Trait trait : Trait.values()) {
                for (int sign : new int[] {1, -1}) {
                    assertThat(LANGUAGE.phrases(kind, trait, sign))
                            .filteredOn(phrase -> !phrase.contains("{")) // slots push as well
                            .allSatisfy(
                                    phrase ->
                                            assertThat(pushes(phrase))
                                                    .containsExactly(
                                                            trait + (sign > 0 ? "+" : "-")));
                }
            }
        }
        assertThat(LANGUAGE.phrasesStartingWith("opener")).allMatch(text -> text.contains("{T}"));
    }

    @Test
    void domains_haveTopicsQuestionsAndOwnWords() {
        assertThat(LANGUAGE.domains()).hasSize(11);
        assertThat(LANGUAGE.domains()).filteredOn(Language.Domain::outOfDistribution).hasSize(3);
        for (Language.Domain domain : LANGUAGE.domains()) {
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
    void resource_isPlainAscii() {
        assertThat(LANGUAGE.phrasesStartingWith(""))
                .allMatch(line -> line.chars().allMatch(c -> c >= ' ' && c < 127));
        assertThat(LANGUAGE.fingerprint()).hasSize(16).isLowerCase();
        assertThat(LANGUAGE.markers().keySet())
                .allMatch(word -> word.equals(word.toLowerCase(Locale.ROOT)));
    }
}
