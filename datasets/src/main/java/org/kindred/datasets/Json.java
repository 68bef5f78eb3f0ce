package org.kindred.datasets;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.kindred.options.Spelling;

/**
 * The one strict JSON reader and writer of the project.
 *
 * <p>Reading: duplicate keys, trailing text, too deep nesting (100), over-long names, numbers and
 * strings, numbers in quotes, fractions for whole numbers and classes named in the text are all
 * refused. The bare tokens {@code NaN}, {@code Infinity} and {@code -Infinity} are read as {@code
 * null}, since real exports hold them.
 *
 * <p>Components of records have {@code snake_case} keys, as options in configuration files.
 *
 * <p>Writing: components of a record in their declared order, keys of a map sorted, numbers that
 * are not finite as {@code null}, so that equal values give equal bytes.
 */
public final class Json {

    private static final int MAX_DEPTH = 100;
    private static final int MAX_NAME_LENGTH = 10_000;
    private static final int MAX_NUMBER_LENGTH = 400;
    private static final int MAX_STRING_LENGTH = 16_000_000;

    private static final ObjectMapper MAPPER = strictMapper();
    private static final ObjectWriter ROWS =
            MAPPER.writer().without(StreamWriteFeature.STRICT_DUPLICATE_DETECTION);

    private Json() {}

    /** The shared mapper; safe for many threads, not to be reconfigured. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    /** The value as one line of JSON without a line end. */
    public static String line(Object value) {
        return text(MAPPER.writer(), value);
    }

    /** The value as indented JSON with {@code \n} as line end on every platform. */
    public static String pretty(Object value) {
        DefaultPrettyPrinter layout =
                new DefaultPrettyPrinter()
                        .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                        .withArrayIndenter(DefaultPrettyPrinter.FixedSpaceIndenter.instance);
        return text(MAPPER.writer(layout), value) + "\n";
    }

    private static String text(ObjectWriter writer, Object value) {
        try {
            return writer.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    value.getClass().getName() + " cannot be written as JSON: " + explain(e));
        }
    }

    /**
     * Reads a whole file into one value.
     *
     * @param what the file in words, for the message of a failure: {@code "the manifest"}
     * @throws KindredException if the file cannot be read or does not hold such a value; without
     *     the cause of the reader, which quotes what it read
     */
    public static <T> T read(Path file, Class<T> type, String what) {
        return read(MAPPER.readerFor(type), file, what);
    }

    /** Likewise of a record of which no component may be missing or null. */
    public static <T> T readWhole(Path file, Class<T> type, String what) {
        return read(
                MAPPER.readerFor(type)
                        .withFeatures(
                                DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                                DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES),
                file,
                what);
    }

    private static <T> T read(ObjectReader reader, Path file, String what) {
        try (var in = Files.newInputStream(file)) {
            T value = reader.readValue(in);
            if (value == null) {
                throw new KindredException(
                        what
                                + " in "
                                + file
                                + " holds only null: restore the file or write it again");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new KindredException(
                    what
                            + " in "
                            + file
                            + " cannot be read: "
                            + explain(e)
                            + "; restore the file or write it again");
        } catch (IOException e) {
            throw AtomicFiles.failure("reading " + what, file, e);
        }
    }

    /**
     * Reads the {@code format} and {@code version} that a file starts with.
     *
     * @throws KindredException if it is another format or a newer version than {@code newest}
     */
    public static void requireFormat(Path file, String format, int newest, String what) {
        JsonNode document = read(file, JsonNode.class, what);
        String foundFormat = document.path("format").asText("none");
        int foundVersion = document.path("version").asInt(0);
        if (!foundFormat.equals(format) || foundVersion < 1 || foundVersion > newest) {
            throw new KindredException(
                    what
                            + " in "
                            + file
                            + ": found format "
                            + foundFormat
                            + " version "
                            + foundVersion
                            + ", expected "
                            + format
                            + " version 1 to "
                            + newest
                            + "; was it written by a newer release?");
        }
    }

    /** A value as a tree, components of a record in their declared order. */
    public static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    /**
     * Where two trees differ: {@code a.b.c = this instead of that} for each leaf; empty for
     * nowhere.
     */
    public static List<String> differences(JsonNode one, JsonNode other) {
        List<String> found = new ArrayList<>();
        compare("", one, other, found);
        return found;
    }

    private static void compare(String at, JsonNode one, JsonNode other, List<String> found) {
        if (one.toString().equals(other.toString())) { // a number may be int here and long there
            return;
        }
        if (!one.isObject() || !other.isObject()) {
            found.add(at + " = " + one + " instead of " + other);
            return;
        }
        Set<String> keys = new TreeSet<>();
        one.fieldNames().forEachRemaining(keys::add);
        other.fieldNames().forEachRemaining(keys::add);
        for (String key : keys) {
            compare(at.isEmpty() ? key : at + "." + key, one.path(key), other.path(key), found);
        }
    }

    /** Writes one value as an indented file that is complete or absent. */
    public static void write(Path file, Object value) {
        byte[] bytes = pretty(value).getBytes(StandardCharsets.UTF_8);
        AtomicFiles.write(file, out -> out.write(bytes));
    }

    /** Writes one line with its line end. */
    public static void writeLine(OutputStream out, Object value) throws IOException {
        out.write(MAPPER.writeValueAsBytes(value));
        out.write('\n');
    }

    /**
     * Likewise for a canonical row and into memory: without a copy of the line, and without the
     * search for doubled keys, which records and maps cannot have.
     */
    public static void writeRow(ByteArrayOutputStream out, Object row) throws IOException {
        ROWS.writeValue(out, row);
        out.write('\n');
    }

    /** What is wrong and where, without the text that was read: Jackson's own messages quote it. */
    public static String explain(JsonProcessingException e) {
        StringBuilder text = new StringBuilder();
        if (e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
            text.append("field ")
                    .append(
                            mapping.getPath().stream()
                                    .map(
                                            step ->
                                                    step.getFieldName() == null
                                                            ? "[" + step.getIndex() + "]"
                                                            : step.getFieldName())
                                    .collect(Collectors.joining(".")))
                    .append(" is missing, has the wrong type or is not allowed");
        } else {
            text.append("not valid JSON");
        }
        if (e.getCause() instanceof IllegalArgumentException refused) {
            text.append(" (").append(refused.getMessage()).append(")");
        }
        JsonLocation at = e.getLocation();
        if (at != null && at.getLineNr() > 0) {
            text.append(", line ")
                    .append(at.getLineNr())
                    .append(" column ")
                    .append(at.getColumnNr());
        }
        return text.toString();
    }

    private static ObjectMapper strictMapper() {
        JsonFactory factory =
                new FiniteJsonFactory(
                        new JsonFactoryBuilder()
                                .streamReadConstraints(
                                        StreamReadConstraints.builder()
                                                .maxNestingDepth(MAX_DEPTH)
                                                .maxNameLength(MAX_NAME_LENGTH)
                                                .maxNumberLength(MAX_NUMBER_LENGTH)
                                                .maxStringLength(MAX_STRING_LENGTH)
                                                .build())
                                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                                .enable(StreamWriteFeature.STRICT_DUPLICATE_DETECTION)
                                .disable(StreamWriteFeature.AUTO_CLOSE_TARGET));
        return JsonMapper.builder(factory)
                .addModule(Spelling.jackson())
                .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .polymorphicTypeValidator(BasicPolymorphicTypeValidator.builder().build())
                .build();
    }
}
