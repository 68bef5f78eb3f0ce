package org.kindred.eval.benchmark;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Escape;
import org.kindred.datasets.Placement;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.simulation.SimulatedPopulation;
import org.kindred.eval.stats.Means;
import org.kindred.eval.table.Table;
import org.kindred.reward.baseline.Baseline;
import org.kindred.reward.baseline.Baselines;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.judge.JudgeMode;
import org.kindred.reward.judge.RubricChainWriter;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.OpenJudge;
import org.kindred.reward.judges.RewardData;
import org.kindred.reward.judges.RewardOptions;
import org.kindred.reward.prototype.PrototypeSpace;
import org.kindred.reward.prototype.RefinementOptions;
import org.kindred.reward.prototype.ScenarioSpace;
import org.kindred.reward.scaling.NeighbourSource;
import org.kindred.reward.scaling.PGenRm;
import org.kindred.reward.scaling.PrototypeNeighbours.Choice;
import org.kindred.reward.scaling.ScalingPlan;
import org.kindred.reward.scaling.ScalingPlan.Aggregate;
import org.kindred.reward.scaling.ScalingPlan.NeighbourSamples;

/**
 * {@code kindred reward compare}: all baselines, chains of the embedded judge without and with
 * scaling, and every control, in one table over several seeds.
 *
 * @param options as resolved
 * @param rows one an arm, number of shots and cell
 */
public record Comparison(CompareOptions options, List<Row> rows) {

    /**
     * One arm in one cell at one number of shots.
     *
     * @param accuracies strict accuracy of each seed
     * @param mean of them
     * @param deviation sample standard deviation over seeds; 0 for one seed
     * @param samples chains asked for a pair; 0 for arms without
     * @param tokens spent on a pair; 0 for the embedded judge
     */
    public record Row(
            String arm,
            int shots,
            String cell,
            List<Double> accuracies,
            double mean,
            double deviation,
            @JsonProperty("samples_per_pair") double samples,
            @JsonProperty("tokens_per_pair") double tokens) {}

    private record Key(String cell, String arm, int shots) {}

    /**
     * @param data null for a simulated population for each seed
     */
    public static Comparison of(
            CanonicalReader.@Nullable Loaded data, CompareOptions options, Progress progress) {
        Map<Key, List<Double>> accuracies = new LinkedHashMap<>();
        Map<String, double[]> costs = new LinkedHashMap<>();
        for (long seed : options.seeds()) {
            SeedTree seeds = SeedTree.root(seed);
            progress.stage("seed " + seed, data == null ? "simulated" : "of the data");
            PreferenceDataset all =
                    data == null
                            ? SimulatedPopulation.generate(
                                            options.simulation(), seeds.child("population"))
                                    .dataset()
                            : RewardData.placed(data, Placement.Options.defaults(), seeds, progress)
                                    .dataset();
            RewardData rows =
                    RewardData.of(Targets.sampled(all, options.targets(), seeds.child("targets")));
            try (OpenJudge at =
                    new OpenJudge(
                            new JudgeSpec.Embedded(),
                            rows,
                            options.judge(),
                            Path.of("unused"),
                            seeds)) {
                List<Arm> arms = arms(rows, at, options.judge(), seeds);
                for (Accuracy row :
                        new RewardBenchmark(options.shots(), options.bootstrapDraws(), seeds)
                                .run(rows.dataset(), arms, List.of(), progress)
                                .rows()) {
                    if (row.coverage() > 0) { // an arm may have nothing to say in a cell
                        accuracies
                                .computeIfAbsent(
                                        new Key(row.cell(), row.arm(), row.shots()),
                                        key -> new ArrayList<>())
                                .add(row.accuracy().mean());
                    }
                }
                for (Arm arm : arms) {
                    double[] cost = costs.computeIfAbsent(arm.name(), name -> new double[2]);
                    if (arm instanceof CountedArm counted) {
                        cost[0] += counted.samplesPerPair() / options.seeds().size();
                        cost[1] += counted.tokensPerPair() / options.seeds().size();
                    }
                }
            }
        }
        List<Row> rows = new ArrayList<>();
        accuracies.forEach(
                (key, values) ->
                        rows.add(
                                new Row(
                                        key.arm(),
                                        key.shots(),
                                        key.cell(),
                                        values,
                                        Means.of(values),
                                        Means.deviation(values),
                                        costs.get(key.arm())[0],
                                        costs.get(key.arm())[1])));
        return new Comparison(options, rows);
    }

    private static List<Arm> arms(
            RewardData rows, OpenJudge at, RewardOptions options, SeedTree seeds) {
        List<Arm> arms = new ArrayList<>();
        arms.add(new ItemOrder(rows.training()));
        for (Baseline baseline :
                Baselines.fit(
                        rows.training(), at.embedder(), at.fitted(), seeds.child("baselines"))) {
            arms.add(CountedArm.of(baseline));
        }
        ChainWriter writer =
                new RubricChainWriter(at.fitted(), JudgeMode.GAUSSIAN, seeds.child("draws"));
        PrototypeSpace users = at.users();
        NeighbourSource cells = at.neighbours(users, Choice.PROTOTYPE);
        ScalingPlan both = ScalingPlan.of(8, 4);
        add(arms, "chains", writer, cells, ScalingPlan.base());
        add(arms, "chains", writer, cells, ScalingPlan.of(8, 0));
        add(arms, "chains", writer, cells, ScalingPlan.of(16, 0));
        add(arms, "chains", writer, cells, ScalingPlan.of(0, 8));
        add(arms, "chains", writer, cells, both);
        for (ScalingPlan plan : List.of(ScalingPlan.of(0, 8), both)) {
            add(arms, "chains", writer, cells, plan.withNeighbourSamples(NeighbourSamples.DRAWN));
        }
        add(arms, "chains", writer, cells, ScalingPlan.of(16, 8));
        add(arms, "chains", writer, cells, both.withOwnWeight(0.75), ", own weight 0.75");
        for (Aggregate aggregate : Aggregate.values()) {
            if (aggregate != Aggregate.TWO_MEANS) {
                String name = ", " + aggregate.name().toLowerCase(Locale.ROOT);
                add(arms, "chains", writer, cells, both.withAggregate(aggregate), name);
            }
        }
        add(arms, "chains", writer, cells, ScalingPlan.of(16, 0).adaptive(2));
        add(arms, "chains", writer, cells, ScalingPlan.of(16, 8).adaptive(2));
        for (Choice control : List.of(Choice.KNN, Choice.RANDOM, Choice.SHUFFLED, Choice.NONE)) {
            add(
                    arms,
                    "control " + control.name().toLowerCase(Locale.ROOT),
                    writer,
                    at.neighbours(users, control),
                    both);
        }
        for (boolean refined : new boolean[] {true, false}) {
            ScenarioSpace space =
                    at.scenarios(
                            refined
                                    ? options.scenarios()
                                    : options.scenarios().with(RefinementOptions.off()),
                            Progress.NONE);
            add(
                    arms,
                    refined ? "published prototypes" : "published prototypes, not refined",
                    writer,
                    at.neighbours(space, Choice.PROTOTYPE),
                    both);
        }
        return arms;
    }

    private static void add(
            List<Arm> arms,
            String name,
            ChainWriter writer,
            NeighbourSource neighbours,
            ScalingPlan plan) {
        add(arms, name, writer, neighbours, plan, "");
    }

    private static void add(
            List<Arm> arms,
            String name,
            ChainWriter writer,
            NeighbourSource neighbours,
            ScalingPlan plan,
            String variant) {
        arms.add(CountedArm.of(name + " " + plan + variant, new PGenRm(writer, neighbours, plan)));
    }

    /** One line an arm and number of shots, one column a cell: mean and deviation in per cent. */
    public String table() {
        TreeSet<String> cells = new TreeSet<>();
        Map<String, Map<String, Row>> lines = new LinkedHashMap<>();
        for (Row row : rows) {
            cells.add(row.cell());
            lines.computeIfAbsent(
                            Escape.markdown(row.arm()) + " | " + row.shots(),
                            line -> new TreeMap<>())
                    .put(row.cell(), row);
        }
        StringBuilder text = new StringBuilder("| arm | K | chains a pair |");
        cells.forEach(cell -> text.append(' ').append(Escape.markdown(cell)).append(" |"));
        text.append("\n|---|---|---|").append("---|".repeat(cells.size())).append('\n');
        lines.forEach(
                (line, byCell) -> {
                    double samples = byCell.values().iterator().next().samples();
                    text.append("| ").append(line).append(" | ");
                    text.append(samples == 0 ? "–" : String.format(Locale.ROOT, "%.1f", samples));
                    for (String cell : cells) {
                        Row row = byCell.get(cell);
                        text.append(
                                row == null
                                        ? " | –"
                                        : String.format(
                                                Locale.ROOT,
                                                " | %.1f ± %.1f",
                                                100 * row.mean(),
                                                100 * row.deviation()));
                    }
                    text.append(" |\n");
                });
        return text.toString();
    }

    /** The rows as a table of numbers; deviation is that between seeds. */
    public Table numbers() {
        return new Table(
                "comparison",
                "Strict accuracy on held-out choices: mean and standard deviation over seeds.",
                3,
                List.of(
                        "arm",
                        "K",
                        "cell",
                        "accuracy",
                        "standard deviation",
                        "chains a pair",
                        "tokens a pair"),
                rows.stream()
                        .map(
                                row ->
                                        List.<Object>of(
                                                row.arm(),
                                                row.shots(),
                                                row.cell(),
                                                row.mean(),
                                                row.deviation(),
                                                row.samples(),
                                                row.tokens()))
                        .toList());
    }

    /** Accuracy against cost, as SVG. */
    public String costChart() {
        return CostChart.of(rows);
    }
}
