package org.kindred.datasets.export;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.kindred.datasets.Json;
import org.kindred.datasets.Message;
import org.kindred.options.OptionsException;

/**
 * The columns of a trainer's prompts. Each has {@code user} and {@code prompt_id} too where the
 * trainer wants them elsewhere, so that a person can be taken out of every one of them.
 */
public enum TrainerFormat {
    /** Conversational prompts; columns reach the reward function by their names. */
    TRL("prompt", Form.PLAIN),
    /** {@code extra_info} is all that a reward function gets beside the answer. */
    VERL("prompt", Form.EXTRA_INFO),
    /** {@code label} is a text that OpenRLHF hands on unread. */
    OPENRLHF("input", Form.LABEL),
    NEMO_RL("messages", Form.NESTED),
    SKYRL("prompt", Form.NESTED),
    MS_SWIFT("messages", Form.PLAIN),
    SLIME("prompt", Form.METADATA);

    private static final String MESSAGES = "STRUCT(role VARCHAR, content VARCHAR)[]";
    private static final String REFERENCE =
            "STRUCT(\"user\" VARCHAR, prompt_id VARCHAR, prompt VARCHAR, split VARCHAR)";
    private static final String TEXT = "VARCHAR";

    private enum Form {
        PLAIN,
        EXTRA_INFO,
        LABEL,
        NESTED,
        METADATA
    }

    private final String messages;
    private final Form form;

    TrainerFormat(String messages, Form form) {
        this.messages = messages;
        this.form = form;
    }

    /** Names as a command line takes them: {@code nemo-rl}. */
    public static List<String> names() {
        return Arrays.stream(values()).map(TrainerFormat::spelling).toList();
    }

    /**
     * The format of a name, with hyphens or underscores.
     *
     * @throws OptionsException if there is no such format
     */
    public static TrainerFormat parse(String name) {
        return Arrays.stream(values())
                .filter(one -> one.spelling().equals(name.replace('_', '-')))
                .findFirst()
                .orElseThrow(
                        () ->
                                new OptionsException(
                                        "--for "
                                                + name
                                                + ": there is no such trainer; choose one of "
                                                + names()));
    }

    public String spelling() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Types of the columns, in order, as DuckDB writes them. */
    Map<String, String> columns() {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put(messages, MESSAGES);
        columns.put("user", TEXT);
        columns.put("prompt_id", TEXT);
        switch (form) {
            case PLAIN -> {
                columns.put("prompt_text", TEXT);
                columns.put("persona", TEXT);
                columns.put("split", TEXT);
            }
            case EXTRA_INFO -> {
                columns.put("data_source", TEXT);
                columns.put("ability", TEXT);
                columns.put("reward_model", "STRUCT(\"style\" VARCHAR, ground_truth VARCHAR)");
                columns.put(
                        "extra_info",
                        "STRUCT(\"user\" VARCHAR, prompt_id VARCHAR, prompt VARCHAR, split VARCHAR,"
                                + " \"index\" BIGINT)");
            }
            case LABEL -> {
                columns.put("label", TEXT);
                columns.put("datasource", TEXT);
            }
            case NESTED -> {
                if (this == SKYRL) {
                    columns.put("data_source", TEXT);
                    columns.put("env_class", TEXT);
                }
                columns.put("kindred", REFERENCE);
            }
            case METADATA -> {
                columns.put("label", TEXT);
                columns.put("metadata", "STRUCT(kindred " + REFERENCE + ")");
            }
        }
        return columns;
    }

    /**
     * A row in these columns.
     *
     * @param index number of the row, from 0
     */
    Map<String, Object> row(TrainerPrompt prompt, long index) {
        Map<String, Object> reference = new LinkedHashMap<>();
        reference.put("user", prompt.userId());
        reference.put("prompt_id", prompt.promptId());
        reference.put("prompt", prompt.text());
        reference.put("split", prompt.split());
        Map<String, Object> row = new LinkedHashMap<>();
        row.put(messages, prompt.messages().stream().map(TrainerFormat::message).toList());
        row.put("user", prompt.userId());
        row.put("prompt_id", prompt.promptId());
        switch (form) {
            case PLAIN -> {
                row.put("prompt_text", prompt.text());
                row.put("persona", prompt.persona());
                row.put("split", prompt.split());
            }
            case EXTRA_INFO -> {
                reference.put("index", index);
                row.put("data_source", "kindred");
                row.put("ability", "personalisation");
                row.put("reward_model", Map.of("style", "rule", "ground_truth", ""));
                row.put("extra_info", reference);
            }
            case LABEL -> {
                row.put("label", Json.line(reference));
                row.put("datasource", "kindred");
            }
            case NESTED -> {
                if (this == SKYRL) {
                    row.put("data_source", "kindred");
                    row.put("env_class", "kindred");
                }
                row.put("kindred", reference);
            }
            case METADATA -> {
                row.put("label", "");
                row.put("metadata", Map.of("kindred", reference));
            }
        }
        return row;
    }

    private static Map<String, String> message(Message message) {
        Map<String, String> turn = new LinkedHashMap<>();
        turn.put("role", message.role());
        turn.put("content", message.content());
        return turn;
    }
}
