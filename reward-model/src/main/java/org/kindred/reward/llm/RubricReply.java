package org.kindred.reward.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Json;
import org.kindred.reward.UserRubric;
import org.kindred.reward.chain.ChainParser;
import org.kindred.reward.llm.Dialogue.Reading;

/** Reads replies to the prompts that ask for a rubric before any response is shown. */
final class RubricReply {
    private RubricReply() {}

    static Reading<UserRubric> read(String reply) {
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
        List<UserRubric.Criterion> criteria = new ArrayList<>();
        for (JsonNode line :
                root == null ? Json.mapper().createArrayNode() : root.path("criteria")) {
            JsonNode name = line.path("name");
            JsonNode weight = line.path("weight");
            if (!name.isTextual()
                    || !weight.isNumber()
                    || !(weight.doubleValue() > 0)
                    || Double.isInfinite(weight.doubleValue())) {
                return refused("criterion without name or weight");
            }
            criteria.add(new UserRubric.Criterion(name.textValue(), weight.doubleValue()));
        }
        return criteria.size() < 2
                ? refused("fewer than two criteria")
                : new Reading<>(new UserRubric(parts.get(0), criteria), "");
    }

    private static Reading<UserRubric> refused(String reason) {
        return new Reading<@Nullable UserRubric>(null, "MALFORMED(" + reason + ")");
    }
}
