package org.kindred.policy.advantage;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;

/**
 * The group history as a JSON file, a member of every checkpoint. The same state always gives the
 * same bytes, and reading gives the same bits.
 */
public final class GroupHistoryFile {
    private static final String FORMAT = "kindred-group-history";
    private static final int VERSION = 1;
    private static final String WHAT = "the group history";

    private record Document(
            String format,
            int version,
            HistoryMemory memory,
            String rewardFingerprint,
            long steps,
            Map<String, GroupState> groups) {}

    private GroupHistoryFile() {}

    /** Writes the whole state, groups in ascending order. */
    public static void write(Path file, GroupHistory history) {
        Map<String, GroupState> groups = new TreeMap<>();
        history.groups().forEach(group -> groups.put(group, history.state(group)));
        Json.write(
                file,
                new Document(
                        FORMAT,
                        VERSION,
                        history.memory(),
                        history.rewardFingerprint(),
                        history.steps(),
                        groups));
    }

    /**
     * Fills a history from the state that {@link #write} wrote.
     *
     * @param history of this run's memory, groups and reward functions
     * @param acceptOtherReward fill it even if other reward functions made the state
     * @throws KindredException if the content is no such file, too new, damaged, or of another
     *     memory, other groups or, unless accepted, other reward functions
     */
    public static void restore(Path file, GroupHistory history, boolean acceptOtherReward) {
        Json.requireFormat(file, FORMAT, VERSION, WHAT);
        Document document = Json.readWhole(file, Document.class, WHAT);
        require("memory", document.memory, history.memory());
        require("groups", document.groups.keySet(), history.groups());
        if (!acceptOtherReward) {
            require("reward_fingerprint", document.rewardFingerprint, history.rewardFingerprint());
        }
        if (document.groups.containsValue(null)) {
            throw new KindredException(
                    WHAT + " in " + file + ": a group has no state; use another checkpoint");
        }
        history.restore(document.groups, document.steps);
    }

    private static void require(String field, Object found, Object expected) {
        if (!found.equals(expected)) {
            throw new KindredException(
                    WHAT
                            + ": "
                            + field
                            + " is "
                            + found
                            + " in the file, but this run has "
                            + expected
                            + "; resume with the settings of the checkpoint");
        }
    }
}
