package org.kindred.reward.judge;

import static org.kindred.reward.judge.Criterion.bipolar;
import static org.kindred.reward.judge.Criterion.presence;

import java.util.List;

/**
 * The bank of criteria in which a rubric is told, from what people say of a text to what a grammar
 * says: of two that explain a taste alike, the earlier one is named. Ids are stable.
 */
final class Criteria {

    static final List<Criterion> BANK =
            List.of(
                    bipolar(
                            "length",
                            "long answers",
                            "short answers",
                            text -> Math.log1p(text.words().size())),
                    presence("questions", "questions", t -> t.perSentence(t.questionMarks())),
                    presence(
                            "exclamations",
                            "exclamation marks",
                            t -> t.perSentence(t.exclamationMarks())),
                    presence("numbers", "numbers", t -> t.density(t.numbers())),
                    bipolar(
                            "lists",
                            "lists",
                            "flowing prose",
                            text -> Math.log1p(text.listLines())),
                    presence("enumeration", "numbered points", t -> Math.log1p(t.enumerated())),
                    presence("steps", "steps", t -> t.density(t.count(Lexicon.STEP))),
                    bipolar(
                            "formality",
                            "formal tone",
                            "informal tone",
                            text -> text.density(text.count(Lexicon.FORMAL))),
                    bipolar(
                            "casualness",
                            "casual tone",
                            "sober tone",
                            text -> text.density(text.count(Lexicon.CASUAL))),
                    presence("politeness", "polite phrases", t -> lexicon(t, Lexicon.POLITE)),
                    presence("greetings", "greetings", t -> lexicon(t, Lexicon.GREETING)),
                    presence(
                            "encouragement",
                            "encouragement",
                            t -> lexicon(t, Lexicon.ENCOURAGEMENT)),
                    presence("warmth", "warm words", t -> lexicon(t, Lexicon.WARMTH)),
                    presence("curtness", "blunt remarks", t -> lexicon(t, Lexicon.CURTNESS)),
                    presence("empathy", "empathy", t -> lexicon(t, Lexicon.EMPATHY)),
                    presence("humour", "humour", t -> lexicon(t, Lexicon.PLAYFUL)),
                    presence("hedging", "hedging", t -> lexicon(t, Lexicon.HEDGE)),
                    presence("certainty", "confident claims", t -> lexicon(t, Lexicon.CERTAINTY)),
                    presence("caution", "warnings", t -> lexicon(t, Lexicon.CAUTION)),
                    presence("reasons", "reasons", t -> lexicon(t, Lexicon.REASON)),
                    presence("examples", "examples", t -> lexicon(t, Lexicon.EXAMPLE)),
                    presence(
                            "time_and_place",
                            "dates, places",
                            t -> lexicon(t, Lexicon.TIME_AND_PLACE)),
                    presence("abstraction", "abstract talk", t -> lexicon(t, Lexicon.ABSTRACTION)),
                    presence("evidence", "evidence", t -> lexicon(t, Lexicon.EVIDENCE)),
                    presence("imagery", "imagery", t -> lexicon(t, Lexicon.STORY)),
                    presence("emoji", "emoji", t -> t.density(t.emoji())),
                    bipolar(
                            "sentence_length",
                            "long sentences",
                            "short sentences",
                            text -> Math.log1p((double) text.words().size() / text.sentences())),
                    bipolar(
                            "word_length",
                            "elaborate words",
                            "plain words",
                            text -> (double) text.letters() / Math.max(1, text.words().size())),
                    bipolar(
                            "variety",
                            "varied wording",
                            "simple wording",
                            // Guiraud's index: unlike the plain ratio it hardly falls with length
                            text -> text.distinctWords() / Math.sqrt(text.words().size() + 1)),
                    presence("commas", "nested clauses", t -> t.perSentence(t.commas())),
                    presence("contractions", "contractions", t -> t.density(t.contractions())),
                    presence(
                            "second_person",
                            "direct address",
                            t -> t.density(t.count(Lexicon.SECOND_PERSON))),
                    presence(
                            "first_person",
                            "first person",
                            t -> t.density(t.count(Lexicon.FIRST_PERSON))),
                    presence("instructions", "instructions", t -> t.perSentence(t.imperatives())),
                    presence("negation", "negative phrasing", t -> lexicon(t, Lexicon.NEGATION)),
                    presence("asides", "asides", t -> t.density(t.asides())),
                    presence("names", "names", t -> t.density(t.names())),
                    presence("emphasis", "marked emphasis", t -> t.density(t.emphasis())),
                    presence("code", "code", t -> t.density(t.code())),
                    presence("repetition", "repetition", TextProfile::repeatedTriples));

    private Criteria() {}

    /** Place of a criterion in the bank. */
    static int index(String id) {
        for (int i = 0; i < BANK.size(); i++) {
            if (BANK.get(i).id().equals(id)) {
                return i;
            }
        }
        throw new IllegalArgumentException("criterion = " + id + ": not in the bank");
    }

    /** Raw readings of all meters, in the order of the bank. */
    static double[] measure(String text) {
        TextProfile profile = TextProfile.of(text);
        return BANK.stream().mapToDouble(c -> c.meter().applyAsDouble(profile)).toArray();
    }

    private static double lexicon(TextProfile text, Lexicon lexicon) {
        return text.density(text.count(lexicon));
    }
}
