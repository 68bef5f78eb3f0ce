package org.kindred.reward.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of {@code chains.jsonl}: a chain that a teacher wrote, or why there is none.
 *
 * @param sample its number
 * @param teacher who wrote it, with model and wording
 * @param text as it is learned; null if it was rejected
 * @param criteria their names; empty if it was rejected
 * @param rejected {@code failed}, {@code unreadable}, {@code tie}, {@code wrong order} or {@code
 *     duplicate}; null if it was kept
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TeacherChain(
        String userId,
        String rowId,
        boolean chosenFirst,
        int sample,
        String teacher,
        @Nullable String text,
        List<String> criteria,
        @Nullable String rejected) {
    public TeacherChain {
        criteria = List.copyOf(criteria);
    }

    /** Redacted: holds texts about people. */
    @Override
    public String toString() {
        return "TeacherChain[" + rowId + ", " + sample + "]";
    }
}
