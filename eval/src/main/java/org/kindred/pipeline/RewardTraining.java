package org.kindred.pipeline;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Checksums;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Placement;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.source.DataSource;
import org.kindred.eval.report.Report;
import org.kindred.eval.results.Results;
import org.kindred.eval.table.Table;
import org.kindred.options.OptionsException;
import org.kindred.policy.run.TrainingRun;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.client.JudgeCache;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.OpenJudge;
import org.kindred.reward.judges.RewardData;
import org.kindred.reward.llm.ChainPrompts;
import org.kindred.reward.llm.LlmOptions;
import org.kindred.reward.prototype.PreferenceGroups;
import org.kindred.reward.training.ChainCollection;
import org.kindred.reward.training.ChainDataOptions;
import org.kindred.reward.training.ChainExamples;
import org.kindred.reward.training.ChainVerdict;
import org.kindred.reward.training.PairGroups;
import org.kindred.reward.training.PairSets;
import org.kindred.reward.training.RewardTrainingOptions;
import org.kindred.reward.training.ScratchModel;
import org.kindred.reward.training.StageRun;
import org.kindred.reward.training.StageTraining;
import org.kindred.reward.training.TeacherChain;
import org.kindred.reward.training.TrainingPair;

/**
 * Trains a generative reward model in a run folder (P-GenRM, arXiv 2602.12116, 2.1-2.3).
 *
 * <pre>
 * chains/chains.jsonl   what the teacher wrote, kept and rejected
 * reward/groups.json    preference groups of the users, where groups asks for some
 * start/                the model of --model scratch, or what was made of a GGUF file
 * psi/ cre/ ...         a training run each, and its model/
 * model/                the last chain writer: --judge local:RUN/model
 * results.json          every stage on held-back pairs of new users
 * </pre>
 */
public final class RewardTraining {
    /** As {@code --model}: a decoder is made from nothing. */
    public static final String SCRATCH = "scratch";

    private final String base;
    private final DataSource data;
    private final RewardTrainingOptions options;
    private final List<String> command;
    private final Progress progress;
    private final SeedTree seeds;
    private final ChainPrompts prompts;
    private volatile boolean stopRequested;
    private volatile @Nullable TrainingRun running;
    private volatile @Nullable ChainCollection collecting;

    /**
     * What came of it; {@code results.json} holds the same.
     *
     * @param model folder of the last chain writer; null if none was trained or the run was stopped
     * @param chains attempts of the teacher by what became of them
     * @param table held-back pairs: start model, each stage, and the rubric judge where it taught
     */
    public record Result(
            @Nullable String model, Map<String, Integer> chains, Map<String, TestResult> table) {}

    /**
     * @param base folder or GGUF file of the model to start from, or {@link #SCRATCH}
     * @param command words of the command line
     */
    public RewardTraining(
            String base,
            DataSource data,
            RewardTrainingOptions options,
            List<String> command,
            Progress progress) {
        this.base = base;
        this.data = data;
        this.options = options;
        this.command = command;
        this.progress = progress;
        seeds = SeedTree.root(options.seed()).child("reward-training");
        prompts = new ChainPrompts(options.judge().llm(), seeds.child("shown"));
    }

    /** Asks {@link #run} to save and return after the step in progress. Safe from any thread. */
    public void requestStop() {
        stopRequested = true;
        TrainingRun run = running;
        if (run != null) {
            run.requestStop();
        }
        ChainCollection collection = collecting;
        if (collection != null) {
            collection.requestStop();
        }
    }

    private void started(TrainingRun run) {
        running = run;
        if (stopRequested) {
            run.requestStop();
        }
    }

    /** Runs all stages that are not finished; stops early after {@link #requestStop}. */
    public Result run(RunFolder run) {
        RewardData read =
                RewardData.read(
                        data,
                        run.path("data"),
                        Placement.Options.defaults(),
                        SeedTree.root(options.seed()),
                        progress);
        PairSets pairs = PairSets.of(read, options, seeds);
        if (options.groups().run() != null && !run.isFinished(GroupStage.NAME)) {
            groupsOf(options.groups(), pairs.learned()); // refused before anything is learned
        }
        try (OpenJudge teacher =
                new OpenJudge(
                        JudgeSpec.parse(options.judge().spec()),
                        read,
                        options.judge()
                                .withLlm(options.judge().llm().with(LlmOptions.Prompt.STATED)),
                        run.path("chains").resolve(JudgeCache.FILE),
                        seeds.child("teacher"),
                        options.engine())) {
            Map<String, TestResult> table = new LinkedHashMap<>();
            teacher.telling(progress);
            if (!run.isFinished("chains")) {
                teacher.probe(OpenJudge.Form.PAIRS);
            }
            if (prototypes() && !run.isFinished(GroupStage.NAME)) {
                teacher.probe(OpenJudge.Form.RUBRICS);
            }
            List<TeacherChain> lines = chains(run, pairs, teacher);
            if (stopRequested) {
                return new Result(null, ChainCollection.tally(lines), table);
            }
            List<TeacherChain> kept = ChainCollection.kept(lines);
            List<ChainExamples.Exchange> exchanges =
                    new ChainExamples(prompts, pairs.learned())
                            .exchanges(kept, options.chains().solo() != ChainDataOptions.Solo.NONE);
            PreferenceGroups groups = groups(run, read, pairs, teacher);
            StageTraining.Taught taught =
                    new StageTraining.Taught(pairs, kept, exchanges, teacher.oneOrder(), groups);
            Path start = start(run, exchanges);
            if (teacher.embedded()) {
                table.put("rubric", untrained(teacher.oneOrder(), pairs.test()));
            }
            String writer = null;
            for (StageRun leg : StageRun.of(options)) {
                Path origin = leg.origin() == null ? start : model(run, leg.origin());
                if (!run.isFinished(leg.name()) && !train(run, leg, origin, taught)) {
                    return new Result(null, ChainCollection.tally(lines), table);
                }
                table.put(
                        leg.name(),
                        Json.read(
                                run.path(leg.name()).resolve("test.json"),
                                TestResult.class,
                                "a test"));
                writer = leg.stage().writesChains() && !leg.ablation() ? leg.name() : writer;
            }
            Path model = writer == null ? null : copy(model(run, writer), run.path("model"));
            Result result =
                    new Result(
                            model == null ? null : model.toString(),
                            ChainCollection.tally(lines),
                            table);
            write(run, result);
            return result;
        }
    }

    private void write(RunFolder run, Result result) {
        Set<String> numbers = new LinkedHashSet<>();
        result.table().values().forEach(row -> numbers.addAll(row.numbers().keySet()));
        List<String> columns = new ArrayList<>(List.of("stage", "pairs", "accuracy"));
        numbers.forEach(name -> columns.add(name.replace('_', ' ')));
        List<List<Object>> rows = new ArrayList<>();
        result.table()
                .forEach(
                        (stage, row) -> {
                            List<Object> cells =
                                    new ArrayList<>(List.of(stage, row.pairs(), row.accuracy()));
                            numbers.forEach(
                                    name ->
                                            cells.add(
                                                    row.numbers().getOrDefault(name, Double.NaN)));
                            rows.add(cells);
                        });
        Results results =
                Results.builder(Results.Kind.REWARD_TRAINING)
                        .command(command)
                        .seed(options.seed())
                        .options(options)
                        .data(data.toString(), data.rows(run.path("data")))
                        .note("Chains of the teacher: " + result.chains() + ".")
                        .table(
                                new Table(
                                        "stages",
                                        "Held-back pairs of new users in both orders: ties one half, unread chains wrong; 95 % intervals over users.",
                                        1,
                                        columns,
                                        rows))
                        .details(Map.of("chains", result.chains(), "table", result.table()))
                        .build();
        results.write(run.root());
        new Report(results, List.of()).write(run.path("report.html"));
    }

    private static Path model(RunFolder run, String leg) {
        return run.path(leg).resolve("model");
    }

    /**
     * @return whether the leg came to its end
     */
    private boolean train(RunFolder run, StageRun leg, Path origin, StageTraining.Taught taught) {
        if (stopRequested) {
            return false;
        }
        progress.stage(leg.name(), "from " + origin);
        StageTraining training =
                new StageTraining(
                        leg.options(),
                        prompts,
                        seeds,
                        progress,
                        run.path(leg.name()),
                        origin,
                        taught,
                        this::started);
        Optional<List<ChainVerdict>> verdicts = training.train(leg.stage());
        running = null;
        verdicts.ifPresent(
                said -> {
                    Json.write(
                            run.path(leg.name()).resolve("test.json"),
                            TestResult.of(
                                    said, leg.stage().writesChains(), seeds.child("bootstrap")));
                    run.finish(leg.name());
                });
        return verdicts.isPresent();
    }

    private List<TeacherChain> chains(RunFolder run, PairSets pairs, OpenJudge teacher) {
        Path file = run.path("chains/chains.jsonl");
        if (!run.isFinished("chains")) {
            progress.stage(
                    "chains", pairs.learned().size() + " pairs, teacher " + options.judge().spec());
            ChainWriter writer = teacher.oneOrder();
            ChainCollection collection = new ChainCollection(writer, options.chains());
            collecting = collection;
            int orders = options.chains().bothOrders() ? 2 : 1;
            long total = (long) pairs.learned().size() * orders * options.chains().samples();
            boolean whole =
                    collection.collect(
                            file,
                            pairs.learned(),
                            writer.threads(),
                            done -> progress.step(done, total, "chains"));
            collecting = null;
            if (whole) {
                run.finish("chains");
            }
        }
        List<TeacherChain> lines = ChainCollection.read(file);
        progress.stage("chains", ChainCollection.tally(lines).toString());
        return lines;
    }

    private boolean prototypes() {
        return options.groups().kind() == PairGroups.Kind.PROTOTYPES;
    }

    /**
     * Found or read once, and kept in the run, so that every stage and every resume has the same.
     */
    private @Nullable PreferenceGroups groups(
            RunFolder run, RewardData data, PairSets pairs, OpenJudge teacher) {
        PairGroups from = options.groups();
        if (!prototypes() && from.run() == null) {
            return null;
        }
        if (!run.isFinished(GroupStage.NAME)) {
            PreferenceGroups found =
                    prototypes()
                            ? teacher.groups(
                                    data.trainingUsers(Integer.MAX_VALUE).values(),
                                    PreferenceGroups.Level.USER,
                                    progress)
                            : groupsOf(from, pairs.learned());
            found.save(run.path(GroupStage.FILE));
            run.protect(List.of(GroupStage.FILE));
            run.finish(GroupStage.NAME);
        }
        PreferenceGroups groups = PreferenceGroups.load(run.path(GroupStage.FILE));
        progress.stage(GroupStage.NAME, groups.groups().size() + " groups: " + groups.sizes());
        return groups;
    }

    /**
     * @throws OptionsException if the run has none, or none for somebody who is learned from
     */
    private static PreferenceGroups groupsOf(PairGroups from, List<TrainingPair> learned) {
        Path file = Objects.requireNonNull(from.run()).resolve(GroupStage.FILE);
        if (!Files.exists(file)) {
            throw new OptionsException(
                    "groups = "
                            + from
                            + ": "
                            + file
                            + " is missing. Make it with kindred reward prototypes RUN, or take a finished"
                            + " kindred run whose groups.by is prototypes");
        }
        Checksums.check(file.getParent());
        PreferenceGroups groups = PreferenceGroups.load(file);
        try {
            learned.forEach(pair -> groups.groupOf(pair.user().userId(), pair.prompt()));
        } catch (KindredException e) {
            throw new OptionsException(
                    "groups = " + from + ": " + e.getMessage() + "; or set groups = prototypes", e);
        }
        return groups;
    }

    private Path start(RunFolder run, List<ChainExamples.Exchange> exchanges) {
        if (!base.equals(SCRATCH)) {
            return KeptModel.folder(
                    Path.of(base), run.path("start"), note -> progress.stage("note", note));
        }
        Path start = run.path("start");
        if (!run.isFinished("start")) {
            StageTraining.requireSome(exchanges.size(), "chains to make a tokenizer from");
            ScratchModel.write(
                    start, exchanges, options.decoder(), options.engine(), seeds.child("weights"));
            run.finish("start");
        }
        return start;
    }

    /** A judge that was not trained here, on the pairs of the table. */
    private TestResult untrained(ChainWriter judge, List<TrainingPair> pairs) {
        List<ChainVerdict> verdicts = new ArrayList<>();
        for (TrainingPair pair : pairs) {
            ChainOutcome outcome = judge.write(pair.request(true), Samples.of(1)).get(0);
            Double chosen = null;
            Double rejected = null;
            if (outcome instanceof ChainOutcome.Written written) {
                chosen = written.chain().scores().get(0);
                rejected = written.chain().scores().get(1);
            }
            verdicts.add(
                    new ChainVerdict(
                            pair.id(),
                            pair.user().userId(),
                            chosen == null ? Double.NaN : chosen,
                            rejected == null ? Double.NaN : rejected,
                            false));
        }
        return TestResult.of(verdicts, false, seeds.child("bootstrap"));
    }

    private static Path copy(Path from, Path target) {
        AtomicFiles.replaceFolder(
                target,
                inside -> {
                    try (var files = Files.list(from)) {
                        for (Path file : files.toList()) {
                            Files.copy(file, inside.resolve(file.getFileName()));
                        }
                    }
                });
        return target;
    }
}
