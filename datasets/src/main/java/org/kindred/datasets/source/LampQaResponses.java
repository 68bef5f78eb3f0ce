package org.kindred.datasets.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;

/**
 * Answers of a model to LaMP-QA questions, in one JSON object: {@code {"id": [{"output": "..."}]}}.
 * The first output of a question counts.
 *
 * @param byQuestion answer by id of the question, in the order of the file
 */
public record LampQaResponses(Map<String, String> byQuestion) {

    public LampQaResponses {
        byQuestion = Map.copyOf(byQuestion);
    }

    /**
     * @throws KindredException if the file is no such object, or an answer has no output
     */
    public static LampQaResponses read(Path file) {
        ObjectNode all = Json.read(file, ObjectNode.class, "the responses");
        Map<String, String> byQuestion = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : all.properties()) {
            JsonNode output = entry.getValue().path(0).path("output");
            if (!output.isTextual()) {
                throw new KindredException(
                        "the response number "
                                + (byQuestion.size() + 1)
                                + " in "
                                + file
                                + " has no output; expected {\"id\": [{\"output\": \"...\"}]}");
            }
            byQuestion.put(entry.getKey(), output.textValue());
        }
        return new LampQaResponses(byQuestion);
    }

    /** Questions without an answer; each counts 0. */
    public List<String> missing(Collection<String> questions) {
        return questions.stream().filter(id -> !byQuestion.containsKey(id)).toList();
    }

    /** Answers to questions that do not exist; they are ignored. */
    public List<String> unknown(Collection<String> questions) {
        Set<String> known = new LinkedHashSet<>(questions);
        return byQuestion.keySet().stream().filter(id -> !known.contains(id)).sorted().toList();
    }
}
