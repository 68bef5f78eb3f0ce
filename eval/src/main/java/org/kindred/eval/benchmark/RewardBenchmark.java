package org.kindred.eval.benchmark;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.SplitCell;
import org.kindred.eval.Progress;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Interval;
import org.kindred.reward.UserContext;

/**
 * Reward models on pairs: for each cell of seen/unseen users and known/new items, how often the
 * chosen answer gets the higher score, after K = 0, 3, 10, ... pairs of the user's past.
 *
 * <p>Targets are the rows with {@code part = eval}; a user's context of K shots is the first K of
 * his {@code fit} rows by slot, for seen and unseen users alike.
 */
public final class RewardBenchmark {

    /** One target as one arm saw it. 1 right, 0 wrong, a tie is wrong here and counted apart. */
    private record Verdict(String userId, double right, boolean tie, boolean unscored) {}

    private final List<Integer> shots;
    private final Bootstrap bootstrap;

    /**
     * @param shots numbers of context pairs, for example 0, 3, 10, 20
     * @param draws bootstrap resamples of users
     */
    public RewardBenchmark(List<Integer> shots, int draws, SeedTree seeds) {
        this.shots = List.copyOf(shots);
        this.bootstrap = new Bootstrap(draws, seeds.child("bootstrap"));
    }

    /** Result of {@link #run}. */
    public record Result(List<Accuracy> rows, List<Difference> differences) {}

    /**
     * Paired difference in strict accuracy, {@code arm at shots} minus {@code baseline at 0 shots},
     * same targets.
     *
     * @param difference positive if the arm is better; interval by resampling users
     */
    public record Difference(
            String arm, int shots, String baseline, String cell, Interval difference) {}

    /**
     * Runs every arm on every cell that has targets.
     *
     * @param baseline name of the arm whose K = 0 result the others are compared with, pair by pair
     */
    public Result run(
            PreferenceDataset dataset, List<Arm> arms, String baseline, Progress progress) {
        Map<String, List<Preference>> contexts = fitRows(dataset);
        Map<String, List<Preference>> targets = targets(dataset);
        List<Accuracy> rows = new ArrayList<>();
        List<Difference> differences = new ArrayList<>();
        long total = (long) targets.size() * arms.size();
        long done = 0;
        for (Map.Entry<String, List<Preference>> cell : targets.entrySet()) {
            String cellName = cell.getKey();
            Map<String, List<Verdict>> baselineVerdicts = new LinkedHashMap<>();
            for (Arm arm : arms) {
                for (int k :
                        arm.usesHistory()
                                ? shots.stream().filter(s -> s > 0).toList()
                                : List.of(0)) {
                    Map<String, List<Verdict>> verdicts = judge(arm, k, contexts, cell.getValue());
                    rows.add(summarise(arm.name(), k, cellName, verdicts.values()));
                    if (arm.name().equals(baseline)) {
                        baselineVerdicts = verdicts;
                    } else if (arm.usesHistory() && !baselineVerdicts.isEmpty()) {
                        differences.add(
                                new Difference(
                                        arm.name(),
                                        k,
                                        baseline,
                                        cellName,
                                        difference(verdicts, baselineVerdicts)));
                    }
                }
                progress.step(++done, total, cellName);
            }
        }
        rows.removeIf(
                row ->
                        row.unscored()
                                == 1); // the arm has nothing to say in this cell, for example on
        // new items
        return new Result(rows, differences);
    }

    private static Map<String, List<Preference>> fitRows(PreferenceDataset dataset) {
        Map<String, List<Preference>> rows = new LinkedHashMap<>();
        dataset.byUser()
                .forEach(
                        (user, all) ->
                                rows.put(
                                        user,
                                        all.stream()
                                                .filter(row -> "fit".equals(row.part()))
                                                .sorted(
                                                        Comparator.comparingInt(
                                                                row ->
                                                                        row.slot() == null
                                                                                ? Integer.MAX_VALUE
                                                                                : row.slot()))
                                                .toList()));
        return rows;
    }

    /** Targets by cell; rows of domains that training never shows are cells of their own. */
    private static Map<String, List<Preference>> targets(PreferenceDataset dataset) {
        Map<String, List<Preference>> targets = new TreeMap<>();
        for (Preference row : dataset.preferences()) {
            if ("eval".equals(row.part())) {
                cell(row)
                        .ifPresent(
                                cell ->
                                        targets.computeIfAbsent(cell, name -> new ArrayList<>())
                                                .add(row));
            }
        }
        return targets;
    }

    private static Optional<String> cell(Preference row) {
        if (SplitCell.OUT_OF_DISTRIBUTION.equals(row.split()) && row.userSplit() != null) {
            return Optional.of(row.userSplit() + "_" + SplitCell.OUT_OF_DISTRIBUTION);
        }
        return SplitCell.of(row).map(cell -> cell.name().toLowerCase(Locale.ROOT));
    }

    private static Map<String, List<Verdict>> judge(
            Arm arm, int k, Map<String, List<Preference>> contexts, List<Preference> targets) {
        Map<String, Arm.UserScorer> scorers = new LinkedHashMap<>();
        Map<String, List<Verdict>> verdicts = new LinkedHashMap<>();
        for (Preference target : targets) {
            String user = target.userId();
            Arm.UserScorer scorer =
                    scorers.computeIfAbsent(
                            user,
                            id -> {
                                List<Preference> past = contexts.getOrDefault(id, List.of());
                                return arm.forUser(
                                        new UserContext(
                                                id, past.subList(0, Math.min(k, past.size()))));
                            });
            double[] scores = scorer.score(target);
            boolean unscored = !Double.isFinite(scores[0]) || !Double.isFinite(scores[1]);
            boolean tie = !unscored && Math.abs(scores[0] - scores[1]) < 1e-9;
            double right = !unscored && !tie && scores[0] > scores[1] ? 1 : 0;
            verdicts.computeIfAbsent(user, id -> new ArrayList<>())
                    .add(new Verdict(user, right, tie, unscored));
        }
        return verdicts;
    }

    private Accuracy summarise(String arm, int k, String cell, Collection<List<Verdict>> byUser) {
        List<Bootstrap.Cluster> clusters = new ArrayList<>();
        List<Double> userAccuracies = new ArrayList<>();
        int pairs = 0;
        double right = 0;
        double ties = 0;
        double unscored = 0;
        for (List<Verdict> verdicts : byUser) {
            double userRight = verdicts.stream().mapToDouble(Verdict::right).sum();
            clusters.add(new Bootstrap.Cluster(userRight, verdicts.size()));
            userAccuracies.add(userRight / verdicts.size());
            pairs += verdicts.size();
            right += userRight;
            ties += verdicts.stream().filter(Verdict::tie).count();
            unscored += verdicts.stream().filter(Verdict::unscored).count();
        }
        userAccuracies.sort(null);
        int decile = Math.max(1, userAccuracies.size() / 10);
        return new Accuracy(
                arm,
                k,
                cell,
                byUser.size(),
                pairs,
                bootstrap.mean(clusters),
                mean(userAccuracies),
                (right + ties / 2) / pairs,
                ties / pairs,
                unscored / pairs,
                mean(userAccuracies.subList(0, decile)));
    }

    private Interval difference(
            Map<String, List<Verdict>> arm, Map<String, List<Verdict>> baseline) {
        List<Bootstrap.Cluster> clusters = new ArrayList<>();
        arm.forEach(
                (user, verdicts) -> {
                    double sum = 0;
                    for (int i = 0; i < verdicts.size(); i++) {
                        sum += verdicts.get(i).right() - baseline.get(user).get(i).right();
                    }
                    clusters.add(new Bootstrap.Cluster(sum, verdicts.size()));
                });
        return bootstrap.mean(clusters);
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }
}
