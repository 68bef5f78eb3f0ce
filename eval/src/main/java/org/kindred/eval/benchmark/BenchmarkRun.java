package org.kindred.eval.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Quarantined;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.Splits;
import org.kindred.eval.Progress;
import org.kindred.eval.config.OptionTree;
import org.kindred.reward.BgeEmbedder;
import org.kindred.reward.judge.JudgeMode;
import org.kindred.reward.judge.RubricJudge;
import org.kindred.reward.judge.Selection;

/**
 * {@code kindred eval benchmark}: reads a canonical folder, fits the embedded judge on the choices
 * that training may use, and measures all arms.
 *
 * @param options as resolved
 * @param dataSummary one line: what was read, what was set aside, how it was split
 * @param quarantined records that were set aside
 * @param selection what cross-validation over the seen users chose
 * @param result accuracy and paired differences
 */
public record BenchmarkRun(
        BenchmarkOptions options,
        String dataSummary,
        List<Quarantined> quarantined,
        Selection selection,
        RewardBenchmark.Result result) {

    public static BenchmarkRun of(Path data, BenchmarkOptions options, Progress progress) {
        SeedTree seeds = SeedTree.root(options.seed());
        progress.stage("read", data.toString());
        CanonicalReader.Loaded loaded = CanonicalReader.read(data);
        List<Preference> rows = loaded.dataset().preferences();
        String summary = data + ": " + loaded.summary();
        if (rows.stream().noneMatch(row -> "eval".equals(row.part()))) {
            Splits.Result split =
                    Splits.fourCells(rows, Splits.Options.defaults(), seeds.child("split"));
            rows = split.preferences();
            summary +=
                    "; no row is marked as an evaluation target, so users and items were split by the seed ("
                            + split.droppedIds().size()
                            + " rows dropped that would stand on both sides)";
        }
        List<Preference> training = trainingRows(rows);
        if (training.isEmpty()) {
            throw new KindredException(
                    data
                            + ": no training rows. Expected rows with part = fit, user_split other than unseen and"
                            + " item_split other than test; or leave these fields out and the data are split by the seed.");
        }
        progress.stage(
                "fit",
                training.size()
                        + " training choices of "
                        + training.stream().map(Preference::userId).distinct().count()
                        + " users");
        try (BgeEmbedder embedder = new BgeEmbedder(BgeEmbedder.Options.defaults())) {
            RubricJudge judge =
                    RubricJudge.fit(training, embedder, options.judge(), seeds.child("judge"));
            progress.stage("score", "held-out choices");
            RewardBenchmark.Result result =
                    run(
                            new PreferenceDataset(loaded.dataset().users(), rows),
                            judge,
                            options.shots(),
                            options.bootstrapDraws(),
                            seeds,
                            progress);
            return new BenchmarkRun(
                    options, summary, loaded.quarantined(), judge.selection(), result);
        }
    }

    /**
     * The arms of every benchmark: the global order, and the judge without history, with it, and
     * with prototypes.
     */
    public static RewardBenchmark.Result run(
            PreferenceDataset dataset,
            RubricJudge judge,
            List<Integer> shots,
            int draws,
            SeedTree seeds,
            Progress progress) {
        JudgeArm noHistory = new JudgeArm(judge, JudgeMode.NO_HISTORY);
        List<Arm> arms = new ArrayList<>();
        arms.add(new ItemOrder(trainingRows(dataset.preferences())));
        arms.add(noHistory);
        arms.add(new JudgeArm(judge, JudgeMode.HISTORY));
        arms.add(new JudgeArm(judge, JudgeMode.PROTOTYPES));
        arms.add(new JudgeArm(judge, JudgeMode.CLOUDS));
        return new RewardBenchmark(shots, draws, seeds)
                .run(dataset, arms, noHistory.name(), progress);
    }

    /** Rows that training may read: fit rows of users and items that are not held back. */
    public static List<Preference> trainingRows(List<Preference> rows) {
        return rows.stream()
                .filter(
                        row ->
                                !"eval".equals(row.part())
                                        && !"unseen".equals(row.userSplit())
                                        && !"test".equals(row.itemSplit()))
                .toList();
    }

    /**
     * Writes {@code results.json}, {@code config.yaml} and, if lines were set aside, {@code
     * quarantine.jsonl}.
     */
    public void write(Path folder) {
        Map<String, Object> results = new LinkedHashMap<>();
        results.put("data", dataSummary);
        results.put("selection", selection);
        results.put("rows", result.rows());
        results.put("differences", result.differences());
        results.put("schema", "kindred-benchmark");
        results.put("seed", options.seed());
        results.put("version", 1);
        Json.write(folder.resolve("results.json"), results);
        org.kindred.datasets.AtomicFiles.writeText(
                folder.resolve("config.yaml"), OptionTree.yaml(options));
        if (!quarantined.isEmpty()) {
            Quarantined.write(folder.resolve("quarantine.jsonl"), quarantined);
        }
    }
}
