package org.kindred.datasets.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kindred.datasets.Message;
import org.kindred.datasets.RecordFields;
import org.kindred.datasets.RejectedRecordException;
import org.kindred.datasets.Task;

/**
 * RewardBench 1 (one right and one wrong answer) and 2 (lists of them). Nobody's preferences, so
 * the records become tasks without a user: candidates with label 1 (right) and 0 (wrong), right
 * ones first; the subset is the domain.
 */
final class RewardBenchFormat implements SourceFormat {
    private static final String NAME = "reward-bench";
    private static final Set<String> KNOWN = Set.of("id", "prompt", "chosen", "rejected", "subset");
    private static final Layout ITEMS =
            new JsonLayout(
                    NAME,
                    "id",
                    JsonLayout.having("prompt", "subset"),
                    (record, place) -> item(record));

    @Override
    public SourceCard card() {
        return new SourceCard(
                NAME,
                "RewardBench, arXiv 2403.13787, and RewardBench 2, arXiv 2506.01937",
                "version 1: accuracy by section with fixed weights; version 2: best-of-4 and ties",
                List.of("data ODC-BY; texts come from sources with terms of their own"),
                List.of("the safety subsets ask for harmful things"));
    }

    @Override
    public List<Layout> layouts() {
        return List.of(ITEMS);
    }

    private static Rows item(ObjectNode record) throws RejectedRecordException {
        RecordFields fields = new RecordFields(record);
        String id = fields.id("id");
        String prompt = fields.text("prompt");
        JsonNode chosen = fields.find("chosen");
        boolean lists = chosen != null && chosen.isArray();
        List<Task.Candidate> candidates = new ArrayList<>();
        if (lists) {
            add(candidates, "chosen", texts(fields, "chosen"), 1);
            add(candidates, "rejected", texts(fields, "rejected"), 0);
        } else {
            String right = fields.text("chosen");
            String wrong = fields.text("rejected");
            if (right.equals(wrong)) {
                throw new RejectedRecordException("identical_texts");
            }
            candidates.add(new Task.Candidate("chosen", right, 1.0));
            candidates.add(new Task.Candidate("rejected", wrong, 0.0));
        }
        String subset = fields.text("subset");
        Map<String, Object> meta = fields.meta(KNOWN);
        Task task =
                new Task(
                        id,
                        null,
                        List.of(Message.user(prompt)),
                        null,
                        candidates,
                        null,
                        null,
                        null,
                        subset,
                        NAME,
                        meta);
        return Rows.of(Rows.Key.id(NAME, id), null).withTask(task, List.of()).withTally(subset);
    }

    /** A list of at least one text; none counts as absent. */
    private static List<String> texts(RecordFields fields, String field)
            throws RejectedRecordException {
        if (fields.array(field).isEmpty()) {
            throw new RejectedRecordException("missing_field:" + field);
        }
        List<String> texts = fields.optionalTexts(field);
        return texts == null ? List.of() : texts;
    }

    private static void add(
            List<Task.Candidate> into, String kind, List<String> texts, double label) {
        for (int i = 0; i < texts.size(); i++) {
            into.add(new Task.Candidate(kind + "-" + i, texts.get(i), label));
        }
    }
}
