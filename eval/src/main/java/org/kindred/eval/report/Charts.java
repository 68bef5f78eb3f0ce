package org.kindred.eval.report;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.alignment.HeldOutTable;
import org.kindred.eval.alignment.OverOptimisation;
import org.kindred.eval.benchmark.Accuracy;
import org.kindred.eval.benchmark.TrainingSize;
import org.kindred.eval.results.Results;

/**
 * What the charts of a report draw: parts of {@code results.json}, unchanged, so that a point in a
 * chart is a number in the file.
 *
 * @param measure of the completions in words
 * @param bars value of every group, over all cells
 * @param cells value of all users by cell, for the matrix of seen and unseen users and domains
 * @param heldOut held-out choices of all users and cells
 * @param gains of all groups by both judges
 */
record Charts(
        List<String> policies,
        @Nullable String measure,
        List<Alignment.Row> bars,
        List<Alignment.Row> cells,
        List<HeldOutTable.Row> heldOut,
        List<OverOptimisation> gains,
        List<Results.Curve> curves,
        Results.@Nullable Prototypes prototypes,
        List<Accuracy> accuracy,
        List<TrainingSize> trainingSizes) {

    static Charts of(Results results) {
        Alignment alignment = results.alignment();
        List<Alignment.Row> rows =
                alignment == null
                        ? List.of()
                        : alignment.rows().stream()
                                .filter(row -> row.grouping().equals(Alignment.GROUP))
                                .toList();
        return new Charts(
                results.policies(),
                alignment == null ? null : alignment.measure().words(),
                rows.stream().filter(row -> row.cell().equals(Alignment.ALL)).toList(),
                rows.stream()
                        .filter(
                                row ->
                                        !row.cell().equals(Alignment.ALL)
                                                && row.group().equals(Alignment.ALL))
                        .toList(),
                results.heldOut() == null
                        ? List.of()
                        : results.heldOut().rows().stream()
                                .filter(row -> row.cell().equals(Alignment.ALL))
                                .filter(row -> row.group().equals(Alignment.ALL))
                                .toList(),
                results.overOptimisation().stream()
                        .filter(row -> row.group().equals(Alignment.ALL))
                        .toList(),
                results.curves(),
                results.prototypes(),
                results.rewardModel() == null ? List.of() : results.rewardModel().rows(),
                results.trainingSizes());
    }
}
