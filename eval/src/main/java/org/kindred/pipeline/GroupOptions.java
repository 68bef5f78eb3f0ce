package org.kindred.pipeline;

import org.kindred.options.Meaning;
import org.kindred.reward.prototype.PreferenceGroups;

/** What a preference group is: the unit by which P-GRPO keeps its reward history. */
public record GroupOptions(
        @Meaning(
                        value =
                                "prototypes (cells of like-minded users, found by the judge), dataset (labels of"
                                        + " the data), random (control: the labels dealt anew) or single (control)",
                        essential = true)
                GroupLabels by,
        @Meaning(
                        "user: one group a user; scenario: a user may have another one for each prompt (cells of"
                                + " chains only)")
                PreferenceGroups.Level level) {

    public static GroupOptions defaults() {
        return new GroupOptions(GroupLabels.PROTOTYPES, PreferenceGroups.Level.USER);
    }
}
