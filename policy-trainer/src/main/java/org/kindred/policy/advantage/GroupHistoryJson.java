package org.kindred.policy.advantage;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.KindredException;

/**
 * The group history as JSON, a member of every checkpoint. Doubles are written so that reading
 * gives the same bits.
 */
public final class GroupHistoryJson {
    private static final String FORMAT = "kindred-group-history";
    private static final int VERSION = 1;
    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .build();

    /** The file: {@code version} is read before anything else is trusted. */
    private record Header(String format, int version) {}

    private record Document(
            String format,
            int version,
            HistoryMemory memory,
            String rewardFingerprint,
            long steps,
            Map<String, GroupState> groups) {}

    private GroupHistoryJson() {}

    /** The whole state, groups in ascending order, always the same bytes for the same state. */
    public static byte[] write(GroupHistory history) {
        Map<String, GroupState> groups = new TreeMap<>();
        history.groups().forEach(group -> groups.put(group, history.state(group)));
        try {
            return JSON.writerWithDefaultPrettyPrinter()
                    .writeValueAsBytes(
                            new Document(
                                    FORMAT,
                                    VERSION,
                                    history.memory(),
                                    history.rewardFingerprint(),
                                    history.steps(),
                                    groups));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(
                    "The group history could not be written as JSON", impossible);
        }
    }

    /**
     * The state that {@link #write} gave.
     *
     * @param json content of the file
     * @param expected a history of this run's memory, groups and reward functions; its own state is
     *     not read
     * @param acceptOtherReward load even if other reward functions filled the state
     * @throws KindredException if the content is no such file, too new, damaged, or of another
     *     memory, other groups or, unless accepted, other reward functions
     */
    public static GroupHistory read(byte[] json, GroupHistory expected, boolean acceptOtherReward) {
        Document document = parse(json);
        require("memory", document.memory, expected.memory());
        require("groups", document.groups.keySet(), expected.groups());
        if (!acceptOtherReward) {
            require("reward_fingerprint", document.rewardFingerprint, expected.rewardFingerprint());
        }
        return new GroupHistory(
                expected.memory(), expected.rewardFingerprint(), document.groups, document.steps);
    }

    private static Document parse(byte[] json) {
        try {
            Header header =
                    JSON.readerFor(Header.class)
                            .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                            .readValue(json);
            if (!header.format.equals(FORMAT) || header.version < 1 || header.version > VERSION) {
                throw new KindredException(
                        "Group history: found format "
                                + header.format
                                + " version "
                                + header.version
                                + ", expected "
                                + FORMAT
                                + " version 1 to "
                                + VERSION
                                + "; was the checkpoint written by a newer release?");
            }
            Document document = JSON.readValue(json, Document.class);
            if (document.groups.containsValue(null)) {
                throw new KindredException(
                        "Group history: a group has no state; use another checkpoint");
            }
            return document;
        } catch (IOException damaged) {
            throw new KindredException(
                    "Group history: the JSON is damaged or lacks a field; use another checkpoint",
                    damaged);
        }
    }

    private static void require(String field, Object found, Object expected) {
        if (!found.equals(expected)) {
            throw new KindredException(
                    "Group history: "
                            + field
                            + " is "
                            + found
                            + " in the file, but this run has "
                            + expected
                            + "; resume with the settings of the checkpoint");
        }
    }
}
