package org.kindred.policy.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;

/**
 * A JSON object from a settings file, whose fields are read by type; an error names file, field,
 * what was found and what was expected. A field that is {@code null} counts as absent.
 *
 * <p>Strict: duplicate keys, text after the object, NaN and Infinity, deep nesting and oversized
 * files are refused.
 */
public final class JsonFields {
    /** Settings are small; weights and vocabularies have readers of their own. */
    public static final long MAX_FILE_BYTES = 16L << 20;

    private static final int MAX_DEPTH = 64;
    private static final ObjectMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(MAX_DEPTH)
                                                    .build())
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private final String where;
    private final ObjectNode node;

    private JsonFields(String where, ObjectNode node) {
        this.where = where;
        this.node = node;
    }

    /** Reads a whole file. */
    public static JsonFields read(Path file) {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new KindredException(
                        file + ": " + Files.size(file) + " bytes, at most " + MAX_FILE_BYTES);
            }
            return parse(file.toString(), Files.readAllBytes(file));
        } catch (IOException e) {
            throw new KindredException(file + ": cannot be read (" + e + ")", e);
        }
    }

    /** Parses UTF-8 text; {@code where} names it in errors. */
    public static JsonFields parse(String where, byte[] utf8) {
        JsonNode tree;
        try {
            tree = MAPPER.readTree(utf8);
        } catch (JsonProcessingException e) {
            // The parser's own message quotes the content, which may be anything.
            throw new KindredException(
                    where
                            + ": not valid JSON at line "
                            + (e.getLocation() == null ? "?" : e.getLocation().getLineNr())
                            + " (duplicate keys and text after the object count as errors)");
        } catch (IOException e) {
            throw new KindredException(where + ": not valid UTF-8 JSON", e);
        }
        if (tree instanceof ObjectNode object) {
            return new JsonFields(where, object);
        }
        throw new KindredException(where + ": expected a JSON object");
    }

    /** Writes an object as Hugging Face does: UTF-8, two blanks of indent, a final line break. */
    public static void write(Path file, JsonNode tree) {
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        printer.indentObjectsWith(indenter);
        printer.indentArraysWith(indenter);
        try {
            String text = MAPPER.writer(printer).writeValueAsString(tree);
            DurableFile.write(file, (text + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new KindredException(file + ": could not be written", e);
        }
    }

    public static ObjectNode newObject() {
        return MAPPER.createObjectNode();
    }

    /** The object itself, for what the typed readers do not cover. */
    public ObjectNode node() {
        return node;
    }

    /** The value, or null if absent or {@code null}. */
    public @Nullable JsonNode get(String field) {
        JsonNode value = node.get(field);
        return value == null || value.isNull() ? null : value;
    }

    public boolean has(String field) {
        return get(field) != null;
    }

    public int requireInt(String field) {
        return asInt(field, require(field, "an integer"));
    }

    public int intOr(String field, int absent) {
        JsonNode value = get(field);
        return value == null ? absent : asInt(field, value);
    }

    public double requireDouble(String field) {
        return asDouble(field, require(field, "a number"));
    }

    public double doubleOr(String field, double absent) {
        JsonNode value = get(field);
        return value == null ? absent : asDouble(field, value);
    }

    public boolean booleanOr(String field, boolean absent) {
        JsonNode value = get(field);
        if (value != null && !value.isBoolean()) {
            throw unexpected(field, "true or false");
        }
        return value == null ? absent : value.booleanValue();
    }

    public @Nullable String text(String field) {
        JsonNode value = get(field);
        if (value != null && !value.isTextual()) {
            throw unexpected(field, "a string");
        }
        return value == null ? null : value.textValue();
    }

    /** The object in a field, or null if absent. */
    public @Nullable JsonFields object(String field) {
        JsonNode value = get(field);
        if (value != null && !value.isObject()) {
            throw unexpected(field, "an object");
        }
        return value == null ? null : new JsonFields(where + ": " + field, (ObjectNode) value);
    }

    /** An error about a field's value, cut to a length that fits a terminal. */
    public KindredException unexpected(String field, String expected) {
        JsonNode value = get(field);
        String found = value == null ? "nothing" : value.toString();
        String shown = found.length() <= 80 ? found : found.substring(0, 80) + "...";
        return new KindredException(
                where + ": " + field + ": found " + shown + ", expected " + expected);
    }

    /** Name of the file, and of the object in it, for errors. */
    public String where() {
        return where;
    }

    private JsonNode require(String field, String expected) {
        JsonNode value = get(field);
        if (value == null) {
            throw unexpected(field, expected);
        }
        return value;
    }

    private int asInt(String field, JsonNode value) {
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw unexpected(field, "an integer");
        }
        return value.intValue();
    }

    private double asDouble(String field, JsonNode value) {
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw unexpected(field, "a finite number");
        }
        return value.doubleValue();
    }
}
