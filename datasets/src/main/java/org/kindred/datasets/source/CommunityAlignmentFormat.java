package org.kindred.datasets.source;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.RawRecord;
import org.kindred.datasets.RawRecords;
import org.kindred.datasets.RejectedRecordException;
import org.kindred.datasets.User;

/**
 * Community Alignment: one CSV, a dialogue a record, up to four turns with four answers each, one
 * of them preferred. Columns are found by their names.
 *
 * <p>A dialogue ends at the first empty prompt, at a turn without a mark ({@code no_chosen}) or
 * with an unknown one, or whose marked answer is empty. One trailing {@code <|end_of_text|>} is cut
 * off an answer. The domain of a pair is its language.
 */
final class CommunityAlignmentFormat implements SourceFormat {
    private static final String NAME = "community-alignment";
    private static final List<String> TURNS = List.of("first", "second", "third", "fourth");
    private static final List<String> ANSWERS = List.of("a", "b", "c", "d");
    private static final String END = "<|end_of_text|>";
    private static final String MARK = "response_";
    private static final String PERSON = "annotator_";
    private static final List<String> REQUIRED =
            List.of(
                    "conversation_id",
                    "annotator_id",
                    "first_turn_prompt",
                    "first_turn_preferred_response");
    private static final List<String> KEPT =
            List.of(
                    "is_pregenerated_first_prompt",
                    "in_balanced_subset",
                    "in_balanced_subset_10",
                    "wave");

    private final Dialogues dialogues = new Dialogues();

    @Override
    public SourceCard card() {
        return new SourceCard(
                NAME,
                "Community Alignment (facebook/community-alignment-dataset)",
                "pair accuracy per user; many pairs a user, so use those with 50 or more",
                List.of("CC-BY-4.0"),
                List.of("prompts on values and politics"));
    }

    @Override
    public List<Layout> layouts() {
        return List.of(dialogues);
    }

    /** A record by column name; an absent column reads as empty. */
    private record Line(Map<String, Integer> columns, List<String> fields) {
        String get(String column) {
            Integer at = columns.get(column);
            return at == null ? "" : fields.get(at);
        }
    }

    /** Files are read one after the other, so that one header is in use at a time. */
    private static final class Dialogues implements Layout {
        private volatile Map<String, Integer> columns = Map.of();

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public long matches(FileHead head) {
            try {
                List<String> lines = head.lines(StandardCharsets.UTF_8);
                boolean header =
                        !lines.isEmpty()
                                && lines.get(0).contains("conversation_id")
                                && lines.get(0).contains("first_turn_prompt");
                return header ? 1 : 0;
            } catch (IOException e) {
                return 0; // reading it will say why
            }
        }

        @Override
        public RawRecords open(Path file) throws IOException {
            CsvRecords records = CsvRecords.open(file);
            Map<String, Integer> found = new LinkedHashMap<>();
            for (String column : records.header()) {
                found.putIfAbsent(column, found.size());
            }
            List<String> missing = new ArrayList<>(REQUIRED);
            missing.removeAll(found.keySet());
            if (!missing.isEmpty()) {
                records.close();
                throw new KindredException(
                        "the first line of "
                                + file
                                + " lacks the columns "
                                + missing
                                + "; check that it is the CSV file of Community Alignment");
            }
            columns = found;
            return records;
        }

        @Override
        public Rows parse(RawRecord record) throws RejectedRecordException {
            if (record.problem() != null) {
                throw new RejectedRecordException(record.problem());
            }
            try {
                return dialogue(new Line(columns, CsvRecords.fields(record.bytes())));
            } catch (CharacterCodingException e) {
                throw new RejectedRecordException("bad_utf8");
            }
        }

        @Override
        public @Nullable String id(RawRecord record) {
            try {
                List<String> fields = CsvRecords.fields(record.bytes());
                return fields.size() == columns.size()
                        ? new Line(columns, fields).get("conversation_id")
                        : null;
            } catch (CharacterCodingException e) {
                return null;
            }
        }
    }

    private static Rows dialogue(Line line) throws RejectedRecordException {
        String id = required(line, "conversation_id");
        String userId = required(line, "annotator_id");
        List<Preference> pairs = new ArrayList<>();
        List<Dropped> dropped = new ArrayList<>();
        List<Message> prompt = new ArrayList<>();
        for (int turn = 0; turn < TURNS.size(); turn++) {
            String column = TURNS.get(turn) + "_turn_";
            String question = line.get(column + "prompt");
            if (question.isBlank()) {
                break;
            }
            String mark = line.get(column + "preferred_response");
            String letter = mark.startsWith(MARK) ? mark.substring(MARK.length()) : "";
            if (!ANSWERS.contains(letter)) {
                String reason = mark.isBlank() ? "no_chosen" : "unknown_value:preferred_response";
                dropped.add(new Dropped(id, turn, null, reason));
                break;
            }
            String chosen = answer(line, column, letter);
            if (chosen.isBlank()) {
                dropped.add(new Dropped(id, turn, letter, "empty_text"));
                break;
            }
            prompt.add(Message.user(question));
            for (String other : ANSWERS) {
                String text = answer(line, column, other);
                if (other.equals(letter)) {
                    continue;
                }
                if (text.isBlank() || text.equals(chosen)) {
                    String reason = text.isBlank() ? "empty_text" : "identical_texts";
                    dropped.add(new Dropped(id, turn, other, reason));
                } else {
                    pairs.add(
                            PairBuilder.of(
                                            id + ":" + turn + ":" + letter + "-" + other,
                                            userId,
                                            List.copyOf(prompt))
                                    .answers(chosen, text)
                                    .domain(textOrNull(line.get("assigned_lang")))
                                    .items(List.of(id))
                                    .source(NAME)
                                    .meta(meta(line, turn, letter, other))
                                    .build());
                }
            }
            prompt.add(Message.assistant(chosen));
        }
        return Rows.of(Rows.Key.id(NAME, id), userId)
                .withUsers(List.of(person(line, userId)))
                .withPreferences(pairs, dropped);
    }

    private static User person(Line line, String userId) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        for (String column : line.columns().keySet()) {
            String value = line.get(column);
            if (column.startsWith(PERSON) && !column.equals("annotator_id") && !value.isBlank()) {
                attributes.put(column.substring(PERSON.length()), value);
            }
        }
        return new User(userId, attributes.isEmpty() ? null : attributes, null, null);
    }

    private static Map<String, Object> meta(Line line, int turn, String chosen, String rejected) {
        Map<String, Object> meta = new LinkedHashMap<>();
        meta.put("turn", turn);
        meta.put("chosen", chosen);
        meta.put("rejected", rejected);
        for (String column : KEPT) {
            putText(meta, column, line.get(column));
        }
        putText(meta, "feedback", line.get(TURNS.get(turn) + "_turn_feedback"));
        return meta;
    }

    private static void putText(Map<String, Object> into, String name, String value) {
        if (!value.isBlank()) {
            into.put(name, value);
        }
    }

    private static @Nullable String textOrNull(String value) {
        return value.isBlank() ? null : value;
    }

    private static String required(Line line, String column) throws RejectedRecordException {
        String value = line.get(column);
        if (value.isBlank()) { // CSV cannot tell an empty text from an absent one
            throw new RejectedRecordException("missing_field:" + column);
        }
        return value;
    }

    private static String answer(Line line, String column, String letter) {
        String text = line.get(column + MARK + letter);
        return text.endsWith(END) ? text.substring(0, text.length() - END.length()) : text;
    }
}
