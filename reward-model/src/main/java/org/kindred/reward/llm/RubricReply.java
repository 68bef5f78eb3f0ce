package org.kindred.reward.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.reward.UserRubric;
import org.kindred.reward.chain.ChainParser;
import org.kindred.reward.chain.JudgeReply;
import org.kindred.reward.chain.JudgeReply.Unreadable;
import org.kindred.reward.llm.Dialogue.Reading;

/** Reads replies to the prompts that ask for a rubric before any response is shown. */
final class RubricReply {
    private RubricReply() {}

    static Reading<UserRubric> read(String reply) {
        ChainParser.Parts parts;
        try {
            parts = ChainParser.parts(reply);
        } catch (Unreadable e) {
            return new Reading<@Nullable UserRubric>(null, e.code());
        }
        List<UserRubric.Criterion> criteria = new ArrayList<>();
        for (JsonNode line : parts.object().path("criteria")) {
            JsonNode name = line.path("name");
            double weight = weight(line.path("weight"));
            if (!name.isTextual() || !(weight > 0) || Double.isInfinite(weight)) {
                return refused("criterion without name or weight");
            }
            criteria.add(new UserRubric.Criterion(name.textValue(), weight));
        }
        return criteria.size() < 2
                ? refused("fewer than two criteria")
                : new Reading<>(new UserRubric(parts.persona(), criteria), "");
    }

    /** Bare, in quotes, or in per cent; 0 where it cannot be read. */
    private static double weight(JsonNode weight) {
        try {
            String text = weight.isTextual() ? weight.textValue().strip() : "";
            return JudgeReply.number(
                    text.endsWith("%")
                            ? TextNode.valueOf(text.substring(0, text.length() - 1))
                            : weight);
        } catch (Unreadable e) {
            return 0;
        }
    }

    private static Reading<UserRubric> refused(String reason) {
        return new Reading<@Nullable UserRubric>(null, "MALFORMED(" + reason + ")");
    }
}
