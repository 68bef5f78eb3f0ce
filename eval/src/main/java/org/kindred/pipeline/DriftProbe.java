package org.kindred.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.Task;
import org.kindred.datasets.simulation.Corpus;
import org.kindred.datasets.simulation.World;
import org.kindred.eval.alignment.Drift;
import org.kindred.eval.alignment.Sample;
import org.kindred.eval.alignment.Samples;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.model.TokenBatch;

/**
 * Measures {@link Drift} of policies: how likely they and their common start find the completions
 * that were sampled, and texts of the language that were drawn for this alone.
 */
final class DriftProbe {
    private static final int COMPLETIONS = 500; // of each policy, at most
    private static final int HELD_OUT_TEXTS = 200;

    private final PreferenceDataset dataset;
    private final RewardStage reward;
    private final EngineOptions engine;
    private final List<Task> heldOut;

    /** Sum over tokens; the mean of none is NaN. */
    private record LogLikelihood(double sum, long tokens) {
        double mean() {
            return sum / tokens;
        }
    }

    /** A prompt with the text that follows it. */
    private record Text(String persona, String prompt, String completion) {}

    DriftProbe(
            PreferenceDataset dataset,
            World world,
            RewardStage reward,
            EngineOptions engine,
            SeedTree seeds) {
        this.dataset = dataset;
        this.reward = reward;
        this.engine = engine;
        Set<String> prompts = new TreeSet<>();
        dataset.preferences().forEach(row -> prompts.add(row.promptText()));
        heldOut = Corpus.write(world, HELD_OUT_TEXTS, prompts, seeds.child("held-out"));
    }

    /**
     * @param policies the first is the common start of the others
     * @param model folder of a policy
     */
    List<Drift> measure(List<String> policies, List<Sample> samples, Function<String, Path> model) {
        Map<String, String> promptTexts = new HashMap<>();
        for (Preference row : dataset.preferences()) {
            promptTexts.putIfAbsent(Samples.promptId(row), row.promptText());
        }
        Map<String, List<Text>> completions = new HashMap<>();
        for (Sample sample : samples) {
            String prompt = promptTexts.get(sample.prompt());
            completions
                    .computeIfAbsent(sample.policy(), name -> new ArrayList<>())
                    .add(
                            new Text(
                                    reward.rubric(sample.userId(), prompt).persona(),
                                    prompt,
                                    sample.completion()));
        }
        List<Text> texts = new ArrayList<>();
        for (Task task : heldOut) {
            texts.add(
                    new Text(
                            reward.judge().personaSuitedBy(String.valueOf(task.reference())),
                            Message.text(task.prompt()),
                            String.valueOf(task.reference())));
        }
        completions.replaceAll((policy, own) -> spread(own));
        Map<String, LogLikelihood> byReference = new HashMap<>();
        double referencePerplexity = Double.NaN;
        List<Drift> drift = new ArrayList<>();
        for (String policy : policies) {
            try (PolicyFolder folder = PolicyFolder.open(model.apply(policy), engine)) {
                if (byReference.isEmpty()) {
                    for (String other : policies) {
                        byReference.put(other, likelihood(folder, completions.get(other)));
                    }
                }
                LogLikelihood own = likelihood(folder, completions.get(policy));
                double perplexity = Math.exp(-likelihood(folder, texts).mean());
                referencePerplexity = drift.isEmpty() ? perplexity : referencePerplexity;
                drift.add(
                        new Drift(
                                policy,
                                own.mean() - byReference.get(policy).mean(),
                                perplexity,
                                perplexity / referencePerplexity));
            }
        }
        return drift;
    }

    /** Every n-th, so that all policies are measured on answers to the same prompts. */
    private static List<Text> spread(List<Text> all) {
        int step = (all.size() + COMPLETIONS - 1) / COMPLETIONS;
        return IntStream.range(0, all.size())
                .filter(i -> i % step == 0)
                .mapToObj(all::get)
                .toList();
    }

    private static LogLikelihood likelihood(PolicyFolder folder, List<Text> texts) {
        int context = folder.model().config().maxPositionEmbeddings();
        List<int[]> prompts = new ArrayList<>();
        List<int[]> completions = new ArrayList<>();
        for (Text text : texts) {
            int[] prompt = folder.prompt(text.persona(), text.prompt());
            int[] completion = folder.tokenizer().encode(text.completion(), false);
            if (completion.length > 0 && prompt.length + completion.length <= context) {
                prompts.add(prompt);
                completions.add(completion);
            }
        }
        if (prompts.isEmpty()) {
            return new LogLikelihood(0, 0);
        }
        TokenBatch batch =
                new TokenBatch(prompts.toArray(int[][]::new), completions.toArray(int[][]::new));
        double sum = 0;
        for (float[] row : folder.model().score(batch, 1).logProbs()) {
            for (float logProb : row) {
                sum += logProb;
            }
        }
        return new LogLikelihood(sum, batch.completionTokens());
    }
}
