package org.kindred.pipeline;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Preference;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.SplitCell;
import org.kindred.options.OptionTree;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.UserContext;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.client.JudgeCache;
import org.kindred.reward.client.OrderedWork;
import org.kindred.reward.diagnostic.Diagnosis;
import org.kindred.reward.diagnostic.JudgedPair;
import org.kindred.reward.diagnostic.PairJudge;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.OpenJudge;
import org.kindred.reward.judges.RewardData;
import org.kindred.reward.judges.RewardOptions;
import org.kindred.reward.prototype.PrototypeSpace;
import org.kindred.reward.scaling.PGenRm;
import org.kindred.reward.scaling.ScaledScores;

/** {@code kindred reward derive | prototypes | score}. */
public final class RewardWork {
    private static final String SOURCE = "source.json";

    private final Path run;
    private final RewardOptions options;
    private final SeedTree seeds;
    private final Progress progress;

    public RewardWork(Path run, RewardOptions options, Progress progress) {
        this.run = run;
        this.options = options;
        this.seeds = SeedTree.root(options.seed());
        this.progress = progress;
    }

    /**
     * What a run folder was made from.
     *
     * @param data canonical folder
     * @param judge as given to {@code --judge}
     */
    public record Source(String data, String judge) {}

    /** What {@link #derive} wrote. */
    public record Derived(int chains, int failed) {}

    /** Writes a chain for the first training choices of each training user, from his other ones. */
    public Derived derive(Path folder, String judge) {
        JudgeSpec spec = JudgeSpec.parse(judge);
        progress.stage("read", folder.toString());
        RewardData data = RewardData.read(folder, seeds);
        int[] counts = new int[2];
        try (OpenJudge at = judge(spec, data)) {
            Json.write(run.resolve(SOURCE), new Source(folder.toAbsolutePath().toString(), judge));
            AtomicFiles.writeText(run.resolve("config.yaml"), OptionTree.yaml(options));
            if (at.embedded()) {
                at.fitted().save(run.resolve("reward/judge.json"));
            }
            List<UserContext> users =
                    List.copyOf(data.trainingUsers(options.rowsPerUser()).values());
            progress.stage("derive", users.size() + " users");
            ChainWriter writer = at.oneOrder();
            lines(
                    "reward/chains.jsonl",
                    out ->
                            OrderedWork.<Held, Map<String, Object>>runInBatches(
                                    users.stream().flatMap(Held::of).iterator(),
                                    writer.batch(),
                                    writer.threads(),
                                    held -> chains(held, writer),
                                    line -> {
                                        counts[line.containsKey("failed") ? 1 : 0]++;
                                        write(out, line);
                                        progress.step(
                                                counts[0] + counts[1],
                                                (long) users.size() * options.rowsPerUser(),
                                                "chains");
                                    }));
        }
        return new Derived(counts[0], counts[1]);
    }

    /** A choice and the other ones of its user. */
    private record Held(UserContext others, Preference target) {
        static Stream<Held> of(UserContext user) {
            return user.history().stream()
                    .map(
                            target ->
                                    new Held(
                                            new UserContext(
                                                    user.userId(),
                                                    user.history().stream()
                                                            .filter(row -> row != target)
                                                            .toList()),
                                            target));
        }

        ChainRequest request() {
            return new ChainRequest(
                    others,
                    target.promptText(),
                    List.of(target.chosenText(), target.rejectedText()));
        }
    }

    private static List<Map<String, Object>> chains(List<Held> some, ChainWriter writer) {
        List<List<ChainOutcome>> outcomes =
                writer.writeAll(some.stream().map(Held::request).toList(), Samples.of(1));
        List<Map<String, Object>> lines = new ArrayList<>();
        for (int i = 0; i < some.size(); i++) {
            ChainOutcome outcome = outcomes.get(i).get(0);
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("user_id", some.get(i).target().userId());
            line.put("row_id", some.get(i).target().id());
            if (outcome instanceof ChainOutcome.Written written) {
                line.put("persona", written.chain().persona());
                line.put("criteria", written.chain().criteria());
                line.put("scores", written.chain().scores());
                line.put("stated_scores", written.chain().statedScores());
            } else {
                line.put("failed", ((ChainOutcome.Failed) outcome).reason());
            }
            line.put("tokens", outcome.tokens());
            lines.add(line);
        }
        return lines;
    }

    /** Reads what {@link #derive} left in a run folder. */
    public static Source source(Path run) {
        if (!Files.exists(run.resolve(SOURCE))) {
            throw new KindredException(
                    run
                            + " holds no "
                            + SOURCE
                            + ": make it with kindred reward derive DATA --out "
                            + run);
        }
        return Json.read(run.resolve(SOURCE), Source.class, "the source of the run");
    }

    /**
     * What {@link #prototypes} found.
     *
     * @param users cells of users, largest first; none for a judge that is no embedded one
     * @param scenarios number of cells of (user, scenario) samples
     */
    public record Cells(List<PrototypeSpace.Prototype> users, int scenarios) {}

    /**
     * Finds prototypes with the judge of a run: of users by fitted taste (embedded judge only), and
     * of (user, scenario) samples as published.
     */
    public Cells prototypes() {
        Source source = source(run);
        RewardData data = RewardData.read(Path.of(source.data()), seeds);
        try (OpenJudge at = judge(JudgeSpec.parse(source.judge()), data)) {
            progress.stage("prototypes", data.training().size() + " training choices");
            List<PrototypeSpace.Prototype> users = List.of();
            if (at.embedded()) {
                var space = at.users();
                space.save(run.resolve("reward/prototypes.json"));
                users = space.prototypes();
            }
            var scenarios = at.scenarios(options.scenarios(), progress);
            scenarios.save(run.resolve("reward/scenario-prototypes.json"));
            return new Cells(users, scenarios.size());
        }
    }

    /**
     * What {@link #score} found.
     *
     * @param pairs scored
     * @param right higher score for the chosen response
     * @param ties equal scores
     * @param unscored without two scores
     * @param asked samples asked for
     * @param tokens spent, as the endpoint counted
     * @param sources how often which sides were heard
     * @param neighboursShort pairs whose cell held too few neighbours
     */
    public record Scored(
            int pairs,
            int right,
            int ties,
            int unscored,
            long asked,
            long tokens,
            Map<String, Integer> sources,
            int neighboursShort) {
        /** A tie counts one half, a pair without scores is wrong. */
        public double accuracy() {
            return (right + ties / 2.0) / Math.max(1, pairs);
        }
    }

    /** Scores both responses of every target of a data set. */
    public Scored score(Path folder, String judge) {
        JudgeSpec spec = JudgeSpec.parse(judge);
        progress.stage("read", folder.toString());
        RewardData data = RewardData.read(folder, seeds);
        ScoreTally tally = new ScoreTally();
        try (OpenJudge at = judge(spec, data)) {
            AtomicFiles.writeText(run.resolve("config.yaml"), OptionTree.yaml(options));
            ChainWriter writer = at.writer();
            PGenRm model = new PGenRm(writer, at.neighbours(progress), options.scaling());
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
            Map<String, Object> results = new LinkedHashMap<>();
            Scored scored = tally.scored();
            results.put("schema", "kindred-scores");
            results.put("version", 1);
            results.put("judge", writer.name());
            results.put("scaling", options.scaling().toString());
            results.put("accuracy", scored.accuracy());
            results.put("scored", scored);
            results.put("calls", at.counts());
            if (options.diagnose() > 0) {
                results.put("diagnosis", diagnosis(data, at));
            }
            Json.write(run.resolve("results.json"), results);
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
                data.contexts().get(target.userId()).firstChoices(options.shots()),
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
                                data.contexts().get(target.userId()).firstChoices(options.shots()),
                                target,
                                SplitCell.of(target).map(Enum::name).orElse("none")),
                pairs::add);
        return Diagnosis.of(pairs);
    }

    private OpenJudge judge(JudgeSpec spec, RewardData data) {
        progress.stage("judge", spec.getClass().getSimpleName());
        return new OpenJudge(
                spec, data, options, run.resolve("reward").resolve(JudgeCache.FILE), seeds);
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
