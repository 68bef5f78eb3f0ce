package org.kindred.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;

/**
 * Records as JSON with the {@code snake_case} keys of configuration files. Doubles are written so
 * that reading gives the same bits; every component must be there when reading, none may be
 * unknown.
 */
public final class SnakeJson {
    private static final ObjectMapper MAPPER =
            Json.mapper().copy().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

    private SnakeJson() {}

    /** A record as a tree, components in their declared order. */
    public static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    /** A record as an indented file that is complete or absent. */
    public static void write(Path file, Object value) {
        AtomicFiles.writeText(file, Json.pretty(tree(value)));
    }

    /**
     * A record from a file.
     *
     * @param nullable whether components may be null or missing
     * @param what the file in words, for the message of a failure
     * @throws KindredException if the file cannot be read or does not hold such a record
     */
    public static <T> T read(Path file, Class<T> type, boolean nullable, String what) {
        var reader = MAPPER.readerFor(type);
        if (!nullable) {
            reader =
                    reader.withFeatures(
                            DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                            DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);
        }
        try {
            return reader.readValue(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new KindredException(
                    what
                            + " in "
                            + file
                            + " cannot be read: "
                            + Json.explain(e)
                            + "; use another checkpoint",
                    e);
        } catch (IOException e) {
            throw AtomicFiles.failure("reading " + what, file, e);
        }
    }

    /**
     * Reads the {@code format} and {@code version} that every file of a checkpoint starts with.
     *
     * @throws KindredException if it is another format or a newer version than {@code newest}
     */
    public static void requireFormat(Path file, String format, int newest, String what) {
        JsonNode document = read(file, JsonNode.class, true, what);
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
}
