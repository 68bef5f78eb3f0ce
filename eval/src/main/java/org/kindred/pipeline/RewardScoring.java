package org.kindred.pipeline;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.OrderedWork;
import org.kindred.datasets.Preference;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.SplitCell;
import org.kindred.datasets.source.DataSource;
import org.kindred.eval.report.Report;
import org.kindred.eval.results.Results;
import org.kindred.eval.results.ResultsBuilder;
import org.kindred.eval.table.Table;
import org.kindred.options.OptionTree;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.client.JudgeCache;
import org.kindred.reward.diagnostic.Diagnosis;
import org.kindred.reward.diagnostic.JudgedPair;
import org.kindred.reward.diagnostic.PairJudge;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.OpenJudge;
import org.kindred.reward.judges.RewardData;
import org.kindred.reward.scaling.PGenRm;
import org.kindred.reward.scaling.ScaledScores;

/** {@code kindred reward score}: both responses of every held-out pair in its user's name. */
public final class RewardScoring {
    /** Where published data are imported into. */
    private static final String DATA = "data";

    private final Path run;
    private final RewardScoringOptions options;
    private final SeedTree seeds;
    private final Progress progress;

    public RewardScoring(Path run, RewardScoringOptions options, Progress progress) {
        this.run = run;
        this.options = options;
        this.seeds = SeedTree.root(options.seed());
        this.progress = progress;
    }

    /**
     * What {@link #score} found.
     *
     * @param pairs asked about
     * @param right higher score for the chosen response
     * @param ties equal scores
     * @param unscored without two scores
     * @param asked samples asked for
     * @param tokens spent, as the endpoint counted
     * @param sources how often which sides were heard
     * @param neighboursShort pairs whose cell held too few neighbours
     * @param failures why samples gave no scores, with how many
     */
    public record Scored(
            int pairs,
            int right,
            int ties,
            int unscored,
            long asked,
            long tokens,
            Map<String, Integer> sources,
            int neighboursShort,
            Map<String, Integer> failures) {
        /** Of the pairs with scores, a tie as one half; NaN where there are none. */
        public double accuracy() {
            return pairs == unscored ? Double.NaN : (right + ties / 2.0) / (pairs - unscored);
        }

        /** What was scored and what was not, for people. */
        public String summary() {
            String reasons =
                    failures.entrySet().stream()
                            .map(failure -> failure.getKey() + " = " + failure.getValue())
                            .collect(Collectors.joining(", "));
            return pairs
                    + " pairs: "
                    + (pairs == unscored
                            ? "no accuracy"
                            : String.format(
                                    Locale.ROOT,
                                    "accuracy %.1f %% of those with scores (ties one half), %d ties",
                                    100 * accuracy(),
                                    ties))
                    + ", "
                    + unscored
                    + " without scores"
                    + (reasons.isEmpty() ? "" : "; failed samples: " + reasons)
                    + "; "
                    + asked
                    + " samples, "
                    + tokens
                    + " tokens; heard "
                    + sources;
        }

        Table table(String judge, String scaling) {
            return new Table(
                    "scores",
                    "Held-out pairs by their scores: accuracy is of the pairs with scores, a tie counts one half.",
                    2,
                    List.of(
                            "judge",
                            "scaling",
                            "pairs",
                            "accuracy",
                            "coverage",
                            "right",
                            "ties",
                            "unscored",
                            "samples",
                            "tokens",
                            "neighbours short"),
                    List.of(
                            List.of(
                                    judge,
                                    scaling,
                                    pairs,
                                    accuracy(),
                                    1 - unscored / (double) Math.max(1, pairs),
                                    right,
                                    ties,
                                    unscored,
                                    asked,
                                    tokens,
                                    neighboursShort)));
        }
    }

    /**
     * Scores both responses of every target of a data set.
     *
     * @param command words of the command line
     */
    public Scored score(DataSource source, List<String> command) {
        RewardData data =
                RewardData.read(source, run.resolve(DATA), options.placement(), seeds, progress);
        ScoreTally tally = new ScoreTally();
        try (OpenJudge at = judge(data)) {
            AtomicFiles.writeText(run.resolve("config.yaml"), OptionTree.yaml(options));
            at.telling(progress).probe(OpenJudge.Form.PAIRS);
            ChainWriter writer = at.writer();
            PGenRm model = at.pairs(progress);
            progress.stage("score", data.targets().size() + " pairs");
            lines(
                    "scores.jsonl",
                    out ->
                            OrderedWork.<Preference, Result>runInBatches(
                                    data.targets().iterator(),
                                    writer.batch(),
                                    writer.threads(),
                                    targets -> scaled(model, data, targets),
                                    result -> {
                                        tally.add(result.scores());
                                        write(out, line(result));
                                        progress.step(tally.pairs, data.targets().size(), "pairs");
                                    }));
            Scored scored = tally.scored();
            Map<String, Object> numbers = new LinkedHashMap<>();
            numbers.put("judge", writer.name());
            numbers.put("scaling", options.judge().scaling().toString());
            numbers.put("accuracy", scored.accuracy());
            numbers.put("scored", scored);
            numbers.put("calls", at.counts());
            if (options.diagnose() > 0) {
                numbers.put("diagnosis", diagnosis(data, at));
            }
            ResultsBuilder building =
                    Results.builder(Results.Kind.REWARD_SCORE)
                            .command(command)
                            .seed(options.seed())
                            .options(options)
                            .data(source.toString(), source.rows(run.resolve(DATA)))
                            .table(
                                    scored.table(
                                            writer.name(), options.judge().scaling().toString()))
                            .details(numbers)
                            .note(scored.summary() + ".");
            at.notes().forEach(building::note);
            Results results = building.build();
            results.write(run);
            new Report(results, List.of()).write(run.resolve("report.html"));
            return scored;
        }
    }

    private record Result(Preference target, ScaledScores scores) {}

    private List<Result> scaled(PGenRm model, RewardData data, List<Preference> targets) {
        List<ScaledScores> scores =
                model.scaleAll(targets.stream().map(target -> request(data, target)).toList());
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < targets.size(); i++) {
            results.add(new Result(targets.get(i), scores.get(i)));
        }
        return results;
    }

    private ChainRequest request(RewardData data, Preference target) {
        return new ChainRequest(
                data.contexts().get(target.userId()).firstChoices(options.judge().mostShots()),
                target.promptText(),
                List.of(target.chosenText(), target.rejectedText()));
    }

    private static Map<String, Object> line(Result result) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("id", result.target().id());
        line.put("cell", SplitCell.of(result.target()).map(Enum::name).orElse(null));
        String[] names = {"chosen", "rejected"};
        for (int i = 0; i < names.length; i++) {
            ScoreOutcome outcome = result.scores().outcomes().get(i);
            if (outcome instanceof ScoreOutcome.Scored scored) {
                line.put(names[i], scored.value());
            } else if (outcome instanceof ScoreOutcome.Abstained abstained) {
                line.put(names[i] + "_abstained", abstained.reason());
            } else if (outcome instanceof ScoreOutcome.Failed failed) {
                line.put(names[i] + "_failed", failed.reason());
            }
        }
        line.put("source", result.scores().source());
        line.put("own_samples", result.scores().ownSamples());
        line.put("neighbour_samples", result.scores().neighbourSamples());
        line.put("asked", result.scores().asked());
        line.put("tokens", result.scores().tokens());
        return line;
    }

    private Diagnosis diagnosis(RewardData data, OpenJudge at) {
        ChainWriter writer = at.oneOrder();
        PairJudge judge = new PairJudge(writer, at.solo());
        List<JudgedPair> pairs = new ArrayList<>();
        List<Preference> targets =
                data.targets().subList(0, Math.min(options.diagnose(), data.targets().size()));
        progress.stage("diagnose", targets.size() + " pairs");
        OrderedWork.run(
                targets.iterator(),
                writer.threads(),
                target ->
                        judge.judge(
                                data.contexts()
                                        .get(target.userId())
                                        .firstChoices(options.judge().mostShots()),
                                target,
                                SplitCell.of(target).map(Enum::name).orElse("none")),
                pairs::add);
        return Diagnosis.of(pairs);
    }

    private OpenJudge judge(RewardData data) {
        progress.stage("judge", options.judge().spec());
        return new OpenJudge(
                JudgeSpec.parse(options.judge().spec()),
                data,
                options.judge(),
                run.resolve("reward").resolve(JudgeCache.FILE),
                seeds,
                options.engine());
    }

    private interface Lines {
        void writeTo(OutputStream out);
    }

    private void lines(String name, Lines content) {
        AtomicFiles.write(run.resolve(name), content::writeTo);
    }

    private static void write(OutputStream out, Map<String, Object> line) {
        try {
            out.write((Json.line(line) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
