package org.kindred.datasets.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Message;
import org.kindred.datasets.PromptedPair;
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
 * message (word, if plain) there is none: {@code no_common_prompt}. A prompt that the answers
 * repeat is taken off them, see {@link PromptedPair}.
 *
 * <p>Rows without a field {@code id} are numbered; another column, once it is named, has to be
 * there.
 */
final class TrlFormat implements SourceFormat {
    private static final String NAME = "trl";
    private static final List<String> PROMPT_NAMES = List.of("prompt", "question", "input");
    private static final Set<String> SHAPES =
            Set.of("chosen", "rejected", "completion", "completions", "label", "labels");

    /** Fewer words may begin both answers of a pair without being meant as the question. */
    private static final int QUOTED_WORDS = 4;

    private final ReadOptions options;
    private String file = ""; // tells the rows of several files apart where they are numbered
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

    @Override
    public void read(List<SourceFile> files, Intake intake) throws IOException {
        for (int i = 0; i < files.size(); i++) {
            file = i == 0 ? "" : "-" + (i + 1);
            intake.read(files.get(i), rows -> {}); // returns when every row is parsed
        }
    }

    private boolean numbered(RecordFields fields) {
        return options.idColumn().isEmpty()
                || options.idColumn().equals(ReadOptions.ID_COLUMN)
                        && fields.find(ReadOptions.ID_COLUMN) == null;
    }

    private Rows row(ObjectNode record, long place) throws RejectedRecordException {
        RecordFields fields = new RecordFields(record);
        String id = numbered(fields) ? NAME + file + "-" + place : fields.id(options.idColumn());
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
        boolean plain = fields.find("chosen") != null && required(fields, "chosen").isTextual();
        PromptedPair pair;
        if (prompt == null) {
            pair = plain ? implicitPlain(fields) : implicit(fields);
        } else {
            List<Message> chosen = answer(fields, "chosen");
            List<Message> rejected = answer(fields, "rejected");
            refuseEqual(Message.text(chosen), Message.text(rejected));
            pair =
                    plain && repeats(prompt, chosen) && repeats(prompt, rejected)
                            ? new PromptedPair(prompt, rest(prompt, chosen), rest(prompt, rejected))
                            : PromptedPair.of(prompt, chosen, rejected);
            refuseEqual(Message.text(pair.chosen()), Message.text(pair.rejected()));
        }
        return start.withPreferences(
                List.of(
                        PairBuilder.of(id, user, pair.prompt())
                                .answers(pair.chosen(), pair.rejected())
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
            List<Message> answer = answer(fields, "completion");
            String text = Message.text(PromptedPair.withoutPrompt(prompt, answer, "completion"));
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

    /**
     * Whether a plain answer begins with the whole prompt, and not by chance: of at least {@value
     * #QUOTED_WORDS} words, with something behind it.
     */
    private static boolean repeats(List<Message> prompt, List<Message> answer) {
        if (prompt.size() != 1 || answer.size() != 1) {
            return false;
        }
        String question = prompt.get(0).content().strip();
        String text = answer.get(0).content().strip();
        return question.split("\\s+", QUOTED_WORDS + 1).length >= QUOTED_WORDS
                && text.length() > question.length()
                && text.startsWith(question)
                && Character.isWhitespace(text.charAt(question.length()));
    }

    private static List<Message> rest(List<Message> prompt, List<Message> answer) {
        String question = prompt.get(0).content().strip();
        String text = answer.get(0).content().strip();
        return List.of(Message.assistant(text.substring(question.length()).strip()));
    }

    private static PromptedPair implicit(RecordFields fields) throws RejectedRecordException {
        List<Message> chosen = fields.messages("chosen");
        List<Message> rejected = fields.messages("rejected");
        refuseEqual(chosen, rejected);
        PromptedPair pair = PromptedPair.implicit(chosen, rejected);
        refuseEqual(Message.text(pair.chosen()), Message.text(pair.rejected()));
        return pair;
    }

    /** Two texts: the prompt is what they share up to the last space. */
    private static PromptedPair implicitPlain(RecordFields fields) throws RejectedRecordException {
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
        return new PromptedPair(
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
