package org.kindred.options;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * Options from one place, which differ from those below.
 *
 * @param origin where they come from, as messages and {@code --print-config} say it
 * @param values by key; a key may have dots, and a value may be a tree of further keys
 * @param command whether the values are words of a command line, to be read by the type of their
 *     option
 */
public record OptionLayer(String origin, ObjectNode values, boolean command) {
    private static final String PRESET = "preset ";

    static boolean isPreset(String origin) {
        return origin.startsWith(PRESET);
    }

    /** Options that are packaged under a name. */
    public static OptionLayer preset(String name, String yaml) {
        String origin = PRESET + name;
        return new OptionLayer(origin, parse(origin, yaml), false);
    }

    /**
     * A configuration file.
     *
     * @throws OptionsException if it cannot be read or is no YAML map
     */
    public static OptionLayer file(Path file) {
        try {
            return new OptionLayer(
                    file.toString(), parse(file.toString(), Files.readString(file)), false);
        } catch (IOException e) {
            throw new OptionsException(
                    "Cannot read the options file "
                            + file
                            + ": it does not exist or is not readable UTF-8 text",
                    e);
        }
    }

    /** {@code key.with.dots -> value} of the command line, values in YAML. */
    public static OptionLayer commandLine(Map<String, String> settings) {
        return new OptionLayer("command line", OptionTree.YAML.valueToTree(settings), true);
    }

    /** Values that something else has decided, as a map or tree that Jackson understands. */
    public static OptionLayer of(String origin, Map<String, ?> values) {
        return new OptionLayer(origin, OptionTree.YAML.valueToTree(values), false);
    }

    /** Those of some top-level keys; the layer's keys are trees, not words with dots. */
    public OptionLayer only(Set<String> sections) {
        return new OptionLayer(origin, values.deepCopy().retain(sections), command);
    }

    /** Those that are not what {@code options} have anyway; the keys are trees. */
    public OptionLayer differingFrom(Record options) {
        ObjectNode differing = values.deepCopy();
        removeEqual(differing, OptionTree.tree(options));
        return new OptionLayer(origin, differing, command);
    }

    private static void removeEqual(ObjectNode from, JsonNode base) {
        for (String key : from.properties().stream().map(Map.Entry::getKey).toList()) {
            JsonNode value = from.get(key);
            JsonNode other = base.path(key);
            if (value instanceof ObjectNode tree && other instanceof ObjectNode) {
                removeEqual(tree, other);
                if (tree.isEmpty()) {
                    from.remove(key);
                }
            } else if (value.toString().equals(other.toString())) {
                from.remove(key);
            }
        }
    }

    private static ObjectNode parse(String origin, String yaml) {
        try {
            JsonNode node = OptionTree.YAML.readTree(yaml);
            if (node == null || node.isMissingNode() || node.isNull()) {
                return OptionTree.YAML.createObjectNode(); // an empty file changes nothing
            }
            if (!(node instanceof ObjectNode values)) {
                throw new OptionsException(
                        origin + ": found " + node.getNodeType() + ", expected a map of options");
            }
            return values;
        } catch (JsonProcessingException e) {
            if (String.valueOf(e.getOriginalMessage()).startsWith("Trailing token")) {
                throw new OptionsException(
                        origin
                                + where(e)
                                + ": a second document begins (---); keep one map of options a file");
            }
            throw new OptionsException(
                    origin
                            + where(e)
                            + ": not valid YAML: "
                            + OptionTree.firstLine(e.getOriginalMessage()));
        }
    }

    private static String where(JsonProcessingException e) {
        return e.getLocation() == null ? "" : " line " + e.getLocation().getLineNr();
    }
}
