package org.kindred.datasets.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.Message;
import org.kindred.datasets.RecordFields;
import org.kindred.datasets.RejectedRecordException;

/**
 * Personalized RewardBench (arXiv 2604.07343): LaMP-QA questions with a written pair, of which the
 * rejected answer avoids the asker's aspects. Every question is its own user; the posts of the
 * asker are {@code meta.history}. Narrative and aspects are for evaluation only.
 */
final class PersonalizedRewardBenchFormat implements SourceFormat {
    private static final String NAME = "personalized-reward-bench";
    private static final Layout PAIRS =
            new JsonLayout(
                    NAME,
                    "id",
                    object ->
                            object.has("question")
                                    && (object.has("chosen") || object.has("rejected")),
                    (record, place) -> pair(record));

    @Override
    public SourceCard card() {
        return new SourceCard(
                NAME,
                "Personalized RewardBench, arXiv 2604.07343",
                "share of pairs with chosen above rejected, strict; pairwise judges in both orders",
                List.of("see the card of QiyaoMa/Personalized-RewardBench"),
                List.of("posts of real people on health, family and money"));
    }

    @Override
    public List<Layout> layouts() {
        return List.of(PAIRS);
    }

    private static Rows pair(ObjectNode record) throws RejectedRecordException {
        RecordFields fields = new RecordFields(record);
        String id = fields.id("id");
        String question = fields.text("question");
        List<Dropped> dropped = new ArrayList<>();
        List<String> history = LampProfile.texts(fields, id, dropped);
        List<String> aspects = LampProfile.aspects(fields);
        String chosen = fields.text("chosen");
        String rejected = fields.text("rejected");
        if (chosen.equals(rejected)) {
            throw new RejectedRecordException("identical_texts");
        }
        Map<String, Object> meta = new LinkedHashMap<>();
        meta.put("history", history);
        meta.put("aspects", aspects);
        String narrative = fields.note("narrative");
        if (narrative != null) {
            meta.put("narrative", narrative);
        }
        return Rows.of(Rows.Key.id(NAME, id), id)
                .withPreferences(
                        List.of(
                                PairBuilder.of(id, id, List.of(Message.user(question)))
                                        .answers(chosen, rejected)
                                        .domain(fields.note("category"))
                                        .split("test")
                                        .source(NAME)
                                        .meta(meta)
                                        .build()),
                        dropped);
    }
}
