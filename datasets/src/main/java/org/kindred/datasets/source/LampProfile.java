package org.kindred.datasets.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.kindred.datasets.RecordFields;
import org.kindred.datasets.RejectedRecordException;

/** Earlier posts and rubric aspects, as LaMP-QA and the sets made of it write them. */
final class LampProfile {
    private LampProfile() {}

    /** Posts in the order of the file; blank ones are dropped and listed. */
    static List<String> texts(RecordFields fields, String recordId, List<Dropped> dropped)
            throws RejectedRecordException {
        List<String> texts = new ArrayList<>();
        for (JsonNode entry : fields.array("profile")) {
            if (!(entry instanceof ObjectNode post)) {
                throw new RejectedRecordException("wrong_type:profile");
            }
            JsonNode text = post.get("text");
            if (text != null && text.isTextual() && !text.textValue().isBlank()) {
                texts.add(text.textValue());
            } else {
                String id = post.path("id").asText("");
                dropped.add(new Dropped(recordId, null, id, "empty_text"));
            }
        }
        return texts;
    }

    /** Names of the aspects; none makes a question unscorable. */
    static List<String> aspects(RecordFields fields) throws RejectedRecordException {
        List<String> aspects = new ArrayList<>();
        JsonNode list = fields.optionalArray("rubric_aspects");
        if (list != null) {
            for (JsonNode entry : list) {
                JsonNode name = entry.isTextual() ? entry : entry.path("aspect");
                if (!name.isTextual()) {
                    throw new RejectedRecordException("wrong_type:rubric_aspects");
                }
                aspects.add(name.textValue());
            }
        }
        return aspects;
    }
}
