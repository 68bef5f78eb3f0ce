package org.kindred.eval.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.kindred.datasets.Json;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.alignment.Drift;
import org.kindred.eval.alignment.HeldOutChoices;
import org.kindred.eval.alignment.HeldOutTable;
import org.kindred.eval.alignment.Likeness;
import org.kindred.eval.alignment.OverOptimisation;
import org.kindred.eval.alignment.RewardReliability;
import org.kindred.eval.alignment.Sample;
import org.kindred.eval.benchmark.Accuracy;
import org.kindred.eval.benchmark.RewardBenchmark;
import org.kindred.eval.benchmark.TrainingSize;
import org.kindred.eval.stats.Effect;
import org.kindred.eval.stats.Interval;
import org.kindred.eval.table.Table;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.TextEmbedder;

/** Results as commands write them, of invented numbers; equal for equal seeds. */
public final class SomeResults {
    private static final int DRAWS = 100;

    private SomeResults() {}

    /** Options of an invented command. */
    public record Options(long seed, double rate, List<String> judges) {}

    /**
     * A run whose second policy serves the small group better.
     *
     * @param truth whether true utility is known, as of simulated people
     * @param policies any number; the first is the start
     */
    public static Results run(long seed, boolean truth, List<String> policies) {
        SplittableRandom random = SeedTree.root(seed).random();
        List<Sample> samples = new ArrayList<>();
        List<HeldOutChoices.Row> choices = new ArrayList<>();
        for (int p = 0; p < policies.size(); p++) {
            for (int user = 0; user < 16; user++) {
                String group = user < 10 ? "brisk" : "formal";
                double gain = p * (user < 10 ? 0.1 : 0.25);
                for (int prompt = 0; prompt < 2; prompt++) {
                    String id = "u" + user + "/r" + prompt;
                    boolean seen = user % 2 == 0;
                    samples.add(
                            new Sample(
                                    policies.get(p),
                                    "u" + user,
                                    seen,
                                    prompt == 0,
                                    group,
                                    truth ? "prototype-" + user % 2 : group,
                                    id,
                                    0,
                                    5 + 3 * gain + random.nextDouble(),
                                    truth ? 0.5 + gain + 0.1 * random.nextDouble() : Double.NaN,
                                    5 + gain + random.nextDouble(),
                                    4 + p,
                                    "some words of " + policies.get(p) + " " + random.nextInt(9)));
                    choices.add(
                            new HeldOutChoices.Row(
                                    policies.get(p),
                                    id,
                                    "u" + user,
                                    group,
                                    (seen ? "seen" : "unseen") + "_users/in_domain",
                                    pair(random, 0.2 + gain),
                                    pair(random, 0.1),
                                    pair(random, 0.05)));
                }
            }
        }
        SeedTree seeds = SeedTree.root(seed);
        List<Results.Curve> curves = new ArrayList<>();
        policies.subList(1, policies.size())
                .forEach(
                        policy ->
                                List.of("prototype-0", "prototype-1")
                                        .forEach(
                                                group ->
                                                        curves.add(
                                                                new Results.Curve(
                                                                        policy,
                                                                        group,
                                                                        List.of(
                                                                                List.of(1.0, 5.0),
                                                                                List.of(
                                                                                        2.0,
                                                                                        5.25))))));
        return Results.builder(Results.Kind.RUN)
                .command(List.of("kindred", "run", "--seed", Long.toString(seed)))
                .seed(seed)
                .options(new Options(seed, 1e-5, List.of("rubric")))
                .note(truth ? "" : "No true utility is known of real people.")
                .policies(policies)
                .prototypes(prototypes(truth))
                .rewardModel(rewardModel())
                .alignment(
                        Alignment.of(
                                samples,
                                policies,
                                truth ? "true groups" : "labels of the data",
                                DRAWS,
                                seeds))
                .heldOut(HeldOutTable.of(choices, policies, DRAWS, seeds))
                .rewardReliability(RewardReliability.of(samples, judgedChoices(), DRAWS, seeds))
                .overOptimisation(OverOptimisation.of(samples, policies, DRAWS, seeds))
                .likeness(
                        Likeness.of(
                                samples,
                                Map.of("u0/r0", "some words", "u1/r0", "other words here"),
                                policies,
                                letters(),
                                DRAWS,
                                seeds))
                .drift(policies.stream().map(policy -> new Drift(policy, 0.1, 12, 1.05)).toList())
                .curves(curves)
                .build();
    }

    /** What a name may hold that was made to harm whoever reads it. */
    public static final String HOSTILE =
            "</script><!--<script><img src=x onerror=window.XSS=1>|\u001b]0;x\u0007\u202e=1\"'`{a|b}";

    /** The same results with names that are made to harm: a formula, markup, escape sequences. */
    public static Results hostile(Results results, Path folder) throws IOException {
        results.write(folder);
        Path file = folder.resolve(Results.FILE);
        String text = Files.readString(file);
        int number = 0;
        for (String name :
                List.of(
                        "p_grpo",
                        "grpo",
                        "sft",
                        "brisk",
                        "formal",
                        "prototype-0",
                        "prototype-1",
                        "rubric, no history",
                        "rubric",
                        "some model",
                        "seen_known")) {
            String hostile = Json.line("=" + HOSTILE + number++ + "\n=1");
            text = text.replace("\"" + name + "\"", hostile);
        }
        Files.writeString(file, text);
        return Results.read(file);
    }

    /** The judge is right of the larger group, and guesses of the small one. */
    private static List<RewardReliability.Choice> judgedChoices() {
        List<RewardReliability.Choice> choices = new ArrayList<>();
        for (int user = 0; user < 16; user++) {
            ScoreOutcome even = new ScoreOutcome.Scored(5);
            choices.add(
                    new RewardReliability.Choice(
                            "u" + user,
                            user < 10 ? "brisk" : "formal",
                            user < 10 ? new ScoreOutcome.Scored(6.5) : even,
                            user == 3 ? new ScoreOutcome.Failed("TIMEOUT", 2) : even));
        }
        return choices;
    }

    /** A benchmark of reward models, with tokens spent and training sizes. */
    public static Results benchmark(long seed) {
        return Results.builder(Results.Kind.BENCHMARK)
                .command(List.of("kindred", "eval", "benchmark", "some folder"))
                .seed(seed)
                .note("some folder: 40 rows.")
                .rewardModel(rewardModel())
                .trainingSizes(
                        List.of(
                                new TrainingSize(5, List.of(accuracy("rubric", 3, 0.6, 0))),
                                new TrainingSize(10, List.of(accuracy("rubric", 3, 0.65, 0)))))
                .build();
    }

    /** Results of a command that has tables alone. */
    public static Results scores() {
        return Results.builder(Results.Kind.SCORES)
                .command(List.of("kindred", "eval", "scores", "reward-bench", "mine.jsonl"))
                .seed(1)
                .table(
                        new Table(
                                "sections",
                                "Strict accuracy.",
                                1,
                                List.of("section", "accuracy", "pairs"),
                                List.of(
                                        List.of("Chat", new Interval(0.5, 0.4, 0.6, 8), 20),
                                        List.of("Hard", Double.NaN, 0))))
                .details(Map.of("overall", 0.5))
                .build();
    }

    private static HeldOutChoices.Pair pair(SplittableRandom random, double margin) {
        double rejected = -3 - random.nextDouble();
        return new HeldOutChoices.Pair(rejected + margin + random.nextDouble() - 0.5, rejected);
    }

    private static Results.Prototypes prototypes(boolean truth) {
        return new Results.Prototypes(
                2,
                truth ? 0.8 : Double.NaN,
                Double.NaN,
                List.of(
                        new Results.Prototype("prototype-0", 8, "Prefers short replies.", 0.9),
                        new Results.Prototype("prototype-1", 8, "Prefers long replies.", null)),
                List.of(
                        new Results.Point(0.5, -0.25, "prototype-0", "brisk"),
                        new Results.Point(-0.5, 0.25, "prototype-1", "formal")));
    }

    private static RewardBenchmark.Result rewardModel() {
        Effect effect = new Effect(0.5, 0.49, 0.7, 0.1);
        return new RewardBenchmark.Result(
                List.of(
                        accuracy("rubric, no history", 0, 0.55, 0),
                        accuracy("rubric", 3, 0.7, 0),
                        accuracy("some model", 3, 0.72, 412.5)),
                List.of(
                        new RewardBenchmark.Difference(
                                "rubric",
                                3,
                                "rubric, no history",
                                "seen_known",
                                new Interval(0.15, 0.1, 0.2, 16),
                                0.001,
                                0.002,
                                effect,
                                "rubric at K = 3 is better than rubric, no history.")));
    }

    private static Accuracy accuracy(String arm, int shots, double value, double tokens) {
        return new Accuracy(
                arm,
                shots,
                "seen_known",
                16,
                40,
                new Interval(value, value - 0.1, value + 0.1, 16),
                value,
                value,
                0,
                0,
                0.5,
                value,
                1,
                tokens,
                null,
                Map.of());
    }

    /** Counts of a few letters as a vector: enough to tell texts apart. */
    private static TextEmbedder letters() {
        return new TextEmbedder() {
            @Override
            public String name() {
                return "letters";
            }

            @Override
            public List<float[]> embed(List<String> texts) {
                return texts.stream().map(SomeResults::vector).toList();
            }
        };
    }

    private static float[] vector(String text) {
        float[] counts = new float[26];
        double squares = 0;
        for (char letter : text.toCharArray()) {
            if (letter >= 'a' && letter <= 'z') {
                counts[letter - 'a']++;
            }
        }
        for (float count : counts) {
            squares += count * count;
        }
        for (int i = 0; i < counts.length; i++) {
            counts[i] /= (float) Math.sqrt(squares);
        }
        return counts;
    }
}
