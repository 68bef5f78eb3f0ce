package org.kindred.datasets.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Message;
import org.kindred.datasets.RecordFields;
import org.kindred.datasets.RejectedRecordException;
import org.kindred.datasets.Task;
import org.kindred.datasets.User;

/**
 * Rows as TRL trainers take them, plain or conversational, told apart row by row: preferences with
 * an explicit or implicit prompt become pairs; unpaired, stepwise, prompt-only and dialogue rows
 * become tasks. The user stands in a column that an option names.
 *
 * <p>The prompt of an implicit pair is what both dialogues begin with; without a common first
 * message (word, if plain) there is none: {@code no_common_prompt}.
 */
final class TrlFormat implements SourceFormat {
    private static final String NAME = "trl";
    private static final List<String> PROMPT_NAMES = List.of("prompt", "question", "input");
    private static final Set<String> SHAPES =
            Set.of("chosen", "rejected", "completion", "completions", "label", "labels");

    private final ReadOptions options;
    private final Set<String> known;
    private final Layout rows;

    TrlFormat(ReadOptions options) {
        this.options = options;
        List<String> fields = new ArrayList<>(SHAPES);
        fields.addAll(PROMPT_NAMES);
        fields.addAll(List.of("messages", "group", options.userColumn(), options.idColumn()));
        this.known = Set.copyOf(fields);
        this.rows =
                new JsonLayout(
                        NAME,
                        options.idColumn(),
                        JsonLayout.havingAny(
                                "prompt", "chosen", "rejected", "completion", "messages"),
                        this::row);
    }

    @Override
    public SourceCard card() {
        return new SourceCard(
                NAME,
                "preference and prompt rows in the layouts of TRL",
                "pair accuracy per user",
                List.of("that of the file's author: not stated in the layout"),
                List.of());
    }

    @Override
    public List<Layout> layouts() {
        return List.of(rows);
    }

    private Rows row(ObjectNode record, long place) throws RejectedRecordException {
        RecordFields fields = new RecordFields(record);
        String id =
                options.idColumn().isEmpty() ? NAME + "-" + place : fields.id(options.idColumn());
        String user = fields.id(options.userColumn());
        String group = fields.note("group");
        List<User> people = group == null ? List.of() : List.of(new User(user, null, null, group));
        Rows start = Rows.of(Rows.Key.id(NAME, id), user).withUsers(people);
        if (record.has("chosen") || record.has("rejected")) {
            return pair(start, id, user, fields);
        }
        return start.withTask(task(id, user, group, fields), List.of());
    }

    private Rows pair(Rows start, String id, String user, RecordFields fields)
            throws RejectedRecordException {
        List<Message> prompt = explicitPrompt(fields);
        List<Message> chosen;
        List<Message> rejected;
        if (prompt != null) {
            chosen = answer(fields, "chosen");
            rejected = answer(fields, "rejected");
            refuseEqual(Message.text(chosen), Message.text(rejected));
        } else {
            boolean plain = fields.find("chosen") != null && required(fields, "chosen").isTextual();
            List<List<Message>> parts = plain ? plainParts(fields) : dialogueParts(fields);
            prompt = parts.get(0);
            chosen = parts.get(1);
            rejected = parts.get(2);
        }
        return start.withPreferences(
                List.of(
                        PairBuilder.of(id, user, prompt)
                                .answers(chosen, rejected)
                                .source(NAME)
                                .meta(fields.meta(known))
                                .build()),
                List.of());
    }

    private Task task(String id, String user, @Nullable String group, RecordFields fields)
            throws RejectedRecordException {
        List<Message> prompt = explicitPrompt(fields);
        List<Task.Candidate> candidates = null;
        String reference = null;
        if (prompt == null && fields.find("messages") != null) {
            List<Message> dialogue = fields.messages("messages");
            int last = dialogue.size() - 1;
            boolean answered = last > 0 && dialogue.get(last).role().equals("assistant");
            reference = answered ? dialogue.get(last).content() : null;
            prompt = endingWithUser(answered ? dialogue.subList(0, last) : dialogue);
        }
        if (prompt == null) {
            throw new RejectedRecordException("missing_field:prompt");
        }
        if (fields.find("completion") != null || fields.find("label") != null) {
            String text = Message.text(answer(fields, "completion"));
            candidates =
                    List.of(
                            new Task.Candidate(
                                    "completion", text, fields.bool("label") ? 1.0 : 0.0));
        } else if (fields.find("completions") != null) {
            candidates = steps(fields);
        }
        Map<String, Object> meta = fields.meta(known);
        return new Task(
                id, user, prompt, null, candidates, reference, null, group, null, NAME, meta);
    }

    private static List<Task.Candidate> steps(RecordFields fields) throws RejectedRecordException {
        List<String> texts = fields.optionalTexts("completions");
        JsonNode labels = fields.array("labels");
        if (texts == null || texts.size() != labels.size()) {
            throw new RejectedRecordException("wrong_type:labels");
        }
        List<Task.Candidate> steps = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            if (!labels.get(i).isBoolean()) {
                throw new RejectedRecordException("wrong_type:labels");
            }
            double label = labels.get(i).booleanValue() ? 1 : 0;
            steps.add(new Task.Candidate("step-" + i, texts.get(i), label));
        }
        return steps;
    }

    /** The prompt of a row that names one; null for an implicit one. */
    private static @Nullable List<Message> explicitPrompt(RecordFields fields)
            throws RejectedRecordException {
        for (String name : PROMPT_NAMES) {
            JsonNode node = fields.find(name);
            if (node != null) {
                return node.isArray()
                        ? fields.prompt(name)
                        : List.of(Message.user(fields.text(name)));
            }
        }
        return null;
    }

    private static List<Message> answer(RecordFields fields, String field)
            throws RejectedRecordException {
        return required(fields, field).isArray()
                ? fields.messages(field)
                : List.of(Message.assistant(fields.text(field)));
    }

    /** Prompt, chosen and rejected answer of two dialogues. */
    private static List<List<Message>> dialogueParts(RecordFields fields)
            throws RejectedRecordException {
        List<Message> chosen = fields.messages("chosen");
        List<Message> rejected = fields.messages("rejected");
        refuseEqual(chosen, rejected);
        int common = 0;
        while (common < Math.min(chosen.size(), rejected.size())
                && chosen.get(common).equals(rejected.get(common))) {
            common++;
        }
        if (common == 0) {
            throw new RejectedRecordException("no_common_prompt");
        }
        if (common == chosen.size() || common == rejected.size()) {
            throw new RejectedRecordException(
                    "missing_field:" + (common == chosen.size() ? "chosen" : "rejected"));
        }
        return List.of(
                endingWithUser(chosen.subList(0, common)),
                List.of(chosen.get(common)),
                List.of(rejected.get(common)));
    }

    /** Likewise for two texts: what they share up to the last space. */
    private static List<List<Message>> plainParts(RecordFields fields)
            throws RejectedRecordException {
        String chosen = fields.text("chosen");
        String rejected = fields.text("rejected");
        refuseEqual(chosen, rejected);
        int common = 0;
        int most = Math.min(chosen.length(), rejected.length());
        while (common < most && chosen.charAt(common) == rejected.charAt(common)) {
            common++;
        }
        while (common > 0 && !Character.isWhitespace(chosen.charAt(common - 1))) {
            common--;
        }
        if (chosen.substring(0, common).isBlank()) {
            throw new RejectedRecordException("no_common_prompt");
        }
        String right = chosen.substring(common);
        String wrong = rejected.substring(common);
        if (right.isBlank() || wrong.isBlank()) {
            throw new RejectedRecordException(
                    "empty_text:" + (right.isBlank() ? "chosen" : "rejected"));
        }
        return List.of(
                List.of(Message.user(chosen.substring(0, common))),
                List.of(Message.assistant(right)),
                List.of(Message.assistant(wrong)));
    }

    private static List<Message> endingWithUser(List<Message> prompt)
            throws RejectedRecordException {
        if (prompt.isEmpty() || !prompt.get(prompt.size() - 1).role().equals("user")) {
            throw new RejectedRecordException("unknown_value:role");
        }
        return List.copyOf(prompt);
    }

    private static void refuseEqual(Object chosen, Object rejected) throws RejectedRecordException {
        if (chosen.equals(rejected)) {
            throw new RejectedRecordException("identical_texts");
        }
    }

    private static JsonNode required(RecordFields fields, String field)
            throws RejectedRecordException {
        JsonNode node = fields.find(field);
        if (node == null) {
            throw new RejectedRecordException("missing_field:" + field);
        }
        return node;
    }
}
