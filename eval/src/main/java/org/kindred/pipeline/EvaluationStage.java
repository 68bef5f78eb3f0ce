package org.kindred.pipeline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.simulation.LatentTruth;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.alignment.Drift;
import org.kindred.eval.alignment.Sample;
import org.kindred.eval.benchmark.BenchmarkRun;
import org.kindred.eval.benchmark.RewardBenchmark;
import org.kindred.eval.results.Results;
import org.kindred.eval.stats.RandIndex;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.policy.rollout.Completion;

/** Lets every policy answer the same prompts under the same seeds, and measures the answers. */
final class EvaluationStage {
    private final PipelineOptions options;
    private final PreferenceDataset dataset;
    private final LatentTruth truth;
    private final RewardStage reward;
    private final SeedTree seeds;

    EvaluationStage(
            PipelineOptions options,
            PreferenceDataset dataset,
            LatentTruth truth,
            RewardStage reward,
            SeedTree seeds) {
        this.options = options;
        this.dataset = dataset;
        this.truth = truth;
        this.reward = reward;
        this.seeds = seeds;
    }

    /** Completions of one policy, judged by its user's rubric and by the simulation's truth. */
    List<Sample> answer(String policy, PolicyFolder folder, Set<String> outOfDistribution) {
        List<EvaluationPrompt> prompts =
                EvaluationPrompt.of(
                        dataset, outOfDistribution, options.evaluation().promptsPerUser());
        List<Sample> samples = new ArrayList<>();
        try (folder) {
            List<int[]> tokens = new ArrayList<>();
            for (EvaluationPrompt prompt : prompts) {
                tokens.add(
                        folder.prompt(
                                reward.rubric(prompt.userId(), prompt.text()).persona(),
                                prompt.text()));
            }
            List<List<Completion>> completions =
                    folder.generate(
                            tokens,
                            1,
                            options.reinforcement().sampling(),
                            seeds.child("completions"));
            List<String> texts =
                    completions.stream().map(rows -> folder.text(rows.get(0))).toList();
            for (int p = 0; p < prompts.size(); p++) {
                samples.add(measure(policy, prompts.get(p), texts.get(p)));
            }
        }
        return samples;
    }

    private Sample measure(String policy, EvaluationPrompt prompt, String completion) {
        String user = prompt.userId();
        double total =
                reward.judge().scoreAlone(reward.rubric(user, prompt.text()), completion)
                                instanceof ScoreOutcome.Scored scored
                        ? scored.value()
                        : Double.NaN;
        int words = completion.isBlank() ? 0 : completion.strip().split("\\s+").length;
        return new Sample(
                policy,
                user,
                prompt.seen(),
                prompt.inDomain(),
                truth.groupOf(user),
                reward.groupOf(user),
                prompt.id(),
                0,
                total,
                truth.utility(user, prompt.text(), completion),
                words,
                completion);
    }

    /** Everything that {@code results.json} holds. */
    Results results(
            List<Sample> samples,
            List<String> policies,
            List<Drift> drift,
            List<Results.Curve> curves,
            Map<String, String> provenance) {
        RewardBenchmark.Result benchmark =
                BenchmarkRun.run(
                        dataset,
                        reward.judge(),
                        options.evaluation().shots(),
                        options.evaluation().bootstrapDraws(),
                        seeds.child("benchmark"),
                        Progress.NONE);
        return new Results(
                Results.SCHEMA,
                Results.VERSION,
                options.seed(),
                provenance,
                policies,
                prototypes(),
                benchmark,
                List.of(),
                List.of(),
                Alignment.of(
                        samples,
                        policies,
                        options.evaluation().bootstrapDraws(),
                        seeds.child("alignment")),
                drift,
                curves);
    }

    private Results.Prototypes prototypes() {
        Map<String, String> members = reward.space().members();
        List<Results.Prototype> list = new ArrayList<>();
        reward.space()
                .prototypes()
                .forEach(
                        prototype ->
                                list.add(
                                        new Results.Prototype(
                                                prototype.label(),
                                                prototype.members().size(),
                                                prototype.persona(),
                                                prototype.stability())));
        List<Results.Point> map = new ArrayList<>();
        reward.space()
                .map()
                .forEach(
                        (user, place) ->
                                map.add(
                                        new Results.Point(
                                                place[0],
                                                place[1],
                                                members.get(user),
                                                truth.groupOf(user))));
        Set<String> newUsers = new TreeSet<>(reward.users().keySet());
        newUsers.removeAll(members.keySet());
        return new Results.Prototypes(
                list.size(),
                agreement(members.keySet()),
                newUsers.size() < 2 ? Double.NaN : agreement(newUsers),
                list,
                map);
    }

    private double agreement(Set<String> users) {
        Map<String, String> found = new LinkedHashMap<>();
        Map<String, String> real = new TreeMap<>();
        for (String user : new TreeSet<>(users)) {
            found.put(user, reward.groupOf(user));
            real.put(user, truth.groupOf(user));
        }
        return RandIndex.adjusted(List.copyOf(found.values()), List.copyOf(real.values()));
    }
}
