package org.kindred.reward.judge;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What the criteria read in a text, counted in one pass.
 *
 * @param words lower-case words and numbers in order; an apostrophe inside a word stays
 * @param letters letters and digits inside words
 * @param sentences pieces between full stops, question and exclamation marks and line breaks, at
 *     least 1
 * @param questionMarks runs of marks count once
 * @param exclamationMarks likewise
 * @param numbers words that hold a digit
 * @param listLines lines that open with a bullet or a number and a dot or bracket
 * @param enumerated different marks of an enumeration anywhere in a text: {@code 1)}, {@code 2.} at
 *     the start of a sentence, and words such as "First," or "Finally," that open one
 * @param contractions words with an apostrophe inside
 * @param names words with a capital that do not open a sentence, "I" apart
 * @param imperatives sentences whose first word often opens an instruction
 * @param commas commas and semicolons
 * @param asides brackets, dashes between words, colons
 * @param emphasis marked words and headings, words in capitals
 * @param emoji pictographs and text smileys
 * @param code back-ticks, braces, tags, operators
 * @param repeatedTriples share of three-word runs that stood in the text before
 * @param distinctWords different words
 * @param lexicons entries of each word list
 */
record TextProfile(
        List<String> words,
        int letters,
        int sentences,
        int questionMarks,
        int exclamationMarks,
        int numbers,
        int listLines,
        int enumerated,
        int contractions,
        int names,
        int imperatives,
        int commas,
        int asides,
        int emphasis,
        int emoji,
        int code,
        double repeatedTriples,
        int distinctWords,
        Map<Lexicon, Integer> lexicons) {

    static TextProfile of(String text) {
        return new Scanner(text.replace('\u2019', '\'').replace('\u2018', '\'')).scan();
    }

    int count(Lexicon lexicon) {
        return lexicons.getOrDefault(lexicon, 0);
    }

    /** Occurrences per hundred words, damped for very short texts, on a logarithmic scale. */
    double density(int count) {
        return Math.log1p(100.0 * count / (words.size() + 10));
    }

    /** Occurrences per sentence, on a logarithmic scale. */
    double perSentence(int count) {
        return Math.log1p((double) count / sentences);
    }

    private static final class Scanner {
        private final String text;
        private final List<String> words = new ArrayList<>();
        private int letters;
        private int sentences;
        private int questionMarks;
        private int exclamationMarks;
        private int numbers;
        private int listLines;
        private final Set<String> enumerated = new HashSet<>();
        private int contractions;
        private int names;
        private int imperatives;
        private int commas;
        private int asides;
        private int emphasis;
        private int emoji;
        private int code;
        private boolean sentenceOpen; // a word was read since the last sentence end
        private boolean lineStart = true;

        Scanner(String text) {
            this.text = text;
        }

        TextProfile scan() {
            int at = 0;
            while (at < text.length()) {
                int symbol = text.codePointAt(at);
                if (Character.isLetterOrDigit(symbol)) {
                    at = word(at);
                    lineStart = false;
                } else {
                    at = mark(at, symbol);
                }
            }
            endSentence();
            Set<String> distinct = new HashSet<>(words);
            return new TextProfile(
                    words,
                    letters,
                    Math.max(1, sentences),
                    questionMarks,
                    exclamationMarks,
                    numbers,
                    listLines,
                    enumerated.size(),
                    contractions,
                    names,
                    imperatives,
                    commas,
                    asides,
                    emphasis,
                    emoji,
                    code,
                    repeatedTriples(),
                    distinct.size(),
                    Lexicon.count(words));
        }

        private int word(int start) {
            int end = start;
            boolean digit = false;
            boolean apostrophe = false;
            int capitals = 0;
            while (end < text.length()) {
                int symbol = text.codePointAt(end);
                if (Character.isLetterOrDigit(symbol)) {
                    digit |= Character.isDigit(symbol);
                    capitals += Character.isUpperCase(symbol) ? 1 : 0;
                    letters++;
                } else if (symbol == '\'' && nextIsLetter(end)) {
                    apostrophe = true;
                } else if (!(digit && (symbol == '.' || symbol == ',') && nextIsDigit(end))) {
                    break;
                }
                end += Character.charCount(symbol);
            }
            String word = text.substring(start, end).toLowerCase(Locale.ROOT);
            boolean marked = digit && end < text.length() && ".)".indexOf(text.charAt(end)) >= 0;
            boolean mark = !sentenceOpen && marked;
            if (mark || !sentenceOpen && Lexicon.STEP.contains(word) && commaAt(end)) {
                enumerated.add(word);
            }
            if (lineStart && marked) {
                listLines++; // "1." opens a line: a list mark, neither number nor sentence
                return end + 1;
            }
            numbers += digit && !mark ? 1 : 0;
            contractions += apostrophe ? 1 : 0;
            emphasis += capitals > 1 && capitals == end - start ? 1 : 0;
            if (!sentenceOpen) {
                imperatives += Lexicon.IMPERATIVE.contains(word) ? 1 : 0;
            } else if (capitals > 0 && !word.equals("i") && !word.startsWith("i'")) {
                names++;
            }
            sentenceOpen = true;
            words.add(word);
            return end;
        }

        private int mark(int start, int symbol) {
            int end = start + Character.charCount(symbol);
            switch (symbol) {
                case '.', '\u2026' -> endSentence();
                case '?', '!' -> {
                    if (symbol == '?') {
                        questionMarks += start > 0 && text.charAt(start - 1) == '?' ? 0 : 1;
                    } else {
                        exclamationMarks += start > 0 && text.charAt(start - 1) == '!' ? 0 : 1;
                    }
                    endSentence();
                }
                case '\n' -> {
                    endSentence();
                    lineStart = true;
                    return end;
                }
                case ',', ';' -> {
                    commas++;
                    emoji += smiley(start) ? 1 : 0;
                }
                case ':' -> {
                    if (smiley(start)) {
                        emoji++;
                        return end + 1;
                    }
                    asides++;
                }
                case '(', '\u2014', '\u2013', '[' -> asides++;
                case '*', '-', '\u2022', '+' -> {
                    if (lineStart && end < text.length() && text.charAt(end) == ' ') {
                        listLines++;
                    } else if (symbol == '*' && start > 0 && text.charAt(start - 1) == '*') {
                        emphasis++;
                    }
                }
                case '#' -> emphasis += lineStart ? 1 : 0;
                case '`', '{', '}', '<', '>', '=', '\\', '|' -> code++;
                default ->
                        emoji +=
                                Character.getType(symbol) == Character.OTHER_SYMBOL
                                                || (symbol >= 0x1F300 && symbol <= 0x1FAFF)
                                        ? 1
                                        : 0;
            }
            lineStart &= Character.isWhitespace(symbol);
            return end;
        }

        private void endSentence() {
            sentences += sentenceOpen ? 1 : 0;
            sentenceOpen = false;
        }

        private boolean smiley(int at) {
            return at + 1 < text.length()
                    && ")(DP".indexOf(text.charAt(at + 1)) >= 0
                    && (at + 2 >= text.length() || !Character.isLetterOrDigit(text.charAt(at + 2)));
        }

        private boolean commaAt(int at) {
            return at < text.length() && text.charAt(at) == ',';
        }

        private boolean nextIsLetter(int at) {
            return at + 1 < text.length() && Character.isLetter(text.charAt(at + 1));
        }

        private boolean nextIsDigit(int at) {
            return at + 1 < text.length() && Character.isDigit(text.charAt(at + 1));
        }

        private double repeatedTriples() {
            int triples = words.size() - 2;
            if (triples < 1) {
                return 0;
            }
            Set<String> seen = new HashSet<>();
            int repeats = 0;
            for (int i = 0; i < triples; i++) {
                String triple = words.get(i) + " " + words.get(i + 1) + " " + words.get(i + 2);
                repeats += seen.add(triple) ? 0 : 1;
            }
            return (double) repeats / triples;
        }
    }
}
