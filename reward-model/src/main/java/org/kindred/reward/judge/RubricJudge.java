package org.kindred.reward.judge;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.RewardModel;
import org.kindred.reward.ScoreOutcome;
import org.kindred.reward.TextEmbedder;
import org.kindred.reward.UserContext;
import org.kindred.reward.cluster.KMeansClusterer;
import org.kindred.reward.judge.RatingModel.Rated;
import org.kindred.reward.judge.TextReader.Reading;

/**
 * The embedded judge. The utility of a text for a user is {@code (a + sum_k z_uk b_k) . phi(text)}:
 * a global taste and shared axes, fitted to all training users together by Bradley-Terry loss, and
 * a user's place z on the axes, found from as many choices as there are. It is told as a persona
 * with weighted criteria, and a response is scored alone under that fixed rubric.
 *
 * <p>Immutable; safe for several threads. A fit of a few thousand pairs takes seconds, cross-
 * validation of options some tens of fits. See the module's page for formulas and results.
 */
public final class RubricJudge implements RewardModel {
    private static final int REMEMBERED_TEXTS = 8_192;

    private final AxisScorer scorer;
    private final UserPrior.Mixture mixture;
    private final RubricWriter writer;
    private final RatingModel ratings;
    private final Selection selection;
    private final JudgeOptions.ScoreScale scale;
    private final Map<String, double[]> coordinates;
    private final Map<String, double[]> remembered =
            Collections.synchronizedMap(
                    new LinkedHashMap<>(16, 0.75f, true) {
                        private static final long serialVersionUID = 1L;

                        @Override
                        protected boolean removeEldestEntry(Map.Entry<String, double[]> eldest) {
                            return size() > REMEMBERED_TEXTS;
                        }
                    });

    RubricJudge(
            AxisScorer scorer,
            UserPrior.Mixture mixture,
            RubricWriter writer,
            RatingModel ratings,
            Selection selection,
            JudgeOptions.ScoreScale scale,
            Map<String, double[]> coordinates) {
        this.scorer = scorer;
        this.mixture = mixture;
        this.writer = writer;
        this.ratings = ratings;
        this.selection = selection;
        this.scale = scale;
        this.coordinates = Collections.unmodifiableMap(new TreeMap<>(coordinates));
    }

    /**
     * Fits a judge.
     *
     * @param trainingRows choices that may be learnt from: of users that are not held back, and no
     *     evaluation rows; their order does not matter
     * @throws KindredException if a row is marked as held back ({@code user_split: unseen}, {@code
     *     item_split: test} or {@code part: eval}), or there are none
     */
    public static RubricJudge fit(
            List<Preference> trainingRows,
            TextEmbedder embedder,
            JudgeOptions options,
            SeedTree seeds) {
        checkRows(trainingRows);
        PairDesign design = PairDesign.of(trainingRows);
        TextReader reader = TextReader.fit(design.texts(), embedder);
        List<Reading> readings = reader.read(design.texts());
        List<Reading> landmarks = landmarks(readings, options, seeds);
        Function<KernelWeights, TextFeatures> featuresOf =
                weights -> features(weights, readings, landmarks, design);

        Selection selection = select(design, featuresOf, options, seeds.child("selection"));
        TextFeatures features = featuresOf.apply(selection.kernel());
        AxisModel model =
                AxisModel.fit(
                        features,
                        design,
                        IntStream.range(0, design.rows().size()).toArray(),
                        selection.axes(),
                        selection.penalty(),
                        Lbfgs.defaults(),
                        seeds.child("fit"));
        AxisScorer scorer =
                AxisScorer.of(
                        reader,
                        readings,
                        landmarks,
                        kernel(selection.kernel(), landmarks),
                        selection.kernel(),
                        features,
                        design,
                        model);
        double[][] points = model.coordinates().values().toArray(new double[0][]);
        UserPrior.Mixture mixture =
                UserPrior.Mixture.of(
                        KMeansClusterer.defaults()
                                .cluster(points, selection.prototypes(), seeds.child("prototypes")),
                        options.tau());
        Map<String, double[]> coordinates = new TreeMap<>();
        model.coordinates().forEach((user, z) -> coordinates.put(design.users().get(user), z));
        double[][] plain = scorer.plain(readings);
        return new RubricJudge(
                scorer,
                mixture,
                RubricWriter.of(readings, plain),
                ratings(design, scorer, coordinates, plain),
                selection,
                options.scale(),
                coordinates);
    }

    /** Writes the judge to one file, complete or absent. */
    public void save(Path file) {
        TextReader reader = scorer.reader();
        Json.write(
                file,
                new JudgeFile(
                        JudgeFile.VERSION,
                        reader.embedder().name(),
                        Criteria.BANK.stream().map(Criterion::id).toList(),
                        reader.scale(),
                        reader.tfIdf().terms(),
                        reader.tfIdf().idf(),
                        JudgeFile.bytes(reader.embeddingMean()),
                        JudgeFile.bytes(scorer.landmarks()),
                        List.of(scorer.weights()),
                        scorer.effects(),
                        scorer.offsets(),
                        mixture,
                        writer,
                        ratings,
                        selection,
                        scale,
                        coordinates));
    }

    /**
     * Reads a judge that scores bit for bit like the one saved.
     *
     * @param embedder of the same name as the one of the fit
     * @throws KindredException if the file is of another version, embedder or bank of criteria
     */
    public static RubricJudge load(Path file, TextEmbedder embedder) {
        JudgeFile read = JudgeFile.read(file, embedder);
        return new RubricJudge(
                read.scorer(embedder),
                read.mixture(),
                read.writer(),
                read.ratings(),
                read.selection(),
                read.scoreScale(),
                read.coordinates());
    }

    /** Belief about a user under the prior that was chosen in the fit. */
    public UserPosterior posterior(UserContext user) {
        return posterior(user, selection.mode());
    }

    /** Belief about a user after reading the history, under a given prior. */
    public UserPosterior posterior(UserContext user, JudgeMode mode) {
        double[][] scores = pairScores(user.history());
        double[][] choices = differences(scores);
        UserPrior prior =
                switch (mode) {
                    case NO_HISTORY -> new UserPrior.Nothing(axes());
                    case HISTORY -> new UserPrior.Gaussian(axes());
                    case PROTOTYPES -> mixture;
                };
        UserPrior.Belief belief = prior.update(choices);
        return new UserPosterior(
                mode,
                belief.mean(),
                belief.covariance(),
                belief.shares(),
                scaleOf(user, mode, belief.mean(), scores),
                choices.length);
    }

    private RatingScale scaleOf(
            UserContext user, JudgeMode mode, double[] z, double[][] historyScores) {
        if (scale == JudgeOptions.ScoreScale.COMMON || mode == JudgeMode.NO_HISTORY) {
            return ratings.population();
        }
        List<Rated> rated = new ArrayList<>();
        for (int i = 0; i < user.history().size(); i++) {
            Preference row = user.history().get(i);
            if (row.chosenScore() != null) {
                rated.add(new Rated(UserPrior.margin(historyScores[2 * i], z), row.chosenScore()));
            }
            if (row.rejectedScore() != null) {
                rated.add(
                        new Rated(
                                UserPrior.margin(historyScores[2 * i + 1], z),
                                row.rejectedScore()));
            }
        }
        return ratings.scaleOf(rated);
    }

    /**
     * Expected utility of a response for the user, in logits: a difference of 1 means that the
     * better one is preferred with probability 0.73. The mean over the training texts is 0.
     */
    public double score(UserPosterior user, String prompt, String response) {
        return UserPrior.margin(axisScores(List.of(response))[0], user.place());
    }

    /** The rubric of the expected user. */
    public Rubric rubric(UserPosterior user) {
        return writer.write(user.place(), user.scale());
    }

    /** The rubric of the user who is expected after this history. */
    public Rubric rubric(UserContext user) {
        return rubric(posterior(user));
    }

    /** The rubric of one user as likely as any under the belief; same seeds, same rubric. */
    public Rubric drawRubric(UserPosterior user, SeedTree seeds) {
        SplittableRandom random = seeds.random();
        if (user.prototypeShares().length > 0) {
            double left = random.nextDouble();
            int g = 0;
            while (g < user.prototypeShares().length - 1 && left >= user.prototypeShares()[g]) {
                left -= user.prototypeShares()[g++];
            }
            return writer.write(mixture.centroids()[g], user.scale());
        }
        double[] z = user.mean().clone();
        if (user.mode() == JudgeMode.HISTORY && z.length > 0) {
            double[] noise = new double[z.length];
            for (int k = 0; k < noise.length; k++) {
                noise[k] = random.nextGaussian();
            }
            Vectors.add(z, 1, Cholesky.of(user.covariance()).times(noise));
        }
        return writer.write(z, user.scale());
    }

    /**
     * Total of one response under a fixed rubric, on the rubric's scale.
     *
     * @return abstained for a response without a visible character
     */
    public ScoreOutcome scoreAlone(Rubric rubric, String response) {
        return scoreAlone(rubric, List.of(response)).get(0);
    }

    /** Totals of several responses, each as if it were alone. */
    public List<ScoreOutcome> scoreAlone(Rubric rubric, List<String> responses) {
        double[][] scores = axisScores(responses);
        List<ScoreOutcome> outcomes = new ArrayList<>(responses.size());
        for (int i = 0; i < scores.length; i++) {
            outcomes.add(
                    responses.get(i).isBlank()
                            ? new ScoreOutcome.Abstained("blank response")
                            : new ScoreOutcome.Scored(
                                    rubric.scale()
                                            .total(UserPrior.margin(scores[i], rubric.place()))));
        }
        return outcomes;
    }

    @Override
    public List<ScoreOutcome> score(UserContext user, String prompt, List<String> responses) {
        return scoreAlone(rubric(user), responses);
    }

    /**
     * The persona that a text suits best, in the words of a rubric's persona: its most unusual
     * criteria. Shows a language model what a persona asks for, without anybody's opinion.
     */
    public String personaSuitedBy(String text) {
        return RubricWriter.suitedBy(scorer.reader().scale().standardise(Criteria.measure(text)));
    }

    /** Number of shared axes. */
    public int axes() {
        return scorer.weights().length - 2;
    }

    /** Fitted coordinates of the training users on the shared axes, by user id. */
    public Map<String, double[]> coordinates() {
        return coordinates;
    }

    /**
     * Coordinates in which Euclidean distance is the root mean square difference of two users'
     * utilities over the training texts. Axes as fitted may be of unequal weight and aslant.
     */
    public double[] profile(double[] z) {
        int axes = axes();
        double[][] covariance = new double[axes][axes];
        for (int i = 0; i < axes; i++) {
            System.arraycopy(writer.axisCovariance()[1 + i], 1, covariance[i], 0, axes);
            covariance[i][i] += 1e-12;
        }
        return axes == 0 ? z.clone() : Cholesky.of(covariance).transposedTimes(z);
    }

    /** What people at these places want on average, in words. */
    public String persona(List<double[]> places) {
        return writer.write(mean(places), ratings.population()).persona();
    }

    /**
     * Log-likelihood of each target choice of a person who is at the mean place of one of the
     * cells, as the context choices tell.
     *
     * @param cells places on the axes of the members of each cell
     */
    public double[] predict(
            List<List<double[]>> cells, List<Preference> context, List<Preference> targets) {
        double total = cells.stream().mapToInt(List::size).sum();
        UserPrior.Mixture prior =
                new UserPrior.Mixture(
                        cells.stream().map(RubricJudge::mean).toArray(double[][]::new),
                        cells.stream().mapToDouble(cell -> cell.size() / total).toArray(),
                        mixture.tau());
        double[] z = prior.update(differences(pairScores(context))).mean();
        return Arrays.stream(differences(pairScores(targets)))
                .mapToDouble(delta -> -Vectors.softplus(-UserPrior.margin(delta, z)))
                .toArray();
    }

    private static double[] mean(List<double[]> points) {
        double[] mean = new double[points.get(0).length];
        points.forEach(point -> Vectors.add(mean, 1.0 / points.size(), point));
        return mean;
    }

    /** Standardised criteria of a text, in the order of the bank. */
    double[] criteria(String text) {
        return scorer.reader().scale().standardise(Criteria.measure(text));
    }

    /** The embedder that reads texts. */
    public TextEmbedder embedder() {
        return scorer.reader().embedder();
    }

    /** What the fit chose. */
    public Selection selection() {
        return selection;
    }

    /** Axis scores of chosen and rejected response of each row, one after the other. */
    private double[][] pairScores(List<Preference> rows) {
        List<String> texts = new ArrayList<>();
        for (Preference row : rows) {
            texts.add(row.chosenText());
            texts.add(row.rejectedText());
        }
        return axisScores(texts);
    }

    private static double[][] differences(double[][] pairScores) {
        double[][] choices = new double[pairScores.length / 2][];
        for (int i = 0; i < choices.length; i++) {
            choices[i] = pairScores[2 * i].clone();
            Vectors.add(choices[i], -1, pairScores[2 * i + 1]);
        }
        return choices;
    }

    /** Axis scores of each text, from memory where it was met before. */
    private double[][] axisScores(List<String> texts) {
        double[][] scores = new double[texts.size()][];
        List<String> fresh = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            scores[i] = remembered.get(texts.get(i));
            if (scores[i] == null) {
                fresh.add(texts.get(i));
            }
        }
        double[][] computed = fresh.isEmpty() ? new double[0][] : scorer.score(fresh);
        for (int i = 0, next = 0; i < scores.length; i++) {
            if (scores[i] == null) {
                scores[i] = computed[next++];
                remembered.put(texts.get(i), scores[i]);
            }
        }
        return scores;
    }

    private static void checkRows(List<Preference> rows) {
        if (rows.isEmpty()) {
            throw new KindredException(
                    "cannot fit a judge: no training rows; expected rows with part fit (or none) of"
                            + " users that are not held back");
        }
        for (Preference row : rows) {
            if ("unseen".equals(row.userSplit())
                    || "eval".equals(row.part())
                    || "test".equals(row.itemSplit())) {
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

    private static List<Reading> landmarks(
            List<Reading> readings, JudgeOptions options, SeedTree seeds) {
        if (readings.size() <= options.landmarks()) {
            return readings;
        }
        SplittableRandom random = seeds.child("landmarks").random();
        List<Integer> order = new ArrayList<>(IntStream.range(0, readings.size()).boxed().toList());
        for (int i = order.size() - 1; i > 0; i--) {
            Collections.swap(order, i, random.nextInt(i + 1));
        }
        return order.subList(0, options.landmarks()).stream().sorted().map(readings::get).toList();
    }

    private static TextKernel kernel(KernelWeights weights, List<Reading> landmarks) {
        boolean needed = weights.terms() + weights.embedding() > 0;
        return new TextKernel(weights, needed ? landmarks : List.of());
    }

    private static TextFeatures features(
            KernelWeights weights,
            List<Reading> readings,
            List<Reading> landmarks,
            PairDesign design) {
        TextKernel kernel = kernel(weights, landmarks);
        float[][] dense = readings.stream().map(kernel::features).toArray(float[][]::new);
        if (weights.known() == 0) {
            int[] none = new int[dense.length];
            Arrays.fill(none, -1);
            return new TextFeatures(dense, none, 0, 0);
        }
        return new TextFeatures(
                dense, design.effectOf(), design.effects(), Math.sqrt(weights.known()));
    }

    private static Selection select(
            PairDesign design,
            Function<KernelWeights, TextFeatures> featuresOf,
            JudgeOptions options,
            SeedTree seeds) {
        JudgeOptions first = options.first();
        if (first.equals(options) || design.users().size() < 2 * options.folds()) {
            return new Selection(
                    first.kernels().get(0),
                    first.axes().get(0),
                    first.penalties().get(0),
                    first.modes().get(0),
                    first.prototypes().get(0),
                    List.of());
        }
        return new OptionSearch(new CrossValidation(design, options, seeds), featuresOf)
                .choose(options);
    }

    private static RatingModel ratings(
            PairDesign design,
            AxisScorer scorer,
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
        double[][] scores = scorer.score(design.texts());
        Map<String, List<Rated>> byUser = new TreeMap<>();
        for (int p = 0; p < design.rows().size(); p++) {
            Preference row = design.rows().get(p);
            double[] z = coordinates.get(row.userId());
            List<Rated> own = byUser.computeIfAbsent(row.userId(), id -> new ArrayList<>());
            if (row.chosenScore() != null) {
                own.add(
                        new Rated(
                                UserPrior.margin(scores[design.chosen()[p]], z),
                                row.chosenScore()));
            }
            if (row.rejectedScore() != null) {
                own.add(
                        new Rated(
                                UserPrior.margin(scores[design.rejected()[p]], z),
                                row.rejectedScore()));
            }
        }
        return RatingModel.fit(byUser, deviation);
    }
}
