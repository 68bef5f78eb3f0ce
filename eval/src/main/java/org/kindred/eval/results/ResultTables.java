package org.kindred.eval.results;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.kindred.datasets.AtomicFiles;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.alignment.HeldOutTable;
import org.kindred.eval.benchmark.Accuracy;
import org.kindred.eval.table.Table;

/** The sections of results as tables; tables as a CSV each, and all as Markdown and LaTeX. */
final class ResultTables {
    private ResultTables() {}

    /** Writes {@code NAME.csv}, {@code tables.md} and {@code tables.tex}. */
    static void write(Path folder, List<Table> tables) {
        StringBuilder markdown = new StringBuilder();
        StringBuilder latex = new StringBuilder();
        for (Table table : tables) {
            AtomicFiles.writeText(folder.resolve(table.name() + ".csv"), table.csv());
            markdown.append(table.markdown());
            latex.append(table.latex());
        }
        AtomicFiles.writeText(folder.resolve("tables.md"), markdown.toString());
        AtomicFiles.writeText(folder.resolve("tables.tex"), latex.toString());
    }

    /** Tables without rows are left out. */
    static List<Table> of(Results results) {
        List<Table> tables = new ArrayList<>();
        if (results.alignment() != null) {
            policies(results.alignment(), tables);
        }
        if (results.heldOut() != null) {
            heldOut(results.heldOut(), tables);
        }
        add(
                tables,
                "over-optimisation",
                "Gains over the start by the rewarding and by the evaluating judge, in standard deviations of the start's scores; p that the gap is zero, adjusted by Holm over groups.",
                2,
                List.of(
                        "policy",
                        "group",
                        "users",
                        "completions",
                        "gain by the rewarding judge",
                        "gain by the evaluating judge",
                        "gap",
                        "p",
                        "adjusted p",
                        "d"),
                results.overOptimisation(),
                o ->
                        List.of(
                                o.policy(),
                                o.group(),
                                o.users(),
                                o.completions(),
                                o.rewardGain(),
                                o.evaluationGain(),
                                o.gap(),
                                o.p(),
                                o.holm(),
                                o.effect().d()));
        add(
                tables,
                "persona-effect",
                "What the persona in the prompt is worth: the measure of answers under the user's own persona, under that of a user of another group, and without one; 95 % intervals over users.",
                2,
                List.of(
                        "policy",
                        "group",
                        "users",
                        "prompts",
                        "own",
                        "stranger",
                        "none",
                        "own - stranger",
                        "own - none"),
                results.personaEffect(),
                e ->
                        List.of(
                                e.policy(),
                                e.group(),
                                e.users(),
                                e.prompts(),
                                e.own(),
                                e.stranger(),
                                e.none(),
                                e.effect(),
                                e.overNone()));
        add(
                tables,
                "reward-reliability",
                "Whether the reward is noise to a group: share of held-out choices that it predicts, ties one half, and its correlation with the truth within prompts; 95 % intervals over users.",
                1,
                List.of(
                        "group",
                        "users",
                        "choices",
                        "unscored",
                        "accuracy",
                        "completions",
                        "correlation with the truth",
                        "noise"),
                results.rewardReliability(),
                r ->
                        List.of(
                                r.group(),
                                r.users(),
                                r.choices(),
                                r.unscored(),
                                r.accuracy(),
                                r.completions(),
                                r.correlation(),
                                r.noise() ? "yes" : "no"));
        add(
                tables,
                "likeness",
                "Completions against the answer that the user chose for the same prompt: ROUGE-L F1 and cosine of embeddings; 95 % intervals over users.",
                2,
                List.of("policy", "group", "users", "texts", "ROUGE-L", "cosine"),
                results.likeness(),
                l -> List.of(l.policy(), l.group(), l.users(), l.texts(), l.rougeL(), l.cosine()));
        add(
                tables,
                "drift",
                "Distance from the common start, and perplexity of held-out text.",
                1,
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
                3,
                accuracy,
                results.rewardModel() == null ? List.of() : results.rewardModel().rows(),
                ResultTables::accuracy);
        add(
                tables,
                "reward-model-differences",
                "Paired differences in strict accuracy; p adjusted by Holm within the cell.",
                4,
                List.of("arm", "K", "baseline", "cell", "difference", "p", "adjusted p", "d"),
                results.rewardModel() == null ? List.of() : results.rewardModel().differences(),
                d ->
                        List.of(
                                d.arm(),
                                d.shots(),
                                d.baseline(),
                                d.cell(),
                                d.difference(),
                                d.p(),
                                d.holm(),
                                d.effect().d()));
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
                4,
                sized,
                sizes,
                row -> row);
        add(
                tables,
                "rankings",
                "Right candidate among a list; 95 % intervals over users.",
                3,
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
                                r.hit5(),
                                r.hit10(),
                                r.ndcg10(),
                                r.reciprocalRank()));
        return tables;
    }

    private static void policies(Alignment alignment, List<Table> tables) {
        String measure = alignment.measure().words();
        add(
                tables,
                "per-group",
                "Policies by group: "
                        + measure
                        + ", totals of the judges, length; 95 % intervals over users.",
                4,
                List.of(
                        "policy",
                        "cell",
                        "grouping",
                        "group",
                        "users",
                        "completions",
                        measure,
                        "total of the rewarding judge",
                        "its standard deviation",
                        "total of the evaluating judge",
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
                                r.value(),
                                r.reward(),
                                r.rewardStd(),
                                r.evaluation(),
                                r.words()));
        add(
                tables,
                "comparisons",
                "Paired differences in " + measure + "; p adjusted by Holm over groups.",
                4,
                List.of(
                        "policy",
                        "baseline",
                        "cell",
                        "group",
                        "difference in " + measure,
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
                                c.difference(),
                                c.p(),
                                c.holm(),
                                c.effect().d(),
                                c.verdict()));
        add(
                tables,
                "fairness",
                "Spread of " + measure + " over groups.",
                2,
                List.of("policy", "cell", "worst group", "worst", "gap", "Gini", "equal", "share"),
                alignment.summaries(),
                s ->
                        List.of(
                                s.policy(),
                                s.cell(),
                                s.worstGroup(),
                                s.worst(),
                                s.gap(),
                                s.gini(),
                                s.equalWeighted(),
                                s.shareWeighted()));
        add(
                tables,
                "exchanges",
                "What the largest group lost, and what the others gained, in " + measure + ".",
                3,
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
                4,
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
                                w.effect().d()));
        add(
                tables,
                "diversity",
                "How much completions repeat each other.",
                2,
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

    private static void heldOut(HeldOutTable heldOut, List<Table> tables) {
        add(
                tables,
                "held-out-choices",
                "Accuracy (the chosen answer has the higher mean log-probability a token, ties one half) and margin (in nats a token) under the user's persona, a stranger's and none; 95 % intervals over users.",
                3,
                List.of(
                        "policy",
                        "cell",
                        "group",
                        "users",
                        "choices",
                        "accuracy",
                        "margin",
                        "accuracy, stranger's persona",
                        "margin, stranger's persona",
                        "accuracy, no persona",
                        "margin, no persona"),
                heldOut.rows(),
                r ->
                        List.of(
                                r.policy(),
                                r.cell(),
                                r.group(),
                                r.users(),
                                r.choices(),
                                r.accuracy(),
                                r.margin(),
                                r.strangerAccuracy(),
                                r.strangerMargin(),
                                r.noneAccuracy(),
                                r.noneMargin()));
        add(
                tables,
                "held-out-differences",
                "Paired differences on held-out choices: to the start, and of the user's persona to a stranger's and to none; p adjusted by Holm over groups.",
                5,
                List.of(
                        "policy",
                        "baseline",
                        "cell",
                        "group",
                        "quantity",
                        "difference in",
                        "p",
                        "adjusted p",
                        "d",
                        "reads"),
                heldOut.contrasts(),
                c ->
                        List.of(
                                c.policy(),
                                c.baseline(),
                                c.cell(),
                                c.group(),
                                c.quantity(),
                                c.difference(),
                                c.p(),
                                c.holm(),
                                c.effect().d(),
                                c.verdict()));
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

    private static <T> void add(
            List<Table> tables,
            String name,
            String caption,
            int keys,
            List<String> columns,
            List<T> rows,
            Function<T, List<Object>> cells) {
        Table.of(name, caption, keys, columns, rows, cells).ifPresent(tables::add);
    }
}
