package org.kindred.options;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Options as nested records, filled from defaults and then layer by layer: presets, a YAML file,
 * settings of the command line.
 *
 * <p>The defaults stand in the records alone; a layer names only what differs. An unknown key, a
 * wrong type or a refused value is an {@link OptionsException} that names the key and where it came
 * from. A file that names every option, as {@link #describe} and a run's {@code config.yaml} do,
 * counts as the source of only those that differ.
 *
 * @param options the checked options
 * @param origins where each option came from: {@code default}, the name of a layer, or {@code not
 *     read: ...}; keys with dots
 */
public record OptionTree<T extends Record>(T options, Map<String, String> origins) {
    static final YAMLMapper YAML =
            YAMLMapper.builder(
                            YAMLFactory.builder()
                                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                                    .disable(YAMLGenerator.Feature.SPLIT_LINES)
                                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .addModule(Spelling.jackson())
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private static final String DEFAULT = "default";
    private static final String NOT_READ = "not read: ";

    /**
     * @param defaults every option with its default
     * @param layers weakest first
     */
    public static <T extends Record> OptionTree<T> resolve(T defaults, List<OptionLayer> layers) {
        Map<String, String> origins = new TreeMap<>();
        ObjectNode tree = merged(defaults, layers, origins);
        return new OptionTree<>(bind(tree, defaults, origins), origins);
    }

    /**
     * The value that one option would have, before the whole is checked: for options on which the
     * defaults of others depend.
     *
     * @param key with dots
     */
    public static String peek(Record defaults, List<OptionLayer> layers, String key) {
        return merged(defaults, layers, new TreeMap<>()).at("/" + key.replace('.', '/')).asText();
    }

    private static ObjectNode merged(
            Record defaults, List<OptionLayer> layers, Map<String, String> origins) {
        ObjectNode tree = YAML.valueToTree(defaults);
        values(defaults).keySet().forEach(key -> origins.put(key, DEFAULT));
        for (OptionLayer layer : layers) {
            Map<String, Given> given = new LinkedHashMap<>();
            ObjectNode named =
                    layer.command() ? whole(layer, defaults.getClass(), origins) : layer.values();
            flatten(layer, defaults.getClass(), "", "", named, given);
            boolean complete = given.keySet().containsAll(origins.keySet());
            given.forEach(
                    (key, value) -> {
                        boolean changed = put(tree, key, value.value());
                        if (changed || !complete) {
                            origins.put(key, layer.origin());
                        }
                    });
        }
        return tree;
    }

    /** A command line may leave out the beginning of a key where one option alone ends like it. */
    private static ObjectNode whole(OptionLayer layer, Class<?> type, Map<String, String> known) {
        ObjectNode named = YAML.createObjectNode();
        Set<String> sections = OptionMeanings.components(type).keySet();
        for (Map.Entry<String, JsonNode> given : layer.values().properties()) {
            String key = given.getKey();
            List<String> ends =
                    sections.contains(key.split("\\.", 2)[0])
                            ? List.of()
                            : known.keySet().stream()
                                    .filter(option -> option.endsWith("." + key))
                                    .toList();
            if (ends.size() > 1) {
                throw new OptionsException(
                        layer.origin()
                                + ": "
                                + key
                                + " may be "
                                + String.join(" or ", ends)
                                + "; write the whole key");
            }
            String meant = ends.isEmpty() ? key : ends.get(0);
            if (named.replace(meant, given.getValue()) != null) {
                throw new OptionsException(
                        layer.origin() + ": " + meant + " is given twice; keep one");
            }
        }
        return named;
    }

    /**
     * @param written the key as the layer writes it, which may nest, have dots, or both
     */
    private record Given(JsonNode value, String written) {}

    private static void flatten(
            OptionLayer layer,
            Class<?> type,
            String prefix,
            String writtenPrefix,
            ObjectNode values,
            Map<String, Given> into) {
        for (Map.Entry<String, JsonNode> field : values.properties()) {
            String key = prefix + field.getKey();
            String written = writtenPrefix + field.getKey();
            RecordComponent component = component(layer, type, prefix, field.getKey());
            Class<?> inner = component.getType();
            JsonNode value = field.getValue();
            if (OptionMeanings.isNested(inner)) {
                if (!(value instanceof ObjectNode nested)) {
                    throw new OptionsException(
                            layer.origin()
                                    + ": "
                                    + key
                                    + ": found "
                                    + value
                                    + ", expected options under it: "
                                    + String.join(", ", OptionMeanings.components(inner).keySet()));
                }
                flatten(layer, inner, key + ".", written + ": ", nested, into);
            } else {
                JsonNode read = layer.command() ? word(key, value.asText(), inner) : value;
                Given before = into.put(key, new Given(read, written));
                if (before != null) {
                    throw new OptionsException(
                            layer.origin()
                                    + ": "
                                    + key
                                    + " is given twice, as \""
                                    + before.written()
                                    + "\" and as \""
                                    + written
                                    + "\"; keep one");
                }
            }
        }
    }

    /** The component that a key, which may have dots, leads to. */
    private static RecordComponent component(
            OptionLayer layer, Class<?> type, String prefix, String key) {
        Map<String, RecordComponent> known = OptionMeanings.components(type);
        int dot = key.indexOf('.');
        RecordComponent component = known.get(dot < 0 ? key : key.substring(0, dot));
        if (component == null || dot >= 0 && !OptionMeanings.isNested(component.getType())) {
            throw new OptionsException(
                    layer.origin()
                            + ": unknown option "
                            + prefix
                            + key
                            + "; known here: "
                            + String.join(", ", known.keySet())
                            + ". See --print-config.");
        }
        return dot < 0
                ? component
                : component(
                        layer,
                        component.getType(),
                        prefix + key.substring(0, dot + 1),
                        key.substring(dot + 1));
    }

    /** A value of the command line: YAML, but a text stays one whatever it looks like. */
    private static JsonNode word(String key, String text, Class<?> type) {
        boolean quoted = text.startsWith("\"") || text.startsWith("'") || text.equals("null");
        if (type == String.class && !quoted) {
            return TextNode.valueOf(text);
        }
        try {
            return YAML.readTree(text);
        } catch (JsonProcessingException e) {
            throw new OptionsException(
                    "command line: " + key + " = " + text + " is not a YAML value");
        }
    }

    /** Sets one option; tells whether it had another value. */
    private static boolean put(ObjectNode tree, String key, JsonNode value) {
        int dot = key.lastIndexOf('.');
        ObjectNode parent =
                dot < 0 ? tree : tree.withObject("/" + key.substring(0, dot).replace('.', '/'));
        JsonNode before = parent.replace(key.substring(dot + 1), value);
        return before == null || !before.toString().equals(value.toString()); // 1 is int or long
    }

    /** The options that a layer has set, by their keys with dots, with the name of the layer. */
    public Map<String, String> given() {
        Map<String, String> given = new TreeMap<>(origins);
        given.values().removeIf(from -> from.equals(DEFAULT) || from.startsWith(NOT_READ));
        return given;
    }

    /**
     * Says that options are not read with the choices made elsewhere. A preset may name them: it
     * was written for many choices.
     *
     * @param key of an option, or of a record of options, all of which are meant
     * @param why which choice leaves it unread, and which one would read it
     * @return the same options; the unread ones say so in {@link #describe}
     * @throws OptionsException if one of them was given by a file or the command line, whatever its
     *     value
     */
    public OptionTree<T> refuse(String key, String why) {
        return refuse(key, why, DEFAULT);
    }

    /**
     * Likewise, where one layer may name what is not read.
     *
     * @param tolerated origin of that layer
     */
    public OptionTree<T> refuse(String key, String why, String tolerated) {
        Map<String, String> marked = new TreeMap<>(origins);
        Set<String> meant = new TreeSet<>(origins.keySet());
        meant.removeIf(option -> !option.equals(key) && !option.startsWith(key + "."));
        if (meant.isEmpty()) {
            throw new IllegalArgumentException(
                    options.getClass().getName() + " has no option " + key);
        }
        Map<String, String> given = given();
        given.keySet().retainAll(meant);
        given.values().removeIf(from -> from.equals(tolerated) || OptionLayer.isPreset(from));
        if (!given.isEmpty()) {
            throw new OptionsException(
                    given.entrySet().stream()
                                    .map(e -> e.getValue() + ": " + e.getKey())
                                    .collect(Collectors.joining(", "))
                            + (given.size() == 1 ? " is not read: " : " are not read: ")
                            + why
                            + "; leave "
                            + (given.size() == 1 ? "it" : "them")
                            + " out");
        }
        meant.forEach(option -> marked.put(option, NOT_READ + why));
        return new OptionTree<>(options, marked);
    }

    /**
     * Likewise for several keys below a prefix.
     *
     * @param prefix with its last dot; empty for none
     * @param unread reasons by key
     */
    public OptionTree<T> refuse(String prefix, Map<String, String> unread) {
        OptionTree<T> tree = this;
        for (Map.Entry<String, String> entry : unread.entrySet()) {
            tree = tree.refuse(prefix + entry.getKey(), entry.getValue());
        }
        return tree;
    }

    /** The options as JSON, every default written out. */
    public static JsonNode tree(Record options) {
        return YAML.valueToTree(options);
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

    /**
     * A configuration file with every option, its origin and its meaning in comments; an asterisk
     * marks the essential ones.
     */
    public String describe() {
        return new OptionPage(origins).of(options.getClass(), YAML.valueToTree(options));
    }

    /** Top-level keys of a record of options, in the order of its components. */
    public static List<String> sections(Class<? extends Record> type) {
        return List.copyOf(OptionMeanings.components(type).keySet());
    }

    /** Values of all options by their keys with dots, as JSON, in the order of the components. */
    public static Map<String, String> values(Record options) {
        Map<String, String> values = new LinkedHashMap<>();
        leaves(
                "",
                options.getClass(),
                YAML.valueToTree(options),
                (key, value) -> values.put(key, value.toString()));
        return values;
    }

    private static void leaves(
            String prefix, Class<?> type, JsonNode node, BiConsumer<String, JsonNode> into) {
        OptionMeanings.components(type)
                .forEach(
                        (name, component) -> {
                            JsonNode value = node.path(name);
                            if (OptionMeanings.isNested(component.getType()) && value.isObject()) {
                                leaves(prefix + name + ".", component.getType(), value, into);
                            } else {
                                into.accept(prefix + name, value);
                            }
                        });
    }

    /**
     * Options that differ between two records of one kind, as {@code key: first -> second}, by key.
     */
    public static List<String> differences(Record first, Record second) {
        Map<String, String> after = values(second);
        List<String> changed = new ArrayList<>();
        new TreeMap<>(values(first))
                .forEach(
                        (key, value) -> {
                            if (!value.equals(after.get(key))) {
                                changed.add(key + ": " + value + " -> " + after.get(key));
                            }
                        });
        return changed;
    }

    /** Reads options back from the file that {@link #yaml} wrote. */
    public static <T extends Record> T load(Path file, Class<T> type) {
        try {
            T options = YAML.readValue(Files.readAllBytes(file), type);
            requireFinite(type, YAML.valueToTree(options), Map.of());
            return options;
        } catch (IOException e) {
            throw new OptionsException(
                    file
                            + " does not hold the options of a run of this version: "
                            + firstLine(String.valueOf(e.getMessage())),
                    e);
        }
    }

    private static <T extends Record> T bind(
            ObjectNode tree, T defaults, Map<String, String> origins) {
        try {
            @SuppressWarnings("unchecked") // a record's own class
            Class<T> type = (Class<T>) defaults.getClass();
            requireFinite(
                    type, tree, origins); // names the key before the record does its own check
            T bound = YAML.treeToValue(tree, type);
            requireFinite(type, YAML.valueToTree(bound), origins); // words: NaN, Infinity
            return bound;
        } catch (ValueInstantiationException e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            throw new OptionsException(
                    at(e, origins) + firstLine(String.valueOf(reason.getMessage())));
        } catch (UnrecognizedPropertyException e) {
            throw new OptionsException(
                    at(e, origins)
                            + "unknown key "
                            + e.getPropertyName()
                            + "; known here: "
                            + e.getKnownPropertyIds());
        } catch (MismatchedInputException e) {
            String found =
                    e instanceof InvalidFormatException format
                            ? "found " + format.getValue() + ", "
                            : "";
            throw new OptionsException(at(e, origins) + found + expected(e.getTargetType()));
        } catch (JsonProcessingException e) {
            throw new OptionsException("options: " + firstLine(e.getOriginalMessage()));
        }
    }

    /** YAML writes {@code .nan} and {@code .inf}, and a huge number overflows to one. */
    private static void requireFinite(
            Class<? extends Record> type, JsonNode tree, Map<String, String> origins) {
        leaves(
                "",
                type,
                tree,
                (key, value) -> {
                    String found = notFinite(value);
                    if (found != null) {
                        throw new OptionsException(
                                origins.getOrDefault(key, "options")
                                        + ": "
                                        + key
                                        + ": found "
                                        + found
                                        + ", expected a finite number");
                    }
                });
    }

    /** A number below a value that is none, at any depth; null if there is none. */
    private static @Nullable String notFinite(JsonNode value) {
        if (value.isFloatingPointNumber() && !Double.isFinite(value.doubleValue())) {
            return value.asText();
        }
        for (JsonNode inner : value) {
            String found = notFinite(inner);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    @SuppressWarnings("unchecked") // an enum's own class
    private static String expected(@Nullable Class<?> type) {
        if (type == null) {
            return "wrong type";
        }
        return type.isEnum()
                ? "expected one of " + Spelling.known((Class<? extends Enum<?>>) type)
                : "wrong type, expected " + type.getSimpleName();
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

    static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }
}
