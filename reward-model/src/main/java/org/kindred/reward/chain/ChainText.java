package org.kindred.reward.chain;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.kindred.datasets.Json;

/**
 * A chain as a language model writes it: the inverse of {@link ChainParser}, for the chains that a
 * model is taught. Scores are rounded to whole points and weights to whole per cents of sum 100,
 * and each total is the weighted mean of what is written, so that stated and recomputed totals
 * agree.
 */
public final class ChainText {
    private ChainText() {}

    /** In the order in which a model is to think: the totals follow from the breakdown. */
    private record Verdict(
            String rationale, @JsonProperty("better_response") Map<String, Double> totals) {}

    /** A criterion as it is written. */
    private record Line(String name, int weight, int[] scores) {}

    /**
     * A chain with a full breakdown, in the marked format.
     *
     * @param most criteria that are told, the heaviest; 0 for all
     * @throws IllegalArgumentException if fewer than two criteria are left, or one lacks scores
     */
    public static String of(EvaluationChain chain, int most) {
        List<Line> lines = lines(chain, most);
        int responses = chain.scores().size();
        StringBuilder rationale = new StringBuilder("A. Criteria: ");
        rationale.append(weights(lines)).append(" B. Scores:");
        Map<String, Double> totals = new LinkedHashMap<>();
        for (int i = 0; i < responses; i++) {
            rationale.append(" Response ").append(i + 1).append(':');
            int sum = 0;
            for (int c = 0; c < lines.size(); c++) {
                Line line = lines.get(c);
                rationale.append(c == 0 ? " " : ", ").append(line.name()).append(' ');
                rationale.append(line.scores()[i]).append("/10");
                sum += line.weight() * line.scores()[i];
            }
            totals.put("response_" + (i + 1), sum / 100.0);
        }
        return marked("PART 1: " + persona(chain), new Verdict(rationale.toString(), totals));
    }

    /** Persona and weighted criteria alone, as the preference-synthesis prompt asks for them. */
    public static String rubric(EvaluationChain chain, int most) {
        List<Map<String, Object>> criteria = new ArrayList<>();
        for (Line line : lines(chain, most)) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", line.name());
            entry.put("weight", line.weight());
            criteria.add(entry);
        }
        return marked("PART 1: " + persona(chain), Map.of("criteria", criteria));
    }

    /** The same chain about one of its responses. */
    public static EvaluationChain alone(EvaluationChain chain, int response) {
        List<ChainCriterion> criteria = new ArrayList<>();
        for (ChainCriterion c : chain.criteria()) {
            List<Double> scores = c.scores();
            criteria.add(
                    new ChainCriterion(
                            c.name(),
                            c.weight(),
                            scores.isEmpty() ? scores : List.of(scores.get(response))));
        }
        return new EvaluationChain(
                chain.persona(),
                criteria,
                chain.scores().subList(response, response + 1),
                List.of());
    }

    private static String marked(String first, Object json) {
        return first + "\nPART 2:\n<JSON_START>" + Json.line(json) + "<JSON_END>";
    }

    private static String persona(EvaluationChain chain) {
        return chain.persona().replaceAll("\\s+", " ").strip();
    }

    private static String weights(List<Line> lines) {
        StringBuilder text = new StringBuilder();
        for (Line line : lines) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(String.format(Locale.ROOT, "%s (%d%%)", line.name(), line.weight()));
        }
        return text.toString();
    }

    private static List<Line> lines(EvaluationChain chain, int most) {
        Map<String, ChainCriterion> byName = new LinkedHashMap<>();
        chain.criteria().stream()
                .sorted(Comparator.comparingDouble(c -> -c.weight()))
                .forEach(c -> byName.putIfAbsent(name(c.name()), c));
        byName.remove("");
        List<String> names =
                byName.keySet().stream().limit(most == 0 ? Integer.MAX_VALUE : most).toList();
        if (names.size() < 2) {
            throw new IllegalArgumentException(
                    "a chain with " + names.size() + " criteria: at least 2 are needed");
        }
        int[] weights = perCent(names.stream().mapToDouble(n -> byName.get(n).weight()).toArray());
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            ChainCriterion criterion = byName.get(names.get(i));
            if (criterion.scores().size() != chain.scores().size()) {
                throw new IllegalArgumentException("a criterion of the chain lacks scores");
            }
            lines.add(
                    new Line(
                            names.get(i),
                            weights[i],
                            criterion.scores().stream()
                                    .mapToInt(s -> (int) Math.max(1, Math.min(10, Math.rint(s))))
                                    .toArray()));
        }
        return lines;
    }

    /** Without what separates criteria in a rationale. */
    private static String name(String name) {
        return name.replaceAll("[^\\p{L}\\p{N}' -]+", " ").replaceAll("\\s+", " ").strip();
    }

    /** Whole per cents of sum 100 by largest remainder, none below 1. */
    private static int[] perCent(double[] weights) {
        double sum = Arrays.stream(weights).sum();
        int[] whole = new int[weights.length];
        Integer[] order = new Integer[weights.length];
        for (int i = 0; i < whole.length; i++) {
            whole[i] = Math.max(1, (int) (100 * weights[i] / sum));
            order[i] = i;
        }
        Arrays.sort(order, Comparator.comparingDouble(i -> whole[i] - 100 * weights[i] / sum));
        int missing = 100 - Arrays.stream(whole).sum();
        for (int i = 0; missing > 0; i = (i + 1) % whole.length, missing--) {
            whole[order[i]]++;
        }
        for (int i = 0; missing < 0; i = (i + 1) % whole.length) {
            if (whole[i] > 1) { // the heaviest come first
                whole[i]--;
                missing++;
            }
        }
        return whole;
    }
}
