package org.kindred.policy.bandit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.kindred.datasets.SeedTree;

/**
 * An experiment: exact policy gradients on a bandit with preference groups, where the optimum is
 * known and a run takes milliseconds. Estimators at one learning rate, and estimators and levers
 * with a rate tuned for each, on paired seeds. Every number of a table is the difference of the
 * worst group to GRPO (mean over seeds, and its standard error); GRPO's own column is the score
 * itself.
 */
final class BanditStudy {
    private static final double FIRST_RATE = 8;
    private static final double LEAST_RATE = 1 / 8.0;
    private static final double MOST_RATE = 4096;

    private final BanditOptions options;

    /**
     * One method in one setting.
     *
     * @param rate learning rate, as fixed or tuned
     * @param worst mean over seeds of the worst group's score
     * @param difference mean over seeds of worst less GRPO's worst; 0 for GRPO
     * @param error standard error of that
     * @param mean share-weighted mean score
     * @param groups mean score of each group
     */
    public record Cell(
            String setting,
            int completions,
            String arm,
            double rate,
            double worst,
            double difference,
            double error,
            double mean,
            Map<String, Double> groups) {}

    /** Both tables; empty where one was not asked for. */
    public record Result(BanditOptions options, List<Cell> fixed, List<Cell> tuned) {}

    BanditStudy(BanditOptions options) {
        this.options = options;
    }

    public Result run() {
        List<Cell> fixed =
                options.fixed()
                        ? table(BanditSetting.fixed(), BanditArm.estimators(), false)
                        : List.of();
        List<Cell> tuned =
                options.tuned()
                        ? table(BanditSetting.tuned(), BanditArm.levers(), true)
                        : List.of();
        return new Result(options, fixed, tuned);
    }

    private List<Cell> table(List<BanditSetting> settings, List<BanditArm> arms, boolean tune) {
        List<Cell> cells = new ArrayList<>();
        for (BanditSetting setting : settings) {
            for (int completions : options.completions()) {
                double[] baseline = null;
                for (BanditArm arm : arms) {
                    double rate = tune ? tunedRate(setting, arm, completions) : options.fixedRate();
                    double[][] scores = scores(setting, arm, completions, rate, "final");
                    double[] worst = worst(scores);
                    baseline = baseline == null ? worst : baseline;
                    cells.add(cell(setting, completions, arm, rate, scores, worst, baseline));
                }
            }
        }
        return cells;
    }

    /** The best of a factor-2 grid that is extended until the best is inside it. */
    private double tunedRate(BanditSetting setting, BanditArm arm, int completions) {
        TreeMap<Double, Double> tried = new TreeMap<>();
        double best = FIRST_RATE;
        boolean inside = false;
        while (!inside) {
            for (double rate : new double[] {best / 2, best, best * 2}) {
                tried.computeIfAbsent(
                        rate,
                        r ->
                                Arrays.stream(worst(scores(setting, arm, completions, r, "tuning")))
                                        .average()
                                        .orElseThrow());
            }
            double now = best;
            for (Map.Entry<Double, Double> entry : tried.entrySet()) {
                now = entry.getValue() > tried.get(now) ? entry.getKey() : now;
            }
            boolean ends = now <= LEAST_RATE || now >= MOST_RATE;
            inside = ends || (tried.containsKey(now / 2) && tried.containsKey(now * 2));
            best = now;
        }
        return best;
    }

    /** [seeds][groups]; seeds run in parallel, results stand in their order. */
    private double[][] scores(
            BanditSetting setting, BanditArm arm, int completions, double rate, String use) {
        SeedTree seeds = SeedTree.root(options.seed()).child(use);
        int count = use.equals("tuning") ? options.tuningSeeds() : options.seeds();
        return IntStream.range(0, count)
                .parallel()
                .mapToObj(
                        seed ->
                                BanditRun.scores(
                                        setting, arm, completions, rate, seeds.child(seed)))
                .toArray(double[][]::new);
    }

    private static double[] worst(double[][] scores) {
        return Arrays.stream(scores)
                .mapToDouble(groups -> Arrays.stream(groups).min().orElseThrow())
                .toArray();
    }

    private static Cell cell(
            BanditSetting setting,
            int completions,
            BanditArm arm,
            double rate,
            double[][] scores,
            double[] worst,
            double[] baseline) {
        int seeds = worst.length;
        double difference = 0;
        for (int seed = 0; seed < seeds; seed++) {
            difference += (worst[seed] - baseline[seed]) / seeds;
        }
        double squares = 0;
        for (int seed = 0; seed < seeds; seed++) {
            double deviation = worst[seed] - baseline[seed] - difference;
            squares += deviation * deviation;
        }
        Map<String, Double> groups = new TreeMap<>();
        for (int p = 0; p < BanditRun.GROUPS.size(); p++) {
            int group = p;
            groups.put(
                    BanditRun.GROUPS.get(p),
                    Arrays.stream(scores).mapToDouble(s -> s[group]).average().orElseThrow());
        }
        return new Cell(
                setting.name(),
                completions,
                arm.name(),
                rate,
                Arrays.stream(worst).average().orElseThrow(),
                difference,
                Math.sqrt(squares / (seeds - 1) / seeds),
                Arrays.stream(scores).mapToDouble(BanditRun::mean).average().orElseThrow(),
                groups);
    }

    /** A table for people: one line a setting and G, one column an arm. */
    public static String markdown(List<Cell> cells) {
        if (cells.isEmpty()) {
            return "";
        }
        List<String> arms = cells.stream().map(Cell::arm).distinct().toList();
        StringBuilder text = new StringBuilder("| setting | G |");
        arms.forEach(arm -> text.append(' ').append(arm).append(" |"));
        text.append("\n|---|---|").append("---|".repeat(arms.size()));
        String line = "";
        for (Cell cell : cells) {
            String key = "\n| " + cell.setting() + " | " + cell.completions() + " |";
            if (!key.equals(line)) {
                text.append(key);
                line = key;
            }
            boolean baseline = cell.arm().equals(arms.get(0));
            text.append(
                    baseline
                            ? String.format(Locale.ROOT, " %.3f |", cell.worst())
                            : String.format(
                                    Locale.ROOT,
                                    " %+.3f (%.3f) |",
                                    cell.difference(),
                                    cell.error()));
        }
        return text.append('\n').toString();
    }
}
