package org.kindred.eval.winrate;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Progress;
import org.kindred.datasets.Quarantined;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.alignment.Diversity;
import org.kindred.eval.alignment.Sample;
import org.kindred.eval.alignment.SamplePair;
import org.kindred.eval.alignment.WinRate;
import org.kindred.eval.benchmark.RewardBenchmark;
import org.kindred.eval.report.Report;
import org.kindred.eval.report.ResultTables;
import org.kindred.eval.results.ResultProvenance;
import org.kindred.eval.results.Results;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Contrast;
import org.kindred.options.OptionTree;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.OpenJudge;
import org.kindred.reward.judges.RewardData;

/**
 * {@code kindred eval win-rate}: completions of finished runs, and of files made elsewhere,
 * compared policy by policy by a judge that reads two of them in both orders.
 */
public final class WinRateRun {
    private static final String VERDICTS = "verdicts.jsonl";

    private final Answers answers;
    private final List<Judged> judged = new ArrayList<>();
    private final List<WinRate> rates = new ArrayList<>();
    private final WinRateOptions options;
    private final SeedTree seeds;
    private int lonely;

    private WinRateRun(Answers answers, WinRateOptions options, SeedTree seeds) {
        this.answers = answers;
        this.options = options;
        this.seeds = seeds;
    }

    /**
     * Reads, draws, judges and counts.
     *
     * @param sources runs and files, each {@code [NAME=]PATH}
     * @param data canonical folder with the users' past choices; null for that of the first run
     * @param cacheFile answers of a language model, so that a second run does not ask again
     * @throws KindredException if the files hold fewer than two policies or no prompt in common
     */
    public static WinRateRun of(
            List<String> sources,
            @Nullable Path data,
            WinRateOptions options,
            Path cacheFile,
            Progress progress) {
        SeedTree seeds = SeedTree.root(options.seed());
        List<AnswerSource> files = sources.stream().map(AnswerSource::of).toList();
        progress.stage("read", String.join(", ", sources));
        PreferenceDataset dataset = dataset(files, data);
        Answers answers =
                AnswerReader.read(files, data, groups(dataset))
                        .of(options.policies())
                        .drawn(options.prompts(), seeds.child("prompts"));
        WinRateRun run = new WinRateRun(answers, options, seeds);
        run.judgeAll(RewardData.forJudging(dataset), cacheFile, progress);
        return run;
    }

    private static PreferenceDataset dataset(List<AnswerSource> files, @Nullable Path data) {
        Path where =
                data != null
                        ? data
                        : files.stream()
                                .flatMap(file -> file.data().stream())
                                .findFirst()
                                .orElse(null);
        return where == null
                ? new PreferenceDataset(List.of(), List.of())
                : CanonicalReader.read(where).dataset();
    }

    private static Map<String, String> groups(PreferenceDataset dataset) {
        Map<String, String> groups = new LinkedHashMap<>();
        dataset.usersById()
                .forEach(
                        (id, user) -> {
                            if (user.group() != null) {
                                groups.put(id, user.group());
                            }
                        });
        return groups;
    }

    private void judgeAll(RewardData data, Path cacheFile, Progress progress) {
        Map<List<String>, List<SamplePair>> comparisons = comparisons();
        JudgeSpec spec = JudgeSpec.parse(options.judge());
        if (spec instanceof JudgeSpec.Embedded && data.training().isEmpty()) {
            throw new KindredException(
                    "judge = rubric: it is fitted to choices, and none are known; name a canonical"
                            + " folder with --data, or a language model with --judge");
        }
        long total = comparisons.values().stream().mapToInt(List::size).sum();
        progress.stage("judge", total + " pairs, each in both orders, by " + spec.label());
        Bootstrap bootstrap =
                new Bootstrap(
                        options.bootstrapDraws(), seeds.child("win-rates").child("bootstrap"));
        Contrast.Maker contrasts =
                new Contrast.Maker(options.bootstrapDraws(), seeds.child("win-rates"));
        try (OpenJudge at =
                new OpenJudge(spec, data, options.reward(), cacheFile, seeds.child("judge"))) {
            ChainWriter writer = at.oneOrder();
            PairJudge judge =
                    new PairJudge(
                            writer,
                            data.contextsOf(options.reward().shots()),
                            answers.prompts(),
                            writer.threads());
            comparisons.forEach(
                    (names, pairs) -> {
                        int from = judged.size();
                        judge.judge(
                                pairs,
                                one -> {
                                    judged.add(one);
                                    progress.step(judged.size(), total, "pairs");
                                });
                        rates.addAll(
                                new WinRate.Counting(names.get(0), names.get(1), spec.label())
                                        .rates(
                                                judged.subList(from, judged.size()).stream()
                                                        .map(Judged::verdict)
                                                        .toList(),
                                                contrasts,
                                                bootstrap));
                    });
        }
    }

    /** Each policy with all before it. */
    private Map<List<String>, List<SamplePair>> comparisons() {
        Map<List<String>, List<SamplePair>> comparisons = new LinkedHashMap<>();
        List<String> policies = answers.policies();
        for (int i = 0; i < policies.size(); i++) {
            for (int j = 0; j < i; j++) {
                List<String> names = List.of(policies.get(i), policies.get(j));
                List<SamplePair> pairs =
                        SamplePair.of(answers.samples(), names.get(0), names.get(1));
                if (pairs.isEmpty()) {
                    throw new KindredException(
                            names.get(0)
                                    + " and "
                                    + names.get(1)
                                    + " answered no prompt in common: pairs are lines with the same"
                                    + " id, or completions of runs on the same data");
                }
                lonely += completions(names) - 2 * pairs.size();
                comparisons.put(names, pairs);
            }
        }
        return comparisons;
    }

    private int completions(List<String> policies) {
        return (int) answers.samples().stream().filter(s -> policies.contains(s.policy())).count();
    }

    /** Rates of every pair of policies, of all users and then of each group. */
    public List<WinRate> rates() {
        return List.copyOf(rates);
    }

    /** Lines of the files that could not be used. */
    public List<Quarantined> quarantined() {
        return answers.quarantined();
    }

    /** False if the judge gave no verdict at all. */
    public boolean anyVerdict() {
        return judged.stream().anyMatch(one -> one.failure() == null);
    }

    /** What was judged and what was not, for people. */
    public String summary() {
        Map<String, Integer> failures = new TreeMap<>();
        long tokens = 0;
        for (Judged one : judged) {
            tokens += one.tokens();
            if (one.failure() != null) {
                failures.merge(one.failure(), 1, Integer::sum);
            }
        }
        int failed = failures.values().stream().mapToInt(Integer::intValue).sum();
        return judged.size()
                + " pairs of "
                + answers.samples().stream().map(Sample::userId).distinct().count()
                + " users by "
                + JudgeSpec.parse(options.judge()).label()
                + ", "
                + tokens
                + " tokens; "
                + (failed == 0 ? "none" : failed + " " + failures)
                + " without a verdict"
                + (lonely == 0 ? "" : "; " + lonely + " completions without a partner left out");
    }

    /**
     * Writes {@code results.json}, the tables, {@code report.html}, {@code verdicts.jsonl} and
     * {@code config.yaml}.
     *
     * @param command that makes the results again
     */
    public Results write(Path folder, String command, List<String> sources) {
        List<Path> files = sources.stream().map(source -> AnswerSource.of(source).file()).toList();
        Map<String, String> provenance =
                new TreeMap<>(ResultProvenance.of(command, options, files));
        provenance.put("data", summary());
        Results results =
                new Results(
                        Results.SCHEMA,
                        Results.VERSION,
                        options.seed(),
                        provenance,
                        answers.policies(),
                        null,
                        new RewardBenchmark.Result(List.of(), List.of()),
                        List.of(),
                        List.of(),
                        new Alignment(
                                List.of(),
                                List.of(),
                                List.of(),
                                List.of(),
                                rates,
                                Diversity.of(
                                        answers.samples(),
                                        answers.policies(),
                                        seeds.child("diversity"))),
                        List.of(),
                        List.of());
        results.write(folder.resolve("results.json"));
        ResultTables.write(folder, results);
        new Report(results, examples()).write(folder.resolve("report.html"));
        AtomicFiles.writeText(folder.resolve("config.yaml"), OptionTree.yaml(options));
        AtomicFiles.write(
                folder.resolve(VERDICTS),
                out -> {
                    for (Judged one : judged) {
                        out.write((Json.line(one) + "\n").getBytes(StandardCharsets.UTF_8));
                    }
                });
        if (!quarantined().isEmpty()) {
            Quarantined.write(folder.resolve("quarantine.jsonl"), quarantined());
        }
        return results;
    }

    private List<Report.Example> examples() {
        Map<String, List<Sample>> byPrompt = new LinkedHashMap<>();
        answers.samples()
                .forEach(s -> byPrompt.computeIfAbsent(s.prompt(), id -> new ArrayList<>()).add(s));
        List<Report.Example> examples = new ArrayList<>();
        byPrompt.forEach(
                (id, own) ->
                        examples.add(
                                new Report.Example(
                                        own.get(0).group(), answers.prompts().get(id), own)));
        return examples;
    }
}
