package org.kindred.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.alignment.HeldOutTable;
import org.kindred.eval.alignment.Measure;
import org.kindred.eval.alignment.OverOptimisation;
import org.kindred.eval.alignment.PersonaEffect;
import org.kindred.eval.alignment.RewardReliability;
import org.kindred.eval.alignment.WinRate;
import org.kindred.eval.benchmark.Accuracy;
import org.kindred.eval.benchmark.RewardBenchmark;
import org.kindred.eval.results.Results;

/** What was measured and what came of it, in sentences. */
final class Findings {
    private final Results results;

    Findings(Results results) {
        this.results = results;
    }

    /** What was measured, on whom, and by what. */
    List<String> measured() {
        List<String> sentences = new ArrayList<>();
        Alignment alignment = results.alignment();
        if (alignment != null && !alignment.rows().isEmpty()) {
            Alignment.Row row = alignment.rows().get(0); // all cells, all groups
            sentences.add(
                    String.format(
                            Locale.ROOT,
                            "%s wrote %,d completions each for %,d users. They are measured by %s; groups are %s.",
                            list(results.policies()),
                            row.completions(),
                            row.users(),
                            measure(alignment.measure()),
                            alignment.groups()));
        } else if (alignment != null && !alignment.winRates().isEmpty()) {
            sentences.add(
                    String.format(
                            Locale.ROOT,
                            "Completions of %s for the same user and prompt were compared by %s.",
                            list(results.policies()),
                            list(
                                    alignment.winRates().stream()
                                            .map(WinRate::by)
                                            .distinct()
                                            .toList())));
        }
        HeldOutTable heldOut = results.heldOut();
        if (heldOut != null && !heldOut.rows().isEmpty()) {
            HeldOutTable.Row row = heldOut.rows().get(0);
            sentences.add(
                    String.format(
                            Locale.ROOT,
                            "Each policy read %,d held-out choices of %,d users under the user's own persona, under that of a user of another group, and without one: which answer does it find likelier?",
                            row.choices(),
                            row.users()));
        }
        RewardBenchmark.Result benchmark = results.rewardModel();
        if (benchmark != null && !benchmark.rows().isEmpty()) {
            sentences.add(
                    String.format(
                            Locale.ROOT,
                            "Ways to predict choices (%s) were measured on held-out choices in the cells %s.",
                            list(benchmark.rows().stream().map(Accuracy::arm).distinct().toList()),
                            list(
                                    benchmark.rows().stream()
                                            .map(row -> row.cell().replace('_', ' '))
                                            .distinct()
                                            .toList())));
        }
        if (sentences.isEmpty()) {
            results.tables().forEach(table -> sentences.add(table.caption()));
        }
        return sentences;
    }

    private static String measure(Measure measure) {
        return switch (measure) {
            case TRUE_UTILITY ->
                    "the simulation's true utility (about 0 to 1), which no judge ever saw";
            case EVALUATING_JUDGE ->
                    "the evaluating judge's total (1 to 10), a judge fitted on choices that the rewarding one never read";
            case REWARD ->
                    "the total (1 to 10) of the judge that they were trained on, since nothing else is known: gains may be over-optimisation";
        };
    }

    /** What holds for all users and cells; or all verdicts where there is nothing else. */
    List<String> main() {
        List<String> sentences = new ArrayList<>();
        Alignment alignment = results.alignment();
        if (alignment != null) {
            alignment.comparisons().stream()
                    .filter(row -> row.cell().equals(Alignment.ALL))
                    .filter(row -> row.group().equals(Alignment.ALL))
                    .forEach(row -> sentences.add(row.sentence()));
            if (alignment.comparisons().isEmpty()) {
                alignment.winRates().forEach(row -> sentences.add(row.sentence()));
            }
        }
        results.personaEffect().stream()
                .filter(row -> row.group().equals(Alignment.ALL))
                .map(PersonaEffect::sentence)
                .forEach(sentences::add);
        heldOut(sentences, true);
        results.overOptimisation().stream()
                .filter(row -> row.group().equals(Alignment.ALL))
                .map(OverOptimisation::sentence)
                .forEach(sentences::add);
        if (results.rewardModel() != null && alignment == null) {
            results.rewardModel().differences().forEach(row -> sentences.add(row.sentence()));
        }
        return sentences;
    }

    /** Further comparisons: of each group, and by margins. */
    List<String> further() {
        List<String> sentences = new ArrayList<>();
        if (results.alignment() != null) {
            results.alignment().comparisons().stream()
                    .filter(row -> row.cell().equals(Alignment.ALL))
                    .filter(row -> !row.group().equals(Alignment.ALL))
                    .forEach(row -> sentences.add(row.sentence()));
        }
        heldOut(sentences, false);
        results.overOptimisation().stream()
                .filter(row -> !row.group().equals(Alignment.ALL))
                .map(OverOptimisation::sentence)
                .forEach(sentences::add);
        return sentences;
    }

    /** Whether the reward is noise: to all together, and each group to which it is. */
    List<String> reliability() {
        return results.rewardReliability().stream()
                .filter(row -> row.noise() || row.group().equals(Alignment.ALL))
                .map(RewardReliability::sentence)
                .toList();
    }

    /** Accuracies against the start and a stranger's persona first; the rest is further. */
    private void heldOut(List<String> sentences, boolean first) {
        if (results.heldOut() != null) {
            results.heldOut().contrasts().stream()
                    .filter(row -> row.cell().equals(Alignment.ALL))
                    .filter(
                            row ->
                                    first
                                            == (row.group().equals(Alignment.ALL)
                                                    && row.quantity().equals(HeldOutTable.ACCURACY)
                                                    && !row.baseline().equals(HeldOutTable.NONE)))
                    .forEach(row -> sentences.add(row.sentence()));
        }
    }

    private static String list(List<String> names) {
        int last = names.size() - 1;
        return last < 1
                ? String.join("", names)
                : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
    }
}
