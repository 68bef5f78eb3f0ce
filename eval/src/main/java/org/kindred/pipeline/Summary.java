package org.kindred.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.kindred.datasets.Escape;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.alignment.HeldOutTable;
import org.kindred.eval.alignment.OverOptimisation;
import org.kindred.eval.alignment.PersonaEffect;
import org.kindred.eval.alignment.RewardReliability;
import org.kindred.eval.results.Results;
import org.kindred.eval.stats.Interval;

/** What a run found, in some lines for the terminal. */
final class Summary {
    private final StringBuilder text = new StringBuilder();
    private final Results results;

    private Summary(Results results) {
        this.results = results;
    }

    static String of(Path run) {
        Summary summary = new Summary(Results.read(run));
        summary.groups();
        summary.policies();
        summary.personaEffect();
        summary.rewardReliability();
        summary.heldOut();
        summary.overOptimisation();
        summary.results.notes().forEach(note -> summary.line("note       %s", note));
        summary.line("report     %s", run.resolve("eval/report.html"));
        return summary.text.toString();
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, Escape.terminal(values))).append('\n');
    }

    private void groups() {
        Results.Prototypes found = results.prototypes();
        if (found != null) {
            line(
                    "groups     %d prototypes; adjusted Rand index against the groups of the tables %s (new users %s)",
                    found.count(), number(found.ari()), number(found.ariUnseen()));
        }
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.2f", value);
    }

    private void policies() {
        Alignment alignment = results.alignment();
        if (alignment == null || alignment.rows().isEmpty()) {
            return;
        }
        int width = results.policies().stream().mapToInt(String::length).max().orElse(0);
        String name = "%-" + Math.max(10, width) + "s";
        line(
                name + " %17s %8s %8s   %s",
                "policy",
                alignment.measure().words(),
                "worst",
                "gap",
                "worst group");
        for (String policy : results.policies()) {
            alignment
                    .summary(policy)
                    .ifPresent(
                            row ->
                                    line(
                                            name + " %17.3f %8.3f %8.3f   %s",
                                            policy,
                                            row.shareWeighted(),
                                            row.worst(),
                                            row.gap(),
                                            row.worstGroup()));
        }
        for (Alignment.Comparison row : alignment.comparisons()) {
            if (row.cell().equals(Alignment.ALL) && row.group().equals(Alignment.ALL)) {
                line(
                        "%-19s %+.3f [%+.3f, %+.3f]  %s;  by group: %s",
                        row.policy() + " - " + row.baseline(),
                        row.difference().mean(),
                        row.difference().low(),
                        row.difference().high(),
                        row.verdict(),
                        byGroup(alignment, row));
            }
        }
    }

    private static String byGroup(Alignment alignment, Alignment.Comparison of) {
        return alignment.comparisons().stream()
                .filter(row -> row.cell().equals(Alignment.ALL))
                .filter(row -> !row.group().equals(Alignment.ALL))
                .filter(row -> row.policy().equals(of.policy()))
                .filter(row -> row.baseline().equals(of.baseline()))
                .map(
                        row ->
                                String.format(
                                        Locale.ROOT,
                                        "%s %+.3f",
                                        row.group(),
                                        row.difference().mean()))
                .collect(Collectors.joining(", "));
    }

    private void personaEffect() {
        results.personaEffect().stream()
                .filter(row -> row.group().equals(Alignment.ALL))
                .map(PersonaEffect::sentence)
                .forEach(sentence -> line("personas   %s", sentence));
    }

    private void rewardReliability() {
        List<RewardReliability> rows = results.rewardReliability();
        if (rows.isEmpty()) {
            return;
        }
        String noise =
                rows.stream()
                        .filter(RewardReliability::noise)
                        .map(RewardReliability::group)
                        .collect(Collectors.joining(", "));
        line(
                "reward     %s%snoise in: %s",
                byGroup("right on held-out choices", rows, RewardReliability::accuracy),
                byGroup("correlation with the truth", rows, RewardReliability::correlation),
                noise.isEmpty() ? "none" : noise);
    }

    /** Blank if no group has one. */
    private static String byGroup(
            String what, List<RewardReliability> rows, Function<RewardReliability, Interval> of) {
        String groups =
                rows.stream()
                        .filter(row -> !Double.isNaN(of.apply(row).mean()))
                        .map(row -> row.group() + " " + number(of.apply(row).mean()))
                        .collect(Collectors.joining(", "));
        return groups.isEmpty() ? "" : what + ": " + groups + "; ";
    }

    private void heldOut() {
        HeldOutTable heldOut = results.heldOut();
        if (heldOut == null) {
            return;
        }
        for (HeldOutTable.Row row : heldOut.rows()) {
            if (row.cell().equals(Alignment.ALL) && row.group().equals(Alignment.ALL)) {
                line(
                        "choices    %s finds the chosen answer of %d held-out choices likelier in %.1f %%"
                                + " (a stranger's persona %.1f %%, none %.1f %%)",
                        row.policy(),
                        row.choices(),
                        100 * row.accuracy().mean(),
                        100 * row.strangerAccuracy().mean(),
                        100 * row.noneAccuracy().mean());
            }
        }
    }

    private void overOptimisation() {
        results.overOptimisation().stream()
                .filter(row -> row.group().equals(Alignment.ALL))
                .map(OverOptimisation::sentence)
                .forEach(sentence -> line("judges     %s", sentence));
    }
}
