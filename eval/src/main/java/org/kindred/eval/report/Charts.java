package org.kindred.eval.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.benchmark.Accuracy;
import org.kindred.eval.benchmark.TrainingSize;
import org.kindred.eval.results.Results;

/**
 * What the charts of a report draw: parts of {@code results.json}, unchanged, so that a point in a
 * chart is a number in the file.
 *
 * @param bars utility of every true group, over all cells
 * @param cells utility of all users by cell, for the matrix of seen and unseen users and domains
 */
record Charts(
        List<String> policies,
        List<Alignment.Row> bars,
        List<Alignment.Row> cells,
        List<Results.Curve> curves,
        Results.@Nullable Prototypes prototypes,
        List<Accuracy> accuracy,
        @JsonProperty("training_sizes") List<TrainingSize> trainingSizes) {

    Charts(Results results) {
        this(
                results.policies(),
                rows(results, true),
                rows(results, false),
                results.curves(),
                results.prototypes(),
                results.rewardModel().rows(),
                results.trainingSizes());
    }

    private static List<Alignment.Row> rows(Results results, boolean bars) {
        return results.alignment() == null
                ? List.of()
                : results.alignment().rows().stream()
                        .filter(row -> row.grouping().equals("truth"))
                        .filter(
                                row ->
                                        bars
                                                ? row.cell().equals(Alignment.ALL)
                                                : !row.cell().equals(Alignment.ALL)
                                                        && row.group().equals(Alignment.ALL))
                        .toList();
    }
}
