package org.kindred.pipeline.study;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.simulation.LatentTruth;
import org.kindred.datasets.simulation.SimulatedPopulation;
import org.kindred.datasets.simulation.SimulationOptions;
import org.kindred.eval.stats.RandIndex;
import org.kindred.pipeline.GroupLabels;
import org.kindred.policy.grpo.PolicyPrompt;
import org.kindred.policy.grpo.RewardFunction;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.rollout.Completion;
import org.kindred.policy.rollout.Generator;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.run.Watch;
import org.kindred.policy.tokenizer.Tokenizer;
import org.kindred.reward.BgeEmbedder;
import org.kindred.reward.UserContext;
import org.kindred.reward.judge.JudgeOptions;
import org.kindred.reward.judge.RubricJudge;
import org.kindred.reward.prototype.PreferenceGroups;
import org.kindred.reward.prototype.PrototypeOptions;
import org.kindred.reward.prototype.PrototypeSpace;

/**
 * One population on disk: its people, what they reward, and what is measured. The system message
 * names the user's true group, so that the policy can do well by every group, as the logits of each
 * group can in the bandit; the estimator is told the labels of its arm.
 */
final class StudyWorld {
    private static final double POINTS = 10; // ratings of 1 to 100, rewards of 0.1 to 10

    private final LatentTruth truth;
    private final double noise;
    private final List<Preference> training;
    private final List<Preference> measured;
    private final SeedTree seeds;
    private final Map<String, Double> cache = new ConcurrentHashMap<>();

    private StudyWorld(
            LatentTruth truth,
            double noise,
            List<Preference> training,
            List<Preference> measured,
            SeedTree seeds) {
        this.truth = truth;
        this.noise = noise;
        this.training = training;
        this.measured = measured;
        this.seeds = seeds;
    }

    /** Reads the population, which is made if need be. */
    static StudyWorld open(Path folder, SimulationOptions options, int perGroup, SeedTree seeds) {
        if (!Files.exists(folder.resolve(SimulatedPopulation.TRUTH_FILE))) {
            SimulatedPopulation.generate(options, seeds.child("population")).write(folder);
        }
        List<Preference> rows = CanonicalReader.read(folder).dataset().preferences();
        LatentTruth truth = LatentTruth.load(folder.resolve(SimulatedPopulation.TRUTH_FILE));
        return new StudyWorld(
                truth,
                options.ratings().noise(),
                rows.stream().filter(Preference::isTraining).toList(),
                measured(rows, truth, perGroup, seeds.child("measured")),
                seeds);
    }

    /** New prompts, equally many of each group; those of a small group are answered repeatedly. */
    private static List<Preference> measured(
            List<Preference> rows, LatentTruth truth, int perGroup, SeedTree seeds) {
        List<Preference> targets =
                seeds.shuffled(
                        rows.stream().filter(row -> row.isTarget() && row.isOfNewItem()).toList());
        Map<String, List<Preference>> byGroup =
                targets.stream()
                        .collect(
                                Collectors.groupingBy(
                                        row -> truth.groupOf(row.userId()),
                                        TreeMap::new,
                                        Collectors.toList()));
        List<Preference> measured = new ArrayList<>();
        for (List<Preference> own : byGroup.values()) {
            for (int i = 0; i < perGroup; i++) {
                measured.add(own.get(i % own.size()));
            }
        }
        return measured;
    }

    /** Texts that a tokenizer should know. */
    List<String> prompts() {
        List<String> texts = new ArrayList<>();
        training.forEach(row -> texts.add(row.promptText()));
        measured.forEach(row -> texts.add(row.promptText()));
        return texts.stream().distinct().toList();
    }

    List<String> groups() {
        return List.copyOf(new TreeMap<>(truth.groups()).keySet());
    }

    static int[] prompt(Tokenizer tokenizer, String group, String text) {
        return tokenizer.chat(List.of(Message.system(group), Message.user(text)), true);
    }

    /** The users' training prompts under an arm's labels. */
    List<PolicyPrompt> prompts(Tokenizer tokenizer, Map<String, String> labels) {
        List<PolicyPrompt> prompts = new ArrayList<>();
        for (Preference row : training) {
            prompts.add(
                    new PolicyPrompt(
                            row.id(),
                            labels.get(row.userId()),
                            row.userId(),
                            prompt(tokenizer, truth.groupOf(row.userId()), row.promptText())));
        }
        return prompts;
    }

    /**
     * Group of each training user.
     *
     * @param labels {@code dataset}, {@code random} or {@code prototypes}
     */
    Map<String, String> labels(GroupLabels labels) {
        Map<String, String> real = new TreeMap<>();
        training.forEach(row -> real.put(row.userId(), truth.groupOf(row.userId())));
        return switch (labels) {
            case DATASET -> real;
            case SINGLE -> {
                Map<String, String> one = new TreeMap<>();
                real.keySet().forEach(user -> one.put(user, PreferenceGroups.EVERYBODY));
                yield one;
            }
            case RANDOM -> {
                List<String> dealt = seeds.child("random labels").shuffled(real.values());
                Map<String, String> shuffled = new TreeMap<>();
                real.keySet().forEach(user -> shuffled.put(user, dealt.get(shuffled.size())));
                yield shuffled;
            }
            case PROTOTYPES -> inferred();
        };
    }

    /** As the embedded judge infers them from choices alone, as many cells as there are groups. */
    private Map<String, String> inferred() {
        try (BgeEmbedder embedder = new BgeEmbedder(BgeEmbedder.Options.defaults())) {
            RubricJudge judge =
                    RubricJudge.fit(training, embedder, JudgeOptions.fixed(), seeds.child("judge"));
            PrototypeSpace space =
                    PrototypeSpace.fit(
                            judge,
                            training,
                            PrototypeOptions.defaults().withK(groups().size()),
                            seeds.child("prototypes"));
            Map<String, UserContext> users = UserContext.byUser(training);
            PreferenceGroups groups = PreferenceGroups.prototypes(space, users.values());
            Map<String, String> found = new TreeMap<>();
            users.keySet().forEach(user -> found.put(user, groups.groupOf(user, "")));
            return found;
        }
    }

    /** Adjusted Rand index of labels and true groups. */
    double agreement(Map<String, String> labels) {
        List<String> real = labels.keySet().stream().map(truth::groupOf).toList();
        return RandIndex.adjusted(List.copyOf(labels.values()), real);
    }

    /**
     * The user's rating, with noise that depends on prompt and text alone; remembered, since
     * policies repeat themselves.
     */
    RewardFunction reward() {
        Map<String, Preference> rows = new LinkedHashMap<>();
        training.forEach(row -> rows.put(row.id(), row));
        SeedTree noises = seeds.child("noise");
        return (prompt, completions) -> {
            Preference row = rows.get(prompt.id());
            List<ScoreOutcome> outcomes = new ArrayList<>();
            for (String text : completions) {
                String key = row.id() + "\n" + text;
                outcomes.add(
                        new ScoreOutcome.Scored(
                                cache.computeIfAbsent(
                                        key, k -> rating(row, text, noises.child(k)))));
            }
            return outcomes;
        };
    }

    private double rating(Preference row, String text, SeedTree noises) {
        double rating = truth.rating(row.userId(), row.promptText(), text);
        return (rating + noise * noises.random().nextGaussian()) / POINTS;
    }

    /** True utility of one sampled answer to each measured prompt: per group, worst, mean, gap. */
    Watch.Measure measure(Tokenizer tokenizer, SamplingOptions sampling) {
        List<int[]> prompts =
                measured.stream()
                        .map(
                                row ->
                                        prompt(
                                                tokenizer,
                                                truth.groupOf(row.userId()),
                                                row.promptText()))
                        .toList();
        return policy -> measure(policy, tokenizer, prompts, sampling);
    }

    private Map<String, Double> measure(
            CausalLm policy, Tokenizer tokenizer, List<int[]> prompts, SamplingOptions sampling) {
        List<List<Completion>> answers =
                new Generator(policy, tokenizer)
                        .generate(prompts, 1, sampling, seeds.child("answers"));
        Map<String, List<Double>> byGroup = new TreeMap<>();
        for (int i = 0; i < prompts.size(); i++) {
            Preference row = measured.get(i);
            String text = tokenizer.decode(answers.get(i).get(0).tokens(), true);
            byGroup.computeIfAbsent(truth.groupOf(row.userId()), g -> new ArrayList<>())
                    .add(truth.utility(row.userId(), row.promptText(), text));
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        double worst = Double.POSITIVE_INFINITY;
        double best = Double.NEGATIVE_INFINITY;
        double mean = 0;
        for (Map.Entry<String, List<Double>> group : byGroup.entrySet()) {
            double utility =
                    group.getValue().stream()
                            .mapToDouble(Double::doubleValue)
                            .average()
                            .orElseThrow();
            metrics.put("utility/" + group.getKey(), utility);
            worst = Math.min(worst, utility);
            best = Math.max(best, utility);
            mean += utility * truth.groups().get(group.getKey()).share();
        }
        metrics.put("worst", worst);
        metrics.put("mean", mean);
        metrics.put("gap", best - worst);
        return metrics;
    }
}
