package org.kindred.reward.chain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads criteria, weights and scores from the words of a rationale.
 *
 * <p>Weights stand before the first "Response 1:", as {@code Clarity (30%)}, {@code Clarity: weight
 * 0.3} or {@code Clarity (3/10)}; fractions are turned into per cent. Scores stand after "Response
 * i:", as {@code Clarity 7/10} or {@code Clarity: 7}. A criterion that has two different scores for
 * one response has none, since it is not clear which one is meant.
 */
final class RationaleBreakdown {
    /** More criteria than anybody weighs, or more words: such a breakdown is not read. */
    private static final int MOST_CRITERIA = 64;

    private static final int MOST_CHARACTERS = 20_000;

    /** Runs are possessive, and bounded where a pattern may begin anew at each letter. */
    private static final Pattern HEADER =
            Pattern.compile(
                    "\\b(?:response|answer)[ _]*+#?+([0-9]{1,2})\\b[*_ ]{0,4}(?:\\([^()\\n]{0,40}\\))?"
                            + "[*_ ]{0,4}:",
                    Pattern.CASE_INSENSITIVE);

    private static final String NAME = "(\\p{L}[^\\n,;:()\\[\\]%|=\\u2013\\u2014]{0,80}?)";
    private static final String LINK =
            "[\\s*_]{0,40}+[(:\\[=|\\u2013\\u2014\\-]{0,40}+[\\s*_]{0,40}+(?:weight(?:ed)?+|w)?+[\\s:=]{0,40}+";
    private static final Pattern PER_CENT =
            Pattern.compile(
                    NAME + LINK + "([0-9]{1,4}(?:\\.[0-9]{1,6})?)\\s{0,40}+(?:%|per ?cent)",
                    Pattern.CASE_INSENSITIVE);
    private static final Pattern FRACTION =
            Pattern.compile(
                    NAME
                            + "[\\s*_]{0,40}+(?:\\(|\\[|:|=|\\bweight)[\\s*_]{0,40}+(?:weight)?+[\\s:=]{0,40}+"
                            + "(0?\\.[0-9]{1,6}|1\\.0{1,6}|[0-9]{1,3}/[0-9]{1,3})(?![0-9/]|\\.[0-9])",
                    Pattern.CASE_INSENSITIVE);
    private static final Pattern LABEL =
            Pattern.compile(
                    "^(?:section\\s++)?(?:[ab][.)]\\s*+)?(?:criteria|weights|rubric|scores?)?\\s*+[:.]?\\s*+",
                    Pattern.CASE_INSENSITIVE);
    private static final Pattern MARKUP = Pattern.compile("[*_`#]+");
    private static final Pattern SPACES = Pattern.compile("[ \\t]+");

    /** What may stand between the name of a criterion and the end of its score. */
    private static final Pattern SCORE =
            Pattern.compile(
                    "[*_]*+\\s*+(?:\\([^()\\n]{0,40}\\))?+\\s*+[:=\\u2013\\u2014\\-]?+\\s*+(?:score)?+[\\s:=*_]*+"
                            + "([0-9]{1,2}(?:\\.[0-9]{1,4})?)(?![0-9.%]*[0-9%])(?:\\s*+/\\s*+10)?+");

    private RationaleBreakdown() {}

    /**
     * @return criteria in the order of the text; scores are empty where they are not all stated
     */
    static List<ChainCriterion> read(String rationale, int responses) {
        if (rationale.length() > MOST_CHARACTERS) {
            return List.of();
        }
        Matcher headers = HEADER.matcher(rationale);
        List<int[]> starts = new ArrayList<>(); // response, end of header, start of header
        while (headers.find()) {
            starts.add(
                    new int[] {Integer.parseInt(headers.group(1)), headers.end(), headers.start()});
        }
        String weightText = starts.isEmpty() ? rationale : rationale.substring(0, starts.get(0)[2]);
        Map<String, Double> weights = weights(weightText);
        List<StringBuilder> sections = new ArrayList<>();
        for (int i = 0; i < responses; i++) {
            sections.add(new StringBuilder());
        }
        for (int i = 0; i < starts.size(); i++) {
            int to = i + 1 < starts.size() ? starts.get(i + 1)[2] : rationale.length();
            int response = starts.get(i)[0];
            if (response >= 1 && response <= responses) {
                sections.get(response - 1)
                        .append(normal(rationale.substring(starts.get(i)[1], to)))
                        .append('\n');
            }
        }
        List<String> names = new ArrayList<>(weights.keySet());
        List<List<Double>> scores = new ArrayList<>();
        for (StringBuilder section : sections) {
            scores.add(scores(section.toString(), names));
        }
        List<ChainCriterion> criteria = new ArrayList<>();
        for (int c = 0; c < names.size(); c++) {
            List<Double> line = new ArrayList<>();
            for (List<Double> ofResponse : scores) {
                if (!ofResponse.get(c).isNaN()) {
                    line.add(ofResponse.get(c));
                }
            }
            criteria.add(
                    new ChainCriterion(
                            names.get(c),
                            weights.get(names.get(c)),
                            line.size() == responses ? line : List.of()));
        }
        return criteria;
    }

    private static Map<String, Double> weights(String text) {
        Map<String, Double> weights = new LinkedHashMap<>();
        collect(PER_CENT, text, 1, weights);
        if (weights.isEmpty()) {
            collect(FRACTION, text, 100, weights);
        }
        return weights;
    }

    private static void collect(
            Pattern pattern, String text, double scale, Map<String, Double> weights) {
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            String name = LABEL.matcher(normal(matcher.group(1))).replaceFirst("").strip();
            double weight = scale * fraction(matcher.group(2));
            if (!name.isEmpty() && weight > 0) {
                Double before = weights.putIfAbsent(name, weight);
                if (before != null && before != weight || weights.size() > MOST_CRITERIA) {
                    weights.clear(); // two weights for one name: the breakdown is not usable
                    return;
                }
            }
        }
    }

    private static double fraction(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return Double.parseDouble(text);
        }
        double below = Double.parseDouble(text.substring(slash + 1));
        return below == 0 ? 0 : Double.parseDouble(text.substring(0, slash)) / below;
    }

    /** One score a name, NaN where it is missing or not clear. */
    private static List<Double> scores(String section, List<String> names) {
        Double[] found = new Double[names.size()];
        java.util.Arrays.fill(found, Double.NaN);
        List<Integer> longestFirst = new ArrayList<>();
        for (int i = 0; i < found.length; i++) {
            longestFirst.add(i);
        }
        longestFirst.sort(Comparator.comparingInt(i -> -names.get(i).length()));
        String rest = section;
        for (int i : longestFirst) {
            String name = names.get(i);
            boolean clear = true;
            StringBuilder left = new StringBuilder();
            int kept = 0;
            int at = rest.indexOf(name);
            Matcher matcher = SCORE.matcher(rest);
            while (at >= 0) {
                int end = at + name.length();
                if (isWord(rest, at, end) && matcher.region(end, rest.length()).lookingAt()) {
                    double score = Double.parseDouble(matcher.group(1));
                    clear &= found[i].isNaN() || found[i] == score;
                    found[i] = score;
                    left.append(rest, kept, at).append(';');
                    kept = matcher.end();
                    at = rest.indexOf(name, kept);
                } else {
                    at = rest.indexOf(name, at + 1);
                }
            }
            rest = left.append(rest, kept, rest.length()).toString();
            // "clarity" must not read "great clarity"
            if (!clear) {
                found[i] = Double.NaN;
            }
        }
        return List.of(found);
    }

    private static boolean isWord(String text, int from, int to) {
        return (from == 0 || !isLetterOrNumber(text.codePointBefore(from)))
                && (to == text.length() || !Character.isLetter(text.codePointAt(to)));
    }

    private static boolean isLetterOrNumber(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
                    true;
            default -> Character.isLetter(codePoint);
        };
    }

    /** Lower case, without markup, single spaces inside lines. */
    private static String normal(String text) {
        String plain = MARKUP.matcher(text.toLowerCase(Locale.ROOT)).replaceAll(" ");
        return SPACES.matcher(plain).replaceAll(" ").strip();
    }
}
