package org.kindred.reward.judge;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.TextEmbedder;
import org.kindred.reward.judge.RatingModel.Rated;
import org.kindred.reward.judge.TextReader.Reading;

/** Fits a {@link RubricJudge}: read texts, choose options, fit axes, cluster, calibrate. */
final class JudgeFit {
    private final JudgeOptions options;
    private final TextEmbedder embedder;
    private final SeedTree seeds;
    private final PairDesign design;
    private final RatedRows rated;
    private final TextReader reader;
    private final List<Reading> readings; // by text
    private final List<Reading> landmarks;

    private JudgeFit(
            List<Preference> rows, TextEmbedder embedder, JudgeOptions options, SeedTree seeds) {
        this.options = options;
        this.embedder = embedder;
        this.seeds = seeds;
        design = PairDesign.of(rows);
        rated = RatedRows.of(design, options.ratingRange());
        reader =
                TextReader.fit(
                        design.texts(),
                        embedder,
                        options.kernels().stream().anyMatch(kernel -> kernel.embedding() > 0));
        readings = reader.read(design.texts());
        landmarks = landmarks();
    }

    static RubricJudge run(
            List<Preference> rows, TextEmbedder embedder, JudgeOptions options, SeedTree seeds) {
        checkRows(rows);
        return new JudgeFit(rows, embedder, options, seeds).fit();
    }

    private RubricJudge fit() {
        Selection selection = select();
        KernelWeights weights = selection.setting().kernel();
        Scenarios.Fitted scenarios = scenarios(weights);
        TextKernel kernel = kernel(weights);
        PairFeatures features = features(weights, kernel, scenarios);
        Map<Integer, int[]> rows =
                design.rowsByUser(IntStream.range(0, design.rows().size()).toArray());
        FitSetting setting = selection.setting();
        double[] global = AxisModel.global(features, rows, setting.penalty(), Lbfgs.defaults());
        AxisModel model =
                AxisModel.fit(
                        features,
                        rows,
                        global,
                        setting,
                        rated,
                        Lbfgs.defaults(),
                        seeds.child("fit"));
        AxisScorer scorer =
                AxisScorer.of(
                        weights.embedding() > 0 ? reader : reader.withoutEmbeddings(),
                        readings,
                        kernel,
                        features,
                        design,
                        shares(scenarios),
                        model);
        Map<String, double[]> coordinates = new TreeMap<>();
        model.coordinates().forEach((user, z) -> coordinates.put(design.users().get(user), z));
        List<Choice[]> choices =
                rows.values().stream()
                        .map(own -> model.choices(features, own, rated.raw()))
                        .toList();
        GaussianMixtureFit fit = GaussianMixtureFit.of(choices, model.axes(), model.ratings());
        GaussianMixturePrior mixture = fit.several(selection.clouds(), seeds.child("clouds"));
        double[][] plain = scorer.plain(readings, AxisScorer.noScenario(readings.size()));
        return new RubricJudge(
                scorer,
                scenarios.scenarios(),
                new RubricJudge.Priors(
                        fit.one(),
                        model.discrete(selection.prototypes(), options.tau(), seeds),
                        mixture),
                model.ratings(),
                RubricWriter.of(readings, plain),
                ratings(scorer, scenarios, coordinates, plain),
                selection,
                options.scale(),
                PlausibilityFit.of(design.rows()),
                coordinates);
    }

    private Selection select() {
        JudgeOptions first = options.first();
        if (first.equals(options) || design.users().size() < 2 * options.folds()) {
            return new Selection(
                    options.firstSetting(rated.rated()),
                    first.modes().get(0),
                    first.prototypes().get(0),
                    first.prototypes().get(0),
                    List.of());
        }
        Map<KernelWeights, PairFeatures> made = new HashMap<>();
        return new OptionSearch(
                        new CrossValidation(design, rated, options, seeds.child("selection")),
                        weights ->
                                made.computeIfAbsent(
                                        weights, w -> features(w, kernel(w), scenarios(w))),
                        options)
                .choose(rated.rated());
    }

    private PairFeatures features(
            KernelWeights weights, TextKernel kernel, Scenarios.Fitted scenarios) {
        return new PairFeatures(
                design,
                readings.stream().map(kernel::features).toArray(float[][]::new),
                weights,
                scenarios.ofPrompt(),
                scenarios.scenarios().centroids().length);
    }

    private TextKernel kernel(KernelWeights weights) {
        boolean needed = weights.terms() + weights.embedding() > 0;
        return new TextKernel(weights, needed ? landmarks : List.of());
    }

    private Scenarios.Fitted scenarios(KernelWeights weights) {
        return weights.scenario() > 0
                ? Scenarios.fit(design.rows(), embedder, options.scenarios(), seeds)
                : Scenarios.off(design.rows());
    }

    /** Share of each scenario among the rows. */
    private double[] shares(Scenarios.Fitted scenarios) {
        double[] shares = new double[scenarios.scenarios().centroids().length];
        if (shares.length > 0) {
            for (Preference row : design.rows()) {
                shares[scenarios.ofPrompt().get(row.promptText())] += 1.0 / design.rows().size();
            }
        }
        return shares;
    }

    private List<Reading> landmarks() {
        if (readings.size() <= options.landmarks()) {
            return readings;
        }
        List<Integer> order =
                seeds.child("landmarks")
                        .shuffled(IntStream.range(0, readings.size()).boxed().toList());
        return order.subList(0, options.landmarks()).stream().sorted().map(readings::get).toList();
    }

    private RatingModel ratings(
            AxisScorer scorer,
            Scenarios.Fitted scenarios,
            Map<String, double[]> coordinates,
            double[][] plain) {
        double squares = 0; // of utilities, whose mean over the texts is 0 for every user
        for (double[] z : coordinates.values()) {
            for (double[] score : plain) {
                double utility = UserPrior.margin(score, z);
                squares += utility * utility;
            }
        }
        double deviation = Math.sqrt(squares / ((double) coordinates.size() * plain.length));
        List<String> texts = new ArrayList<>();
        List<Integer> kinds = new ArrayList<>();
        List<Double> given = new ArrayList<>();
        List<String> by = new ArrayList<>();
        for (Preference row : design.rows()) {
            int kind = scenarios.ofPrompt().get(row.promptText());
            if (row.chosenScore() != null) {
                texts.add(row.chosenText());
                kinds.add(kind);
                given.add(row.chosenScore());
                by.add(row.userId());
            }
            if (row.rejectedScore() != null) {
                texts.add(row.rejectedText());
                kinds.add(kind);
                given.add(row.rejectedScore());
                by.add(row.userId());
            }
        }
        double[][] scores =
                scorer.score(texts, kinds.stream().mapToInt(Integer::intValue).toArray());
        Map<String, List<Rated>> byUser = new TreeMap<>();
        for (int i = 0; i < scores.length; i++) {
            byUser.computeIfAbsent(by.get(i), id -> new ArrayList<>())
                    .add(
                            new Rated(
                                    UserPrior.margin(scores[i], coordinates.get(by.get(i))),
                                    given.get(i)));
        }
        return RatingModel.fit(byUser, rated.range(), deviation);
    }

    private static void checkRows(List<Preference> rows) {
        if (rows.isEmpty()) {
            throw new KindredException(
                    "cannot fit a judge: no training rows; expected rows with part fit (or none) of"
                            + " users that are not held back");
        }
        for (Preference row : rows) {
            if (!row.isTraining()) {
                throw new KindredException(
                        "cannot fit a judge: row "
                                + row.id()
                                + " is held back (user_split "
                                + row.userSplit()
                                + ", item_split "
                                + row.itemSplit()
                                + ", part "
                                + row.part()
                                + "); pass training rows only");
            }
        }
    }
}
