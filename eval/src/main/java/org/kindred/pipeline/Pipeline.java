package org.kindred.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.simulation.LatentTruth;
import org.kindred.datasets.simulation.SimulatedPopulation;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.alignment.Drift;
import org.kindred.eval.alignment.Sample;
import org.kindred.eval.alignment.Samples;
import org.kindred.eval.report.ResultTables;
import org.kindred.eval.results.ResultProvenance;
import org.kindred.eval.results.Results;
import org.kindred.policy.advantage.EstimatorKind;
import org.kindred.reward.BgeEmbedder;

/**
 * The whole way from people's choices to policies that were trained on them and a report that says
 * what came of it.
 *
 * <p>Each stage reads the files of those before it and leaves its own in the run folder; a finished
 * stage is skipped when a run is resumed.
 */
public final class Pipeline {
    /** Name of the policy that all others start from. */
    public static final String SFT = "sft";

    /** For stages that continue from their own checkpoints. */
    private static final String KEEP = "";

    private final PipelineOptions options;
    private final RunFolder run;
    private final Progress progress;
    private final SeedTree seeds;
    private final List<String> policies = new ArrayList<>(List.of(SFT));

    private @Nullable PreferenceDataset dataset;
    private @Nullable RewardStage reward;

    public Pipeline(PipelineOptions options, RunFolder run, Progress progress) {
        this.options = options;
        this.run = run;
        this.progress = progress;
        this.seeds = SeedTree.root(options.seed());
        options.reinforcement().estimators().forEach(kind -> policies.add(kind.spelling()));
    }

    /** Runs all stages that are not finished yet. */
    public void run() {
        Provenance.now(options.seed(), options.engine()).write(run.path("provenance.json"));
        try (BgeEmbedder embedder = new BgeEmbedder(BgeEmbedder.Options.defaults())) {
            stage("data", "simulated population", "data", this::simulate);
            stage(
                    "reward",
                    "rubric judge, personas, prototypes",
                    "reward",
                    () -> fitReward(embedder));
            stage(
                    SFT,
                    "language model from scratch on chosen answers",
                    "policy/sft",
                    () -> policy(embedder).sft());
            for (EstimatorKind estimator : options.reinforcement().estimators()) {
                String name = estimator.spelling();
                stage(
                        name,
                        "reinforcement learning from the judge",
                        KEEP,
                        () -> policy(embedder).train(estimator));
            }
            stage("eval", "all policies on new prompts", "eval", () -> evaluate(embedder));
            stage(
                    "report",
                    "eval/report.html",
                    "eval/report.html",
                    () -> RunReport.write(run.root()));
        }
    }

    private void stage(String name, String note, String output, Runnable work) {
        if (run.isFinished(name)) {
            progress.stage(name, "finished before");
            return;
        }
        progress.stage(name, note);
        if (!output.equals(KEEP)) {
            run.clear(output);
        }
        work.run();
        run.finish(name);
    }

    /** Folder of a policy below {@code policy/}. */
    static String folderName(String policy) {
        return policy.replace('_', '-');
    }

    private void simulate() {
        SimulatedPopulation.generate(options.simulation(), seeds.child("population"))
                .write(run.path("data"));
    }

    private void fitReward(BgeEmbedder embedder) {
        reward = RewardStage.fit(dataset(), embedder, options, seeds.child("reward"));
        reward.save(run);
    }

    private PolicyStage policy(BgeEmbedder embedder) {
        return new PolicyStage(
                options, run, dataset(), reward(embedder), seeds.child("policy"), progress);
    }

    private void evaluate(BgeEmbedder embedder) {
        CanonicalReader.Loaded data = CanonicalReader.read(run.path("data"));
        Set<String> outOfDistribution =
                data.manifest() == null
                        ? Set.of()
                        : Set.copyOf(data.manifest().outOfDistributionDomains());
        EvaluationStage evaluation =
                new EvaluationStage(
                        options,
                        dataset(),
                        LatentTruth.load(run.path("data").resolve(SimulatedPopulation.TRUTH_FILE)),
                        reward(embedder),
                        seeds.child("evaluation"));
        List<Sample> samples = new ArrayList<>();
        for (String policy : policies) {
            PolicyFolder folder =
                    PolicyFolder.open(PolicyStage.model(run, policy), options.engine());
            samples.addAll(evaluation.answer(policy, folder, outOfDistribution));
            progress.step(policies.indexOf(policy) + 1L, policies.size(), policy);
        }
        Samples.write(run.path(Samples.FILE), samples);
        List<Results.Curve> curves = new ArrayList<>();
        for (String policy : policies.subList(1, policies.size())) {
            curves.addAll(
                    LearningCurves.read(
                            policy, run.path("policy/" + folderName(policy) + "/metrics.jsonl")));
        }
        List<Drift> drift =
                new DriftProbe(
                                dataset(),
                                options.simulation().world(),
                                reward(embedder),
                                options.engine(),
                                seeds.child("evaluation"))
                        .measure(policies, samples, policy -> PolicyStage.model(run, policy));
        Results results =
                evaluation.results(
                        samples,
                        policies,
                        drift,
                        curves,
                        ResultProvenance.of(
                                "kindred run --seed " + options.seed(), options, run.path("data")));
        results.write(run.path("eval/results.json"));
        ResultTables.write(run.path("eval"), results);
    }

    private PreferenceDataset dataset() {
        if (dataset == null) {
            dataset = CanonicalReader.read(run.path("data")).dataset();
        }
        return dataset;
    }

    private RewardStage reward(BgeEmbedder embedder) {
        if (reward == null) {
            reward = RewardStage.load(run, dataset(), embedder);
        }
        return reward;
    }

    /** Ten lines for the terminal. */
    public String summary() {
        Results results = Results.read(run.path("eval/results.json"));
        StringBuilder text = new StringBuilder();
        line(
                text,
                "groups     %d prototypes; adjusted Rand index against the true groups %.2f (new users %.2f)",
                results.prototypes().count(),
                results.prototypes().ari(),
                results.prototypes().ariUnseen());
        line(
                text,
                "%-10s %13s %8s %8s   %s",
                "policy",
                "true utility",
                "worst",
                "gap",
                "worst group");
        for (String policy : results.policies()) {
            Alignment.Summary row = results.alignment().summary(policy);
            line(
                    text,
                    "%-10s %13.3f %8.3f %8.3f   %s",
                    policy,
                    row.shareWeighted(),
                    row.worstUtility(),
                    row.gap(),
                    row.worstGroup());
        }
        for (Alignment.Comparison row : results.alignment().comparisons()) {
            if (row.cell().equals(Alignment.ALL) && row.group().equals(Alignment.ALL)) {
                line(
                        text,
                        "%-19s %+.3f [%+.3f, %+.3f]  %s",
                        row.policy() + " - " + row.baseline(),
                        row.utility().mean(),
                        row.utility().low(),
                        row.utility().high(),
                        row.verdict());
            }
        }
        String last = policies.get(policies.size() - 1);
        if (policies.size() > 2) {
            StringBuilder groups = new StringBuilder();
            for (Alignment.Comparison row : results.alignment().comparisons()) {
                if (row.cell().equals(Alignment.ALL)
                        && !row.group().equals(Alignment.ALL)
                        && row.policy().equals(last)
                        && row.baseline().equals(policies.get(policies.size() - 2))) {
                    groups.append(
                            String.format(
                                    Locale.ROOT, "  %s %+.3f", row.group(), row.utility().mean()));
                }
            }
            line(text, "%s - %s by group:%s", last, policies.get(policies.size() - 2), groups);
        }
        line(text, "report     %s", run.path("eval/report.html"));
        return text.toString();
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
