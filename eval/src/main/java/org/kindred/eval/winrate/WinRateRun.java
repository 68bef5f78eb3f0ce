package org.kindred.eval.winrate;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Progress;
import org.kindred.datasets.Quarantined;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.simulation.SimulatedPopulation;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.alignment.Diversity;
import org.kindred.eval.alignment.Measure;
import org.kindred.eval.alignment.Sample;
import org.kindred.eval.alignment.SmallGroups;
import org.kindred.eval.alignment.WinRate;
import org.kindred.eval.report.Report;
import org.kindred.eval.results.Results;
import org.kindred.eval.results.ResultsBuilder;
import org.kindred.options.OptionTree;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.RewardData;

/**
 * {@code kindred eval win-rate}: completions of finished runs, and of files made elsewhere,
 * compared policy by policy by a judge that reads two of them in both orders.
 */
public final class WinRateRun {
    private static final String VERDICTS = "verdicts.jsonl";

    private final Answers answers;
    private final WinRates found;
    private final WinRateOptions options;
    private final SeedTree seeds;

    private final boolean simulated;
    private final int smallGroups;

    private WinRateRun(
            Answers answers,
            WinRates found,
            WinRateOptions options,
            SeedTree seeds,
            boolean simulated,
            int smallGroups) {
        this.simulated = simulated;
        this.smallGroups = smallGroups;
        this.answers = answers;
        this.found = found;
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
        boolean simulated = SimulatedPopulation.isSource(dataset);
        Answers all = AnswerReader.read(files, data, groups(dataset)).of(options.policies());
        Set<String> small = all.smallGroups(simulated ? 1 : options.leastGroupUsers());
        Answers answers = all.without(small).drawn(options.prompts(), seeds.child("prompts"));
        WinRates found =
                WinRates.of(
                        answers.samples(),
                        answers.policies(),
                        answers.prompts(),
                        JudgeSpec.parse(options.judge().spec()),
                        RewardData.forJudging(dataset),
                        options.judge(),
                        cacheFile,
                        options.bootstrapDraws(),
                        seeds,
                        progress);
        return new WinRateRun(answers, found, options, seeds, simulated, small.size());
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

    /** Rates of every pair of policies, of all users and then of each group. */
    public List<WinRate> rates() {
        return found.rates();
    }

    /** Lines of the files that could not be used. */
    public List<Quarantined> quarantined() {
        return answers.quarantined();
    }

    /** False if the judge gave no verdict at all. */
    public boolean anyVerdict() {
        return found.anyVerdict();
    }

    /** What was judged and what was not, for people. */
    public String summary() {
        return found.summary();
    }

    /**
     * Writes {@code results.json}, the tables, {@code report.html}, {@code verdicts.jsonl} and
     * {@code config.yaml}.
     *
     * @param command words of the command line that makes the results again
     */
    public Results write(Path folder, List<String> command, List<String> sources) {
        ResultsBuilder building =
                Results.builder(Results.Kind.WIN_RATE)
                        .command(command)
                        .seed(options.seed())
                        .options(options)
                        .policies(answers.policies())
                        .note(summary() + ".")
                        .note(
                                SmallGroups.note(
                                        smallGroups,
                                        options.leastGroupUsers(),
                                        "least_group_users"))
                        .alignment(
                                new Alignment(
                                        Measure.REWARD,
                                        "those that the files or the data name",
                                        List.of(),
                                        List.of(),
                                        List.of(),
                                        List.of(),
                                        found.rates(),
                                        Diversity.of(
                                                answers.samples(),
                                                answers.policies(),
                                                seeds.child("diversity"))));
        found.notes().forEach(building::note);
        for (String source : sources) {
            building.data(source, AnswerSource.of(source).file());
        }
        Results results = building.build();
        results.write(folder);
        boolean shown = options.reportTexts().shown(simulated);
        new Report(
                        results,
                        shown ? examples() : List.of(),
                        shown ? "" : options.reportTexts().notice("report_texts"),
                        0)
                .write(folder.resolve("report.html"));
        AtomicFiles.writeText(folder.resolve("config.yaml"), OptionTree.yaml(options));
        AtomicFiles.write(
                folder.resolve(VERDICTS),
                out -> {
                    for (Judged one : found.judged()) {
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
