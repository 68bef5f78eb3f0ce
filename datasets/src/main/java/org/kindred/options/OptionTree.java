package org.kindred.options;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;

/**
 * Options as nested records, filled from defaults, then a YAML file, then settings of the command
 * line.
 *
 * <p>The defaults stand in the records alone; a file names only what differs. An unknown key, a
 * wrong type or a refused value is an {@link OptionsException} that names the key and where it came
 * from.
 *
 * @param options the checked options
 * @param origins where each leaf came from: {@code default}, the file, or {@code command line};
 *     keys with dots
 */
public record OptionTree<T extends Record>(T options, Map<String, String> origins) {
    private static final String DEFAULT = "default";
    private static final YAMLMapper YAML =
            YAMLMapper.builder(
                            YAMLFactory.builder()
                                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                                    .enable(
                                            com.fasterxml.jackson.core.StreamReadFeature
                                                    .STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .build();

    /**
     * @param defaults every option with its default
     * @param file YAML with the keys that differ, or null
     * @param settings {@code key.with.dots -> value} of the command line, strongest
     */
    public static <T extends Record> OptionTree<T> resolve(
            T defaults, @Nullable Path file, Map<String, String> settings) {
        return resolve(defaults, null, file, settings);
    }

    /**
     * Likewise, with a preset between defaults and file.
     *
     * @param preset packaged options, or null
     */
    public static <T extends Record> OptionTree<T> resolve(
            T defaults,
            @Nullable Packaged preset,
            @Nullable Path file,
            Map<String, String> settings) {
        Map<String, String> origins = new TreeMap<>();
        ObjectNode tree = merged(defaults, preset, file, settings, origins);
        return new OptionTree<>(bind(tree, defaults, origins), origins);
    }

    /**
     * Options that are packaged under a name.
     *
     * @param yaml the keys that differ from the defaults
     */
    public record Packaged(String name, String yaml) {}

    private static ObjectNode merged(
            Record defaults,
            @Nullable Packaged preset,
            @Nullable Path file,
            Map<String, String> settings,
            Map<String, String> origins) {
        ObjectNode tree = YAML.valueToTree(defaults);
        leaves("", tree, (key, value) -> origins.put(key, DEFAULT));
        if (preset != null) {
            merge(tree, parse(preset.yaml()), "", "preset " + preset.name(), origins);
        }
        if (file != null) {
            merge(tree, read(file), "", file.toString(), origins);
        }
        settings.forEach((key, value) -> set(tree, key, value, origins));
        return tree;
    }

    /**
     * The value that one option would have, before the whole is checked: for options on which the
     * defaults of others depend.
     *
     * @param key with dots
     */
    public static String peek(
            Record defaults,
            @Nullable Packaged preset,
            @Nullable Path file,
            Map<String, String> settings,
            String key) {
        return merged(defaults, preset, file, settings, new TreeMap<>())
                .at("/" + key.replace('.', '/'))
                .asText();
    }

    /** Every option by its key with dots. */
    public static Map<String, String> flat(Record options) {
        Map<String, String> flat = new TreeMap<>();
        leaves("", YAML.valueToTree(options), (key, value) -> flat.put(key, value.toString()));
        return flat;
    }

    /** The options as YAML, every default written out. */
    public static String yaml(Record options) {
        try {
            return YAML.writeValueAsString(options);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "options do not serialise: " + e.getOriginalMessage(), e);
        }
    }

    /** One line a leaf: {@code key = value (origin) meaning}. */
    public String describe() {
        StringBuilder text = new StringBuilder();
        Map<String, String> meanings = OptionMeanings.of(options.getClass());
        leaves(
                "",
                YAML.valueToTree(options),
                (key, value) ->
                        text.append(
                                String.format(
                                        "%-44s = %-20s (%s)  %s%n",
                                        key,
                                        value,
                                        origins.getOrDefault(key, DEFAULT),
                                        meanings.getOrDefault(key, ""))));
        return text.toString();
    }

    /** Values of all leaves by their keys, as YAML writes them. */
    public static Map<String, String> values(Record options) {
        Map<String, String> values = new LinkedHashMap<>();
        leaves("", YAML.valueToTree(options), (key, value) -> values.put(key, value.toString()));
        return values;
    }

    /**
     * Leaves that differ between two option records of one kind, as {@code key: first -> second}.
     */
    public static List<String> differences(Record first, Record second) {
        Map<String, String> before = new TreeMap<>();
        Map<String, String> after = new TreeMap<>();
        leaves("", YAML.valueToTree(first), (key, value) -> before.put(key, value.toString()));
        leaves("", YAML.valueToTree(second), (key, value) -> after.put(key, value.toString()));
        List<String> changed = new ArrayList<>();
        before.forEach(
                (key, value) -> {
                    if (!value.equals(after.get(key))) {
                        changed.add(key + ": " + value + " -> " + after.get(key));
                    }
                });
        return changed;
    }

    private static JsonNode parse(String yaml) {
        try {
            return YAML.readTree(yaml);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a packaged preset is not valid YAML", e);
        }
    }

    private static JsonNode read(Path file) {
        try {
            JsonNode node = YAML.readTree(Files.readAllBytes(file));
            if (node == null || node.isMissingNode() || node.isNull()) {
                return YAML.createObjectNode(); // an empty file changes nothing
            }
            if (!node.isObject()) {
                throw new OptionsException(
                        file + ": found " + node.getNodeType() + ", expected a map of options");
            }
            return node;
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null ? "" : " line " + e.getLocation().getLineNr();
            throw new OptionsException(
                    file + where + ": not valid YAML: " + firstLine(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new KindredException(
                    "Cannot read the options file "
                            + file
                            + ": it does not exist or is not readable",
                    e);
        }
    }

    private static void merge(
            ObjectNode tree,
            JsonNode changes,
            String prefix,
            String origin,
            Map<String, String> origins) {
        for (Map.Entry<String, JsonNode> field : changes.properties()) {
            String key = prefix + field.getKey();
            JsonNode present = tree.get(field.getKey());
            if (present == null) {
                throw unknownKey(origin, key, tree);
            }
            if (present.isObject() && field.getValue().isObject()) {
                merge((ObjectNode) present, field.getValue(), key + ".", origin, origins);
            } else {
                tree.set(field.getKey(), field.getValue());
                origins.put(key, origin);
            }
        }
    }

    private static void set(
            ObjectNode tree, String key, String value, Map<String, String> origins) {
        ObjectNode parent = tree;
        String[] path = key.split("\\.", -1);
        for (int i = 0; i < path.length - 1; i++) {
            if (!(parent.get(path[i]) instanceof ObjectNode child)) {
                throw unknownKey("command line", key, parent);
            }
            parent = child;
        }
        String leaf = path[path.length - 1];
        if (!parent.has(leaf)) {
            throw unknownKey("command line", key, parent);
        }
        try {
            parent.set(leaf, YAML.readTree(value));
        } catch (JsonProcessingException e) {
            throw new OptionsException(
                    "command line: " + key + " = " + value + " is not a YAML value");
        }
        origins.put(key, "command line");
    }

    private static <T extends Record> T bind(
            ObjectNode tree, T defaults, Map<String, String> origins) {
        try {
            @SuppressWarnings("unchecked") // a record's own class
            Class<T> type = (Class<T>) defaults.getClass();
            return YAML.treeToValue(tree, type);
        } catch (ValueInstantiationException e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            throw new OptionsException(
                    at(e, origins) + firstLine(String.valueOf(reason.getMessage())));
        } catch (MismatchedInputException e) {
            Class<?> type = e.getTargetType();
            throw new OptionsException(
                    at(e, origins)
                            + (type != null && type.isEnum()
                                    ? "expected one of " + values(type)
                                    : "wrong type, expected "
                                            + (type == null
                                                    ? "another type"
                                                    : type.getSimpleName())));
        } catch (JsonProcessingException e) {
            throw new OptionsException("options: " + firstLine(e.getOriginalMessage()));
        }
    }

    /** The values of an enum as they are written. */
    private static String values(Class<?> type) {
        return Stream.of(type.getEnumConstants())
                .map(constant -> YAML.convertValue(constant, String.class))
                .collect(Collectors.joining(", "));
    }

    private static String at(JsonMappingException e, Map<String, String> origins) {
        StringBuilder key = new StringBuilder();
        for (JsonMappingException.Reference reference : e.getPath()) {
            if (reference.getFieldName() == null) {
                break; // an element of a list: its message says which
            }
            key.append(key.length() == 0 ? "" : ".").append(reference.getFieldName());
        }
        return origins.getOrDefault(key.toString(), "options")
                + ": "
                + key
                + (key.length() == 0 ? "" : ": ");
    }

    private static OptionsException unknownKey(String origin, String key, JsonNode known) {
        List<String> names = new ArrayList<>();
        known.fieldNames().forEachRemaining(names::add);
        return new OptionsException(
                origin
                        + ": unknown option "
                        + key
                        + "; known here: "
                        + String.join(", ", names)
                        + ". See --print-config.");
    }

    private static String firstLine(String text) {
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }

    private interface LeafConsumer {
        void accept(String key, JsonNode value);
    }

    private static void leaves(String prefix, JsonNode node, LeafConsumer consumer) {
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (field.getValue().isObject()) {
                leaves(prefix + field.getKey() + ".", field.getValue(), consumer);
            } else {
                consumer.accept(prefix + field.getKey(), field.getValue());
            }
        }
    }

    /** Reads options back from the file that {@link #yaml} wrote. */
    public static <T extends Record> T load(Path file, Class<T> type) {
        try {
            return ((ObjectMapper) YAML).readValue(Files.readAllBytes(file), type);
        } catch (IOException e) {
            throw new KindredException(
                    file
                            + " does not hold the options of a run of this version: "
                            + firstLine(String.valueOf(e.getMessage())),
                    e);
        }
    }
}
