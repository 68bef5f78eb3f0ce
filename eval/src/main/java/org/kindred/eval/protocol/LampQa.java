package org.kindred.eval.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kindred.datasets.Json;
import org.kindred.datasets.Task;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Interval;

/**
 * LaMP-QA (arXiv 2506.00137): how much of what the asker wants does an answer speak about.
 *
 * <p>Score of a question = {@code sum of matches (0, 1, 2) / (2 * aspects)}. A question without
 * aspects is left out; one without an answer counts 0; a verdict that does not parse, or is out of
 * range, counts 0.
 *
 * @param byQuestion score of each question, in the order of the data
 * @param score mean over questions, each its own user
 * @param unanswered questions without an answer
 * @param unparsed verdicts that count 0 because they could not be read
 */
public record LampQa(
        @JsonProperty("per_question_scores") Map<String, Double> byQuestion,
        Interval score,
        int unanswered,
        int unparsed) {
    private static final int MOST = 2;

    /**
     * @param tasks questions with their aspects; those of another split than {@code test} are left
     *     out where tasks tell their split
     * @param answered ids of the questions that have an answer
     * @param verdicts of a judge, in any order; the first of a question and aspect counts
     */
    public static LampQa of(
            List<Task> tasks,
            Set<String> answered,
            List<ScoreFile.AspectVerdict> verdicts,
            Bootstrap bootstrap) {
        Map<String, Map<String, Integer>> matches = new LinkedHashMap<>();
        int unparsed = 0;
        for (ScoreFile.AspectVerdict verdict : verdicts) {
            int match = match(verdict.output());
            Integer before =
                    matches.computeIfAbsent(verdict.id(), id -> new LinkedHashMap<>())
                            .putIfAbsent(verdict.aspect(), Math.max(0, match));
            unparsed += match < 0 && before == null ? 1 : 0;
        }
        Map<String, Double> scores = new LinkedHashMap<>();
        int unanswered = 0;
        for (Task task : tasks) {
            List<String> aspects = task.aspects() == null ? List.of() : task.aspects();
            if (aspects.isEmpty() || !isTest(task)) {
                continue;
            }
            Map<String, Integer> own = matches.getOrDefault(task.id(), Map.of());
            double sum = aspects.stream().mapToInt(aspect -> own.getOrDefault(aspect, 0)).sum();
            boolean has = answered.contains(task.id());
            unanswered += has ? 0 : 1;
            scores.put(task.id(), has ? sum / (MOST * aspects.size()) : 0);
        }
        return new LampQa(
                scores,
                bootstrap.mean(
                        scores.values().stream().map(s -> new Bootstrap.Cluster(s, 1)).toList()),
                unanswered,
                unparsed);
    }

    private static boolean isTest(Task task) {
        Object split = task.meta() == null ? null : task.meta().get("split");
        return split == null || split.equals("test");
    }

    /** The verdict's {@code match_score}; -1 if there is none from 0 to 2. */
    static int match(String output) {
        int from = output.indexOf('{');
        int to = output.lastIndexOf('}');
        if (from < 0 || to < from) {
            return -1;
        }
        try {
            JsonNode found = Json.mapper().readTree(output.substring(from, to + 1));
            JsonNode score = found.path("match_score");
            double match = score.isNumber() ? score.doubleValue() : -1;
            return match == Math.rint(match) && match >= 0 && match <= MOST ? (int) match : -1;
        } catch (JsonProcessingException e) {
            return -1;
        }
    }
}
