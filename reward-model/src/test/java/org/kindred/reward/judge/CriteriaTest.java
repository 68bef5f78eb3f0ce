package org.kindred.reward.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class CriteriaTest {

    @Test
    void profile_mixedText_countsWhatIsThere() {
        TextProfile text =
                TextProfile.of(
                        """
                        Hello there! Don't worry, it's easy.
                        1. Boil 250 ml of water.
                        - Add tea from Assam
                        Shall I explain (briefly)?? **Great**!""");

        assertThat(text.sentences()).isEqualTo(6); // a list line without a full stop is one too
        assertThat(text.listLines()).isEqualTo(2);
        assertThat(text.numbers()).isEqualTo(1); // 250; the list mark "1." is none
        assertThat(text.contractions()).isEqualTo(2); // Don't, it's
        assertThat(text.questionMarks()).isEqualTo(1); // "??" is one run
        assertThat(text.exclamationMarks()).isEqualTo(2);
        assertThat(text.imperatives()).isEqualTo(3); // Don't, Boil, Add
    }

    @Test
    void profile_curlyApostrophe_isReadAsStraight() {
        assertThat(TextProfile.of("it\u2019s").words()).containsExactly("it's");
    }

    @Test
    void profile_decimalNumber_isOneWord() {
        TextProfile text = TextProfile.of("Pay 1,250.50 euros.");

        assertThat(text.words()).containsExactly("pay", "1,250.50", "euros");
        assertThat(text.sentences()).isEqualTo(1);
    }

    @Test
    void profile_repeatedPhrase_isMeasured() {
        // triples: a b c, b c a, c a b, a b c (again) -> 1 of 4
        assertThat(TextProfile.of("a b c a b c").repeatedTriples()).isEqualTo(0.25);
        assertThat(TextProfile.of("a b").repeatedTriples()).isZero();
    }

    @Test
    void profile_blankText_isMeasuredWithoutError() {
        TextProfile text = TextProfile.of(" \n ");

        assertThat(text.words()).isEmpty();
        assertThat(text.sentences()).isEqualTo(1);
        assertThat(Criteria.measure(" \n "))
                .hasSize(Criteria.BANK.size())
                .doesNotContain(Double.NaN);
    }

    @Test
    void lexicon_entriesOfSeveralWords_areFound() {
        TextProfile text =
                TextProfile.of("For example, it depends on you; I think so. Thank you, of course.");

        assertThat(text.count(Lexicon.EXAMPLE)).isEqualTo(2); // "for example" and "example"
        assertThat(text.count(Lexicon.HEDGE)).isEqualTo(3); // it depends, depends on, i think
        assertThat(text.count(Lexicon.CERTAINTY)).isEqualTo(1); // of course
        assertThat(text.count(Lexicon.POLITE)).isEqualTo(2); // thank, thank you
    }

    @Test
    void measure_pairsOfTexts_pointTheNamedWay() {
        assertMore("length", "One two three four five six.", "One two.");
        assertMore("sentence_length", "One two three four.", "One two. Three four.");
        assertMore("word_length", "Considerable consequences", "A big end");
        assertMore("lists", "- a\n- b", "a and b");
        assertMore("formality", "Furthermore, it is advisable to wait.", "So just wait a bit.");
        assertMore("casualness", "Yeah, that's super cool stuff.", "That is a fine matter.");
        assertMore("questions", "Ready? Set?", "Ready. Set.");
        assertMore("exclamations", "Go now!", "Go now.");
        assertMore("numbers", "Take 3 of 10.", "Take some of them.");
        assertMore("steps", "First mix, then bake.", "Mix and bake.");
        assertMore("second_person", "You choose your way.", "They choose a way.");
        assertMore("first_person", "I like my way.", "They like a way.");
        assertMore("politeness", "Please wait, thank you.", "Wait here now, folks.");
        assertMore("greetings", "Good morning, all.", "The morning came, all.");
        assertMore("encouragement", "Well done, keep going.", "It is over, stop here.");
        assertMore("empathy", "I understand, that sounds hard.", "It is so, that is all.");
        assertMore("hedging", "Perhaps it may rain.", "Now it does rain.");
        assertMore("certainty", "It will definitely rain.", "It will also rain.");
        assertMore("caution", "Be careful of the risk.", "Be there by the lake.");
        assertMore("reasons", "We stay because it rains.", "We stay and it rains.");
        assertMore("evidence", "According to a study, it works.", "To my mind, it works well.");
        assertMore("instructions", "Take it. Turn it.", "It goes. It turns.");
        assertMore("names", "We met Anna in Rome.", "We met folks in town.");
        assertMore("emoji", "Nice :) work", "Nice good work");
        assertMore("code", "Run `ls` now", "Run it now");
    }

    @Test
    void bank_idsAndNames_areDistinctAndShort() {
        Set<String> ids = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (Criterion criterion : Criteria.BANK) {
            assertThat(ids.add(criterion.id())).as(criterion.id()).isTrue();
            for (boolean more : List.of(true, false)) {
                assertThat(names.add(criterion.name(more))).as(criterion.id()).isTrue();
                assertThat(criterion.name(more).split(" ")).hasSizeLessThanOrEqualTo(3);
            }
        }
        assertThat(Criteria.BANK).hasSizeGreaterThanOrEqualTo(20);
    }

    @Property(seed = "20261121", tries = 200)
    void measure_anyText_isFinite(@ForAll String text) {
        for (double value : Criteria.measure(text)) {
            assertThat(value).isFinite();
        }
    }

    @Test
    void scale_extremeText_isCutOff() {
        List<double[]> readings =
                List.of("a b", "a b c", "a b c d", "a b c d e", "a").stream()
                        .map(Criteria::measure)
                        .toList();
        CriteriaScale scale = CriteriaScale.fit(readings);
        int length = Criteria.index("length");

        assertThat(scale.standardise(Criteria.measure("word ".repeat(5_000)))[length])
                .isEqualTo(CriteriaScale.LIMIT);
        assertThat(scale.standardise(Criteria.measure("a b c"))[length])
                .isBetween(-CriteriaScale.LIMIT, CriteriaScale.LIMIT);
    }

    @Test
    void scale_criterionThatHardlyVaries_isSwitchedOff() {
        List<double[]> readings =
                List.of("a b", "a b c", "a b c d", "a b!", "a").stream()
                        .map(Criteria::measure)
                        .toList();

        // one text of five has an exclamation mark: fewer than three
        assertThat(CriteriaScale.fit(readings).deviation()[Criteria.index("exclamations")])
                .isZero();
    }

    private static void assertMore(String id, String more, String less) {
        int index = Criteria.index(id);
        assertThat(Criteria.measure(more)[index])
                .as(id)
                .isGreaterThan(Criteria.measure(less)[index]);
    }
}
