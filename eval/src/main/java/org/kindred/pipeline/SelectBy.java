package org.kindred.pipeline;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;
import org.kindred.options.Spelling;

/**
 * The number of the held-out prompts that chooses among checkpoints: a metric over all of them, or
 * {@code worst_group:METRIC} or {@code group_mean:METRIC} over preference groups, in which a
 * majority counts no more than the others.
 *
 * @param metric a number that held-out prompts give, or {@link #AUTO}
 */
public record SelectBy(Over over, String metric) {
    /** The usual metric of the prompts at hand. */
    public static final String AUTO = "auto";

    /** Over what a metric is taken. */
    public enum Over {
        /** All held-out prompts alike, so that large groups decide. */
        ALL,
        /** The group with the least value. */
        WORST_GROUP,
        /** Unweighted mean of the groups' values. */
        GROUP_MEAN;

        /** The name under which the measurements hold a metric. */
        String key(String metric) {
            return this == ALL ? metric : Spelling.of(this) + "/" + metric;
        }
    }

    public SelectBy {
        if (!metric.equals(AUTO) && !HeldOut.METRICS.contains(metric)) {
            throw new IllegalArgumentException(
                    "select_by = "
                            + spelling(over, metric)
                            + ": must be "
                            + AUTO
                            + ", "
                            + String.join(", ", HeldOut.METRICS)
                            + ", or one of these behind worst_group: or group_mean:, for example"
                            + " worst_group:reference_log_prob");
        }
    }

    @JsonCreator
    public static SelectBy parse(String text) {
        String word = text.strip().toLowerCase(Locale.ROOT);
        for (Over over : List.of(Over.WORST_GROUP, Over.GROUP_MEAN)) {
            String prefix = Spelling.of(over) + ":";
            if (word.startsWith(prefix)) {
                return new SelectBy(over, word.substring(prefix.length()));
            }
        }
        return new SelectBy(Over.ALL, word);
    }

    /**
     * The name of the number among the measurements.
     *
     * @throws IllegalArgumentException if the held-out prompts do not have it
     */
    String key(List<HeldOut.Prompt> heldOut) {
        if (metric.equals(AUTO)) {
            return over.key(HeldOut.usualMetric(heldOut));
        }
        List<String> measured = HeldOut.metrics(heldOut);
        if (!measured.contains(metric)) {
            throw new IllegalArgumentException(
                    "select_by = "
                            + this
                            + ": the held-out prompts give "
                            + String.join(", ", measured)
                            + "; ndcg and hr_k need tasks with candidates, reference_log_prob texts of"
                            + " the users, preference_accuracy choices. Use auto or one of those given,"
                            + " alone or behind worst_group: or group_mean:");
        }
        return over.key(metric);
    }

    boolean byGroup() {
        return over != Over.ALL;
    }

    @JsonValue
    public String spelling() {
        return spelling(over, metric);
    }

    private static String spelling(Over over, String metric) {
        return over == Over.ALL ? metric : Spelling.of(over) + ":" + metric;
    }

    @Override
    public String toString() {
        return spelling();
    }
}
