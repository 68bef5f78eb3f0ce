package org.kindred.eval.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.benchmark.Accuracy;
import org.kindred.eval.results.Results;
import org.kindred.eval.stats.Effect;

/** The tables of {@code results.json}: a CSV each, and all of them as Markdown and LaTeX. */
public final class ResultTables {
    private ResultTables() {}

    /** Writes {@code NAME.csv}, {@code tables.md} and {@code tables.tex}. */
    public static void write(Path folder, Results results) {
        StringBuilder markdown = new StringBuilder();
        StringBuilder latex = new StringBuilder();
        for (Table table : of(results)) {
            AtomicFiles.writeText(folder.resolve(table.name() + ".csv"), table.csv());
            markdown.append(table.markdown());
            latex.append(table.latex());
        }
        AtomicFiles.writeText(folder.resolve("tables.md"), markdown.toString());
        AtomicFiles.writeText(folder.resolve("tables.tex"), latex.toString());
    }

    /** Tables without rows are left out. */
    public static List<Table> of(Results results) {
        List<Table> tables = new ArrayList<>();
        if (results.alignment() != null) {
            policies(results.alignment(), tables);
        }
        add(
                tables,
                "drift",
                "Distance from the common start, and perplexity of held-out text.",
                List.of("policy", "KL a token", "perplexity", "ratio"),
                results.drift(),
                d -> List.of(d.policy(), d.klToReference(), d.perplexity(), d.perplexityRatio()));
        List<String> accuracy =
                List.of(
                        "arm",
                        "K",
                        "cell",
                        "users",
                        "pairs",
                        "strict",
                        "half tie",
                        "decided only",
                        "coverage",
                        "ties",
                        "unscored",
                        "macro",
                        "worst decile");
        add(
                tables,
                "reward-model",
                "Accuracy of reward models on held-out choices, by every way of counting ties and failures; 95 % intervals over users.",
                accuracy,
                results.rewardModel().rows(),
                ResultTables::accuracy);
        add(
                tables,
                "reward-model-differences",
                "Paired differences in strict accuracy; p adjusted by Holm within the cell.",
                List.of("arm", "K", "baseline", "cell", "difference", "p", "adjusted p", "d"),
                results.rewardModel().differences(),
                d ->
                        List.of(
                                d.arm(),
                                d.shots(),
                                d.baseline(),
                                d.cell(),
                                d.difference(),
                                d.p(),
                                d.holm(),
                                size(d.effect())));
        List<String> sized = new ArrayList<>(List.of("training users"));
        sized.addAll(accuracy);
        List<List<Object>> sizes = new ArrayList<>();
        results.trainingSizes()
                .forEach(
                        size ->
                                size.rows()
                                        .forEach(
                                                row -> {
                                                    List<Object> cells = new ArrayList<>();
                                                    cells.add(size.users());
                                                    cells.addAll(accuracy(row));
                                                    sizes.add(cells);
                                                }));
        add(
                tables,
                "training-sizes",
                "Accuracy by number of training users.",
                sized,
                sizes,
                row -> row);
        add(
                tables,
                "rankings",
                "Right candidate among a list; 95 % intervals over users.",
                List.of(
                        "arm", "K", "group", "users", "lists", "HR@1", "HR@5", "HR@10", "NDCG@10",
                        "MRR"),
                results.rankings(),
                r ->
                        List.of(
                                r.arm(),
                                r.shots(),
                                r.group(),
                                r.users(),
                                r.lists(),
                                r.hit1(),
                                r.hit5() == null ? (Object) Double.NaN : r.hit5(),
                                r.hit10(),
                                r.ndcg10(),
                                r.reciprocalRank()));
        return tables;
    }

    private static void policies(Alignment alignment, List<Table> tables) {
        add(
                tables,
                "per-group",
                "Policies by group: true utility, judge reward, length; 95 % intervals over users.",
                List.of(
                        "policy",
                        "cell",
                        "grouping",
                        "group",
                        "users",
                        "completions",
                        "utility",
                        "reward",
                        "reward std",
                        "words"),
                alignment.rows(),
                r ->
                        List.of(
                                r.policy(),
                                r.cell(),
                                r.grouping(),
                                r.group(),
                                r.users(),
                                r.completions(),
                                r.utility(),
                                r.reward(),
                                r.rewardStd(),
                                r.words()));
        add(
                tables,
                "comparisons",
                "Paired differences in true utility; p adjusted by Holm over groups.",
                List.of(
                        "policy",
                        "baseline",
                        "cell",
                        "group",
                        "difference",
                        "p",
                        "adjusted p",
                        "d",
                        "reads"),
                alignment.comparisons(),
                c ->
                        List.of(
                                c.policy(),
                                c.baseline(),
                                c.cell(),
                                c.group(),
                                c.utility(),
                                c.p(),
                                c.holm(),
                                size(c.effect()),
                                c.verdict()));
        add(
                tables,
                "fairness",
                "Spread of true utility over groups.",
                List.of("policy", "cell", "worst group", "worst", "gap", "Gini", "equal", "share"),
                alignment.summaries(),
                s ->
                        List.of(
                                s.policy(),
                                s.cell(),
                                s.worstGroup(),
                                s.worstUtility(),
                                s.gap(),
                                s.gini(),
                                s.equalWeighted(),
                                s.shareWeighted()));
        add(
                tables,
                "exchanges",
                "What the largest group lost, and what the others gained.",
                List.of("policy", "baseline", "cell", "majority", "majority cost", "minority gain"),
                alignment.exchanges(),
                e ->
                        List.of(
                                e.policy(),
                                e.baseline(),
                                e.cell(),
                                e.majority(),
                                e.majorityCost(),
                                e.minorityGain()));
        add(
                tables,
                "win-rates",
                "How often a policy's completion is preferred to the baseline's; ties count one half; p against one half, adjusted by Holm over groups.",
                List.of(
                        "policy",
                        "baseline",
                        "by",
                        "group",
                        "rate",
                        "wins",
                        "ties",
                        "losses",
                        "unscored",
                        "position consistency",
                        "p",
                        "adjusted p",
                        "d"),
                alignment.winRates(),
                w ->
                        List.of(
                                w.policy(),
                                w.baseline(),
                                w.by(),
                                w.group(),
                                w.rate(),
                                w.wins(),
                                w.ties(),
                                w.losses(),
                                w.unscored(),
                                w.consistency(),
                                w.p(),
                                w.holm(),
                                size(w.effect())));
        add(
                tables,
                "diversity",
                "How much completions repeat each other.",
                List.of(
                        "policy",
                        "group",
                        "texts",
                        "distinct-1",
                        "distinct-2",
                        "self-BLEU",
                        "words"),
                alignment.diversity(),
                d ->
                        List.of(
                                d.policy(),
                                d.group(),
                                d.texts(),
                                d.distinct1(),
                                d.distinct2(),
                                d.selfBleu(),
                                d.words()));
    }

    private static List<Object> accuracy(Accuracy row) {
        return List.of(
                row.arm(),
                row.shots(),
                row.cell(),
                row.users(),
                row.pairs(),
                row.accuracy(),
                row.halfTie(),
                row.decidedOnly(),
                row.coverage(),
                row.ties(),
                row.unscored(),
                row.macro(),
                row.worstDecile());
    }

    private static Object size(@Nullable Effect effect) {
        return effect == null ? Double.NaN : effect.d();
    }

    private static <T> void add(
            List<Table> tables,
            String name,
            String caption,
            List<String> columns,
            List<T> rows,
            Function<T, List<Object>> cells) {
        if (!rows.isEmpty()) {
            tables.add(new Table(name, caption, columns, rows.stream().map(cells).toList()));
        }
    }
}
