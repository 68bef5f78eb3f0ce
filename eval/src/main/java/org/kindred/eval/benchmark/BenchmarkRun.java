package org.kindred.eval.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Placement;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Progress;
import org.kindred.datasets.Quarantined;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.simulation.SimulatedPopulation;
import org.kindred.datasets.source.DataSource;
import org.kindred.datasets.source.UserLabels;
import org.kindred.datasets.split.SourceData;
import org.kindred.datasets.split.SplitKind;
import org.kindred.datasets.split.SplitOptions;
import org.kindred.datasets.split.SplitPlan;
import org.kindred.eval.alignment.SmallGroups;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.reward.BgeEmbedder;
import org.kindred.reward.baseline.TextAdaptation;
import org.kindred.reward.judge.JudgeMode;
import org.kindred.reward.judge.RubricJudge;
import org.kindred.reward.judge.Selection;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.OpenJudge;
import org.kindred.reward.judges.RewardData;
import org.kindred.reward.scaling.PGenRm;
import org.kindred.reward.scaling.ScalingPlan;

/**
 * {@code kindred eval benchmark}: reads canonical folders, fits the embedded judge on the choices
 * that training may use, and measures all arms.
 *
 * @param dataSummary one line: what was read, what was set aside, how it was split
 * @param quarantined records that were set aside
 * @param selection what cross-validation over the seen users chose; of several data sets, the last
 * @param result accuracy and paired differences
 * @param trainingSizes accuracy by number of training users, where asked for
 * @param rankings of candidate lists, where the data have some
 * @param asked name of the arm of the judge that was named besides the fitted one; null for none
 * @param notes what happened to its calls, in sentences
 */
public record BenchmarkRun(
        String dataSummary,
        List<Quarantined> quarantined,
        @Nullable Selection selection,
        RewardBenchmark.Result result,
        List<TrainingSize> trainingSizes,
        List<ListRanking> rankings,
        @Nullable String asked,
        List<String> notes) {

    /** The arm without a past. */
    private static final String BASELINE = "rubric judge, no history";

    /** What the arms are compared with: no past, and the past read as words. */
    private static final List<String> BASELINES = List.of(BASELINE, TextAdaptation.NAME);

    /** Rows with their places in the split. */
    private record Placed(PreferenceDataset dataset, String how) {}

    /**
     * @param data one data set; several, and each in turn is the one that training never shows
     * @param workFolder where published data are imported into
     * @param cacheFile answers of a language model that takes part, so that a second run does not
     *     ask again
     */
    public static BenchmarkRun of(
            List<DataSource> data,
            Path workFolder,
            BenchmarkOptions options,
            Path cacheFile,
            Progress progress) {
        SeedTree seeds = SeedTree.root(options.seed());
        List<SourceData> sources = new ArrayList<>();
        List<Quarantined> quarantined = new ArrayList<>();
        StringBuilder summary = new StringBuilder();
        for (DataSource one : data) {
            SourceData source =
                    SourceData.read(one.name(), one, workFolder(data, one, workFolder), progress);
            sources.add(source);
            quarantined.addAll(source.loaded().quarantined());
            summary.append(summary.length() == 0 ? "" : "; ")
                    .append(one)
                    .append(": ")
                    .append(source.loaded().summary());
        }
        if (sources.size() > 1) {
            return leaveOneOut(
                    sources, summary.toString(), quarantined, options, cacheFile, progress);
        }
        Placed placed = place(sources.get(0), options, seeds);
        return measure(
                placed.dataset(),
                sources.get(0),
                summary + placed.how(),
                quarantined,
                options,
                cacheFile,
                seeds,
                progress);
    }

    /** False if a judge was named and scored no pair at all. */
    public boolean judged() {
        return asked == null || result.scored(asked);
    }

    /** Where one of the data sets is imported into, if it is a published one. */
    public static Path workFolder(List<DataSource> data, DataSource one, Path workFolder) {
        return data.size() > 1 ? workFolder.resolve(one.name()) : workFolder;
    }

    /** Without rows of a cell's groups that rest on fewer users. */
    private static RewardBenchmark.Result shown(
            RewardBenchmark.Result result, Set<String> groups, int least) {
        return new RewardBenchmark.Result(
                result.rows().stream()
                        .filter(
                                row ->
                                        row.users() >= least
                                                || groups.stream()
                                                        .noneMatch(
                                                                g -> row.cell().endsWith("/" + g)))
                        .toList(),
                result.differences());
    }

    private static Placed place(SourceData source, BenchmarkOptions options, SeedTree seeds) {
        PreferenceDataset dataset = source.loaded().dataset();
        if (options.split() == BenchmarkOptions.Split.ROWS) {
            Placement placement = Placement.of(dataset, Placement.Options.defaults(), seeds);
            return new Placed(
                    placement.dataset(), placement.how().isEmpty() ? "" : "; " + placement.how());
        }
        SplitPlan plan =
                SplitPlan.of(
                        SplitKind.valueOf(options.split().name()),
                        source,
                        withSeed(options.seed()));
        return new Placed(
                plan.split().apply(plan.split().folds().get(0), plan.places(), List.of(source)),
                "; split " + options.split().name().toLowerCase(Locale.ROOT));
    }

    private static SplitOptions withSeed(long seed) {
        SplitOptions defaults = SplitOptions.defaults();
        return new SplitOptions(
                seed, defaults.shares(), defaults.testDomains(), defaults.testDomainShare());
    }

    /** Each data set in turn is the test; its cells are named after it. */
    private static BenchmarkRun leaveOneOut(
            List<SourceData> sources,
            String summary,
            List<Quarantined> quarantined,
            BenchmarkOptions options,
            Path cacheFile,
            Progress progress) {
        SplitPlan plan = SplitPlan.leaveOneOut(sources, withSeed(options.seed()));
        List<Accuracy> rows = new ArrayList<>();
        List<RewardBenchmark.Difference> differences = new ArrayList<>();
        Selection selection = null;
        String asked = null;
        Set<String> notes = new LinkedHashSet<>();
        for (var fold : plan.split().folds()) {
            progress.stage(fold.name(), "the data set that training never shows");
            BenchmarkRun run =
                    measure(
                            plan.split().apply(fold, plan.places(), sources),
                            null,
                            summary,
                            quarantined,
                            options,
                            cacheFile,
                            SeedTree.root(options.seed()).child(fold.name()),
                            progress);
            selection = run.selection();
            asked = run.asked();
            notes.addAll(run.notes());
            run.result().rows().stream()
                    .filter(row -> row.cell().endsWith("ood"))
                    .forEach(row -> rows.add(row.in(fold.name())));
            run.result().differences().stream()
                    .filter(row -> row.cell().endsWith("ood"))
                    .forEach(row -> differences.add(row.in(fold.name())));
        }
        return new BenchmarkRun(
                summary + "; each data set in turn is the test",
                quarantined,
                selection,
                new RewardBenchmark.Result(rows, differences),
                List.of(),
                List.of(),
                asked,
                List.copyOf(notes));
    }

    private static BenchmarkRun measure(
            PreferenceDataset all,
            @Nullable SourceData source,
            String summary,
            List<Quarantined> quarantined,
            BenchmarkOptions options,
            Path cacheFile,
            SeedTree seeds,
            Progress progress) {
        PreferenceDataset dataset = Targets.sampled(all, options.targets(), seeds.child("targets"));
        List<Preference> training = dataset.training();
        if (training.isEmpty()) {
            throw new KindredException(
                    summary
                            + ": no training rows. Expected rows with part = fit, user_split other than unseen and"
                            + " item_split other than test; or leave these fields out and the data are split by the seed.");
        }
        Set<String> people = users(training);
        int least = SimulatedPopulation.isSource(all) ? 1 : options.leastGroupUsers();
        Map<String, String> groups =
                options.groups().isEmpty()
                        ? Map.of()
                        : SmallGroups.shown(UserLabels.read(options.groups(), all), least);
        progress.stage("fit", training.size() + " training choices of " + people.size() + " users");
        try (BgeEmbedder embedder = new BgeEmbedder(BgeEmbedder.Options.defaults());
                OpenJudge other = further(dataset, options, cacheFile, progress)) {
            RubricJudge judge =
                    RubricJudge.fit(
                            training, embedder, options.judge().rubric(), seeds.child("judge"));
            progress.stage("score", "held-out choices");
            List<Arm> arms = arms(dataset, judge);
            arms.add(CountedArm.of(TextAdaptation.fit(training)));
            Arm asked = other == null ? null : arm(other, progress);
            if (asked != null) {
                arms.add(asked);
                arms.addAll(expecting(other, progress));
            }
            RewardBenchmark benchmark =
                    new RewardBenchmark(options.shots(), options.bootstrapDraws(), seeds);
            RewardBenchmark.Result result =
                    shown(
                            benchmark.by(groups).run(dataset, arms, BASELINES, progress),
                            Set.copyOf(groups.values()),
                            least);
            return new BenchmarkRun(
                    summary,
                    quarantined,
                    judge.selection(),
                    result,
                    sizes(dataset, training, embedder, benchmark, options, seeds, progress),
                    source == null
                            ? List.of()
                            : ListRanking.of(
                                    source.loaded().tasks(),
                                    dataset,
                                    arms,
                                    benchmark,
                                    least,
                                    new Bootstrap(
                                            options.bootstrapDraws(), seeds.child("rankings"))),
                    asked == null ? null : asked.name(),
                    other == null ? List.of() : other.notes());
        }
    }

    /**
     * The judge beside the fitted one: another kind, or the same with scaling; null for neither.
     */
    private static @Nullable OpenJudge further(
            PreferenceDataset dataset,
            BenchmarkOptions options,
            Path cacheFile,
            Progress progress) {
        JudgeSpec spec = JudgeSpec.parse(options.judge().spec());
        if (spec instanceof JudgeSpec.Embedded
                && options.judge().scaling().equals(ScalingPlan.base())) {
            return null;
        }
        OpenJudge judge =
                new OpenJudge(
                        spec,
                        RewardData.of(dataset),
                        options.judge().withRubric(options.judge().rubric().first()),
                        cacheFile,
                        SeedTree.root(options.seed()));
        try {
            judge.telling(progress).probe(OpenJudge.Form.PAIRS);
        } catch (RuntimeException e) {
            judge.close();
            throw e;
        }
        return judge;
    }

    private static Arm arm(OpenJudge judge, Progress progress) {
        ScalingPlan plan = judge.options().scaling();
        return plan.equals(ScalingPlan.base())
                ? CountedArm.inBothOrders(judge.spec().label(), judge.oneOrder())
                : scaled(judge, plan, progress);
    }

    /** Beside neighbours' draws their expectation, where the judge tells them apart. */
    private static List<Arm> expecting(OpenJudge judge, Progress progress) {
        ScalingPlan plan = judge.options().scaling();
        return judge.embedded() && plan.drawsNeighbours()
                ? List.of(
                        scaled(
                                judge,
                                plan.withNeighbourSamples(ScalingPlan.NeighbourSamples.EXPECTED),
                                progress))
                : List.of();
    }

    private static Arm scaled(OpenJudge judge, ScalingPlan plan, Progress progress) {
        return CountedArm.of(
                judge.spec().label() + " " + plan,
                new PGenRm(judge.writer(), judge.neighbours(progress), plan));
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
        return new RewardBenchmark(shots, draws, seeds)
                .run(dataset, arms(dataset, judge), List.of(BASELINE), progress);
    }

    private static List<Arm> arms(PreferenceDataset dataset, RubricJudge judge) {
        List<Arm> arms = new ArrayList<>();
        arms.add(new ItemOrder(dataset.training()));
        arms.add(new JudgeArm(judge, JudgeMode.NO_HISTORY));
        arms.add(new JudgeArm(judge, JudgeMode.GAUSSIAN));
        arms.add(new JudgeArm(judge, JudgeMode.DISCRETE));
        arms.add(new JudgeArm(judge, JudgeMode.MIXTURE));
        return arms;
    }

    /**
     * The judge fitted to nested samples of the training users; one setting, as there is no search.
     */
    private static List<TrainingSize> sizes(
            PreferenceDataset dataset,
            List<Preference> training,
            BgeEmbedder embedder,
            RewardBenchmark benchmark,
            BenchmarkOptions options,
            SeedTree seeds,
            Progress progress) {
        List<String> people = seeds.child("training-users").shuffled(users(training));
        Map<Integer, List<Accuracy>> sizes = new LinkedHashMap<>();
        for (int wanted : options.trainingUsers()) {
            int size = Math.min(wanted, people.size());
            if (!sizes.containsKey(size)) {
                progress.stage("size", size + " training users");
                Set<String> chosen = new HashSet<>(people.subList(0, size));
                RubricJudge judge =
                        RubricJudge.fit(
                                training.stream()
                                        .filter(row -> chosen.contains(row.userId()))
                                        .toList(),
                                embedder,
                                options.judge().rubric().first(),
                                seeds.child("judge"));
                sizes.put(
                        size,
                        benchmark
                                .run(
                                        dataset,
                                        List.of(new JudgeArm(judge, JudgeMode.GAUSSIAN)),
                                        List.of(),
                                        Progress.NONE)
                                .rows());
            }
        }
        List<TrainingSize> found = new ArrayList<>();
        sizes.forEach((size, rows) -> found.add(new TrainingSize(size, rows)));
        return found;
    }

    private static Set<String> users(List<Preference> rows) {
        Set<String> users = new TreeSet<>();
        rows.forEach(row -> users.add(row.userId()));
        return users;
    }
}
