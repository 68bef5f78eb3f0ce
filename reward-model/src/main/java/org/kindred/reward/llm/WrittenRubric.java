package org.kindred.reward.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Json;
import org.kindred.reward.chain.ChainCriterion;
import org.kindred.reward.chain.ChainParser;
import org.kindred.reward.llm.Dialogue.Reading;

/**
 * A rubric that a model wrote before any response was read.
 *
 * @param persona the person in words
 * @param criteria weighted, without scores
 */
record WrittenRubric(String persona, List<ChainCriterion> criteria) {

    /** Reads the reply to the preference-synthesis prompt. */
    static Reading<WrittenRubric> read(String reply) {
        List<String> parts;
        JsonNode root;
        try {
            parts = ChainParser.parts(reply);
            root = Json.mapper().readTree(parts.get(1));
        } catch (IllegalArgumentException e) {
            return refused(String.valueOf(e.getMessage()));
        } catch (JsonProcessingException e) {
            return refused("bad JSON");
        }
        List<ChainCriterion> criteria = new ArrayList<>();
        for (JsonNode line :
                root == null ? Json.mapper().createArrayNode() : root.path("criteria")) {
            JsonNode name = line.path("name");
            JsonNode weight = line.path("weight");
            if (!name.isTextual() || !weight.isNumber() || !(weight.doubleValue() > 0)) {
                return refused("criterion without name or weight");
            }
            criteria.add(new ChainCriterion(name.textValue(), weight.doubleValue(), List.of()));
        }
        return criteria.size() < 2
                ? refused("fewer than two criteria")
                : new Reading<>(new WrittenRubric(parts.get(0), criteria), "");
    }

    private static Reading<WrittenRubric> refused(String reason) {
        return new Reading<@Nullable WrittenRubric>(null, "MALFORMED(" + reason + ")");
    }

    /** The rubric as the scoring prompt shows it. */
    String text() {
        StringBuilder text = new StringBuilder();
        for (ChainCriterion line : criteria) {
            text.append(text.isEmpty() ? "" : "\n")
                    .append("- ")
                    .append(line.name())
                    .append(String.format(Locale.ROOT, " (%.0f%%)", line.weight()));
        }
        return text.toString();
    }

    /** Redacted: describes a person. */
    @Override
    public String toString() {
        return "WrittenRubric[" + criteria.size() + " criteria]";
    }
}
