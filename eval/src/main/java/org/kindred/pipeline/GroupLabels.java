package org.kindred.pipeline;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.SeedTree;
import org.kindred.options.Spelling;
import org.kindred.reward.prototype.PreferenceGroups;

/** Which preference group a prompt belongs to. */
public enum GroupLabels {
    /** Cells of like-minded users, found by the judge. */
    PROTOTYPES,
    /** Labels of the data set: of the task, else of the user. */
    DATASET,
    /** Control: the labels of the data set, or prototypes where it has none, dealt at random. */
    RANDOM,
    /** Control: one group for all. */
    SINGLE;

    /** Finds prototypes; costs what the judge costs, so it is asked only where it is needed. */
    interface Prototypes {
        PreferenceGroups find();
    }

    /** Whether cells must be found for the users of a data set. */
    boolean needsPrototypes(PreferenceDataset dataset) {
        return this == PROTOTYPES
                || this == RANDOM && dataset.users().stream().anyMatch(user -> user.group() == null)
                || this == RANDOM && dataset.users().isEmpty();
    }

    /**
     * The group of each item, by its id.
     *
     * @throws KindredException if the data set has no label for an item that needs one
     */
    Map<String, String> of(List<TrainingItem> items, Prototypes prototypes, SeedTree seeds) {
        return switch (this) {
            case SINGLE -> all(items, item -> PreferenceGroups.EVERYBODY);
            case DATASET -> all(items, GroupLabels::labelled);
            case PROTOTYPES -> found(items, prototypes.find());
            case RANDOM -> {
                boolean labelled = items.stream().allMatch(item -> item.label() != null);
                yield dealt(
                        items,
                        labelled
                                ? all(items, GroupLabels::labelled)
                                : found(items, prototypes.find()),
                        seeds);
            }
        };
    }

    private interface Label {
        String of(TrainingItem item);
    }

    private static Map<String, String> all(List<TrainingItem> items, Label label) {
        Map<String, String> groups = new LinkedHashMap<>();
        items.forEach(item -> groups.put(item.id(), label.of(item)));
        return groups;
    }

    private static String labelled(TrainingItem item) {
        if (item.label() == null) {
            throw new KindredException(
                    "groups = dataset: "
                            + item
                            + " has no label, neither its task nor its user has a group; use"
                            + " groups = prototypes or single");
        }
        return item.label();
    }

    private static Map<String, String> found(List<TrainingItem> items, PreferenceGroups groups) {
        return all(items, item -> groups.groupOf(item.userId(), item.promptText()));
    }

    /** Whole users change labels where a user has one, single items otherwise. */
    private static Map<String, String> dealt(
            List<TrainingItem> items, Map<String, String> groups, SeedTree seeds) {
        Map<String, String> labelOfUser = new TreeMap<>();
        boolean onePerUser = true;
        for (TrainingItem item : items) {
            String label = groups.get(item.id());
            String before = labelOfUser.putIfAbsent(item.userId(), label);
            onePerUser &= before == null || before.equals(label);
        }
        Map<String, String> labels = onePerUser ? labelOfUser : groups;
        List<String> shuffled = seeds.child("random groups").shuffled(labels.values());
        Map<String, String> dealt = new LinkedHashMap<>();
        labels.keySet().forEach(key -> dealt.put(key, shuffled.get(dealt.size())));
        boolean byUser = onePerUser;
        return all(items, item -> dealt.get(byUser ? item.userId() : item.id()));
    }

    @JsonCreator
    public static GroupLabels parse(String text) {
        return Spelling.parse(GroupLabels.class, "groups", text);
    }

    @JsonValue
    public String spelling() {
        return Spelling.of(this);
    }
}
