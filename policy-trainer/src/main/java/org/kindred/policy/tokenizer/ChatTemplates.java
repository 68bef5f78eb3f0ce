package org.kindred.policy.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.kindred.datasets.KindredException;
import org.kindred.policy.checkpoint.JsonFields;
import org.kindred.policy.tokenizer.template.ChatTemplate;

/**
 * The chat templates of a folder: {@code chat_template.jinja}, or else {@code chat_template} of the
 * settings, which is one text or a list of named ones. Parsed when first used, so that a model
 * whose template is not supported can still be used without chat.
 */
final class ChatTemplates {
    static final String FILE = "chat_template.jinja";
    private static final String DEFAULT = "default";
    private static final String WITH_TOOLS = "tool_use";
    private static final long MAX_BYTES = 1 << 20;

    private final Path folder;
    private final Map<String, String> sources;
    private final Map<String, ChatTemplate> parsed = new ConcurrentHashMap<>();

    private ChatTemplates(Path folder, Map<String, String> sources) {
        this.folder = folder;
        this.sources = sources;
    }

    static ChatTemplates read(Path folder, Path settings) {
        Map<String, String> sources = new LinkedHashMap<>();
        if (Files.exists(settings)) {
            JsonFields json = JsonFields.read(settings);
            JsonNode value = json.get("chat_template");
            if (value != null && value.isTextual()) {
                sources.put(DEFAULT, value.textValue());
            } else if (value != null) {
                for (JsonNode named : value) {
                    if (!named.path("name").isTextual() || !named.path("template").isTextual()) {
                        throw json.unexpected(
                                "chat_template", "a string or a list of {name, template}");
                    }
                    sources.put(named.get("name").textValue(), named.get("template").textValue());
                }
            }
        }
        Path file = folder.resolve(FILE);
        try {
            if (Files.exists(file)) {
                if (Files.size(file) > MAX_BYTES) {
                    throw new KindredException(
                            file + ": " + Files.size(file) + " bytes, at most " + MAX_BYTES);
                }
                sources.put(DEFAULT, Files.readString(file));
            }
        } catch (IOException e) {
            throw new KindredException(file + ": cannot be read (" + e + ")", e);
        }
        return new ChatTemplates(folder, sources);
    }

    /** The template for a conversation with or without tools. */
    ChatTemplate select(boolean tools) {
        return parsed.computeIfAbsent(name(tools), name -> ChatTemplate.parse(sources.get(name)));
    }

    /** Its text. */
    String source(boolean tools) {
        return sources.get(name(tools));
    }

    private String name(boolean tools) {
        String name = tools && sources.containsKey(WITH_TOOLS) ? WITH_TOOLS : DEFAULT;
        if (!sources.containsKey(name)) {
            throw new KindredException(
                    folder
                            + ": no chat template; expected "
                            + FILE
                            + " or chat_template in tokenizer_config.json");
        }
        return name;
    }
}
