package org.kindred.reward.judge;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Preference;
import org.kindred.datasets.RatingRange;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.grpo.Judgement;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RatingScale;
import org.kindred.reward.RecentlyUsed;
import org.kindred.reward.RewardModel;
import org.kindred.reward.RewardUnit;
import org.kindred.reward.RubricOutcome;
import org.kindred.reward.TextEmbedder;
import org.kindred.reward.UserContext;
import org.kindred.reward.VisibleText;
import org.kindred.reward.judge.RatingModel.Rated;

/**
 * The embedded judge. The utility of a text for a user is {@code (a + sum_k z_uk b_k) . phi(text)}:
 * a mean taste and shared axes, fitted to all training users together by Bradley-Terry loss, and a
 * user's place z on the axes, found from as many choices as there are. It is told as a persona with
 * weighted criteria, and a response is scored alone under that fixed rubric.
 *
 * <p>Immutable; safe for several threads. A fit of a few thousand pairs takes seconds, cross-
 * validation of options some tens of fits. See the module's page for formulas and results.
 */
public final class RubricJudge implements RewardModel {
    private static final int REMEMBERED_TEXTS = 8_192;

    private final AxisScorer scorer;
    private final Scenarios scenarios;
    private final Priors priors;
    private final RatingGaps gaps;
    private final List<RubricWriter> writers; // for any prompt, then for each scenario
    private final RatingModel ratings;
    private final Selection selection;
    private final JudgeOptions.ScoreScale scale;
    private final Plausibility plausibility;
    private final Map<String, double[]> coordinates;
    private final RecentlyUsed<Place, double[]> axisScores = new RecentlyUsed<>(REMEMBERED_TEXTS);
    private final RecentlyUsed<String, Plausibility.Reading> readings =
            new RecentlyUsed<>(REMEMBERED_TEXTS);
    private final RecentlyUsed<String, double[]> criteria = new RecentlyUsed<>(REMEMBERED_TEXTS);

    /**
     * What is known of a stranger, by {@link JudgeMode}.
     *
     * @param gaussian one normal distribution
     * @param discrete points
     * @param mixture several
     */
    record Priors(
            GaussianMixturePrior gaussian,
            UserPrior.Discrete discrete,
            GaussianMixturePrior mixture) {}

    /** A text in the kind of prompt that it answers. */
    private record Place(int scenario, String text) {}

    RubricJudge(
            AxisScorer scorer,
            Scenarios scenarios,
            Priors priors,
            RatingGaps gaps,
            RubricWriter writer,
            RatingModel ratings,
            Selection selection,
            JudgeOptions.ScoreScale scale,
            Plausibility plausibility,
            Map<String, double[]> coordinates) {
        this.scorer = scorer;
        this.scenarios = scenarios;
        this.priors = priors;
        this.gaps = gaps;
        this.ratings = ratings;
        this.selection = selection;
        this.scale = scale;
        this.plausibility = plausibility;
        this.coordinates = Collections.unmodifiableMap(new TreeMap<>(coordinates));
        List<RubricWriter> all = new ArrayList<>(List.of(writer));
        for (int s = 0; s < scenarios.centroids().length; s++) {
            all.add(writer.shifted(scorer.shift(s)));
        }
        writers = List.copyOf(all);
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
        return JudgeFit.run(trainingRows, embedder, options, seeds);
    }

    /** Writes the judge to one file, complete or absent. */
    public void save(Path file) {
        Json.write(
                file,
                JudgeFile.of(
                        scorer,
                        scenarios,
                        priors,
                        gaps,
                        writers.get(0),
                        ratings,
                        selection,
                        scale,
                        plausibility,
                        coordinates));
    }

    /**
     * Reads a judge that scores bit for bit like the one saved.
     *
     * @param embedder of the same name as the one of the fit
     * @throws KindredException if the file is of another version, embedder or bank of criteria
     */
    public static RubricJudge load(Path file, TextEmbedder embedder) {
        return JudgeFile.read(file, embedder).judge(embedder);
    }

    /** Belief about a user under the prior that was chosen in the fit. */
    public UserPosterior posterior(UserContext user) {
        return posterior(user, selection.mode());
    }

    /** Belief about a user after reading the history, under a given prior. */
    public UserPosterior posterior(UserContext user, JudgeMode mode) {
        double[][] scores = pairScores(user.history());
        Choice[] choices = choices(user.history(), scores);
        UserPrior prior =
                switch (mode) {
                    case NO_HISTORY -> new UserPrior.Nothing(axes());
                    case GAUSSIAN -> priors.gaussian();
                    case DISCRETE -> priors.discrete();
                    case MIXTURE -> priors.mixture();
                };
        Belief belief = prior.update(choices, gaps);
        RatingScale totals =
                scale == JudgeOptions.ScoreScale.COMMON || mode == JudgeMode.NO_HISTORY
                        ? ratings.population()
                        : ratings.scaleOf(rated(user.history(), scores, belief.mean()));
        return new UserPosterior(mode, belief, totals, choices.length);
    }

    private static List<Rated> rated(List<Preference> history, double[][] scores, double[] z) {
        List<Rated> rated = new ArrayList<>();
        for (int i = 0; i < history.size(); i++) {
            Double chosen = history.get(i).chosenScore();
            Double rejected = history.get(i).rejectedScore();
            if (chosen != null) {
                rated.add(new Rated(UserPrior.margin(scores[2 * i], z), chosen));
            }
            if (rejected != null) {
                rated.add(new Rated(UserPrior.margin(scores[2 * i + 1], z), rejected));
            }
        }
        return rated;
    }

    /**
     * Expected utility of a response for the user, in logits: a difference of 1 means that the
     * better one is preferred with probability 0.73. The mean over the training texts is 0. A
     * response that can hardly be an answer has the utility of one with its total.
     */
    public double score(UserPosterior user, String prompt, String response) {
        double utility =
                UserPrior.margin(
                        axisScores(List.of(response), scenarioOf(prompt))[0], user.place());
        return user.scale().utility(utility, plausible(plausibility.topic(prompt), response));
    }

    /** The rubric of the expected user, for prompts of any kind. */
    public Rubric rubric(UserPosterior user) {
        return write(user.place(), user.scale(), Scenarios.NONE);
    }

    /** The rubric of the expected user for prompts of this kind. */
    public Rubric rubric(UserPosterior user, String prompt) {
        return write(user.place(), user.scale(), scenarioOf(prompt))
                .about(plausibility.topic(prompt));
    }

    /** The rubric of the user who is expected after this history, for prompts of any kind. */
    public Rubric rubric(UserContext user) {
        return rubric(posterior(user));
    }

    /** The rubric of one user as likely as any under the belief; same seeds, same rubric. */
    public Rubric drawRubric(UserPosterior user, String prompt, SeedTree seeds) {
        return drawRubric(user, prompt, 1, seeds);
    }

    /**
     * The same with a belief that is spread or drawn together.
     *
     * @param temperature factor on variances, and {@code 1 / temperature} the power of the shares
     *     of prototypes and clouds; 0 is the likeliest user
     */
    public Rubric drawRubric(
            UserPosterior user, String prompt, double temperature, SeedTree seeds) {
        double[] z =
                user.mode() == JudgeMode.NO_HISTORY
                        ? user.place()
                        : user.belief().draw(temperature, seeds.random());
        return write(z, user.scale(), scenarioOf(prompt)).about(plausibility.topic(prompt));
    }

    private Rubric write(double[] place, RatingScale totals, int scenario) {
        return writers.get(1 + scenario).write(place, totals, scenario);
    }

    /**
     * Total of one response under a fixed rubric, on the rubric's scale, taken down to its low end
     * as far as the response can be no answer ({@link Plausibility}).
     *
     * @return abstained for a response without a visible letter or digit
     */
    public ScoreOutcome scoreAlone(Rubric rubric, String response) {
        return scoreAlone(rubric, List.of(response)).get(0);
    }

    /** Totals of several responses, each as if it were alone. */
    public List<ScoreOutcome> scoreAlone(Rubric rubric, List<String> responses) {
        double[][] scores = axisScores(responses, rubric.scenario());
        List<ScoreOutcome> outcomes = new ArrayList<>(responses.size());
        for (int i = 0; i < scores.length; i++) {
            double utility = UserPrior.margin(scores[i], rubric.place());
            String response = responses.get(i);
            outcomes.add(
                    VisibleText.says(response)
                            ? new ScoreOutcome.Scored(
                                    rubric.scale()
                                            .total(utility, plausible(rubric.topic(), response)))
                            : new ScoreOutcome.Abstained("no letter or digit to read"));
        }
        return outcomes;
    }

    private double plausible(Topic topic, String response) {
        if (!VisibleText.says(response)) {
            return 0;
        }
        Plausibility.Reading known = readings.get(response);
        return plausibility.of(
                topic,
                known != null ? known : readings.keep(response, plausibility.read(response)));
    }

    @Override
    public String name() {
        return "rubric-judge " + selection.mode().name().toLowerCase(Locale.ROOT);
    }

    /** The words of the expected user's rubric. */
    @Override
    public RubricOutcome rubric(UserContext user, String prompt) {
        return new RubricOutcome.Written(rubric(posterior(user), prompt).inWords(), 0);
    }

    @Override
    public List<ScoreOutcome> score(UserContext user, String prompt, List<String> responses) {
        return judge(user, prompt, responses, RewardUnit.POINTS).outcomes();
    }

    @Override
    public Judgement judge(
            UserContext user, String prompt, List<String> responses, RewardUnit unit) {
        Rubric rubric = rubric(posterior(user), prompt);
        return new Judgement(
                scoreAlone(rubric, responses).stream()
                        .map(points -> unit.of(points, rubric.scale()))
                        .toList(),
                Map.of());
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
        if (axes == 0) {
            return z.clone();
        }
        double[][] covariance = new double[axes][axes];
        for (int i = 0; i < axes; i++) {
            System.arraycopy(writers.get(0).axisCovariance()[1 + i], 1, covariance[i], 0, axes);
            covariance[i][i] += 1e-12;
        }
        return Cholesky.of(covariance).transposedTimes(z);
    }

    /** What people at these places want on average, in words. */
    public String persona(List<double[]> places) {
        return write(mean(places), ratings.population(), Scenarios.NONE).persona();
    }

    /**
     * Clouds of taste among these people, as priors of coordinates.
     *
     * @param counts numbers of clouds
     * @return one prior for each number
     */
    public List<GaussianMixturePrior> clouds(
            Collection<UserContext> users, int[] counts, SeedTree seeds) {
        GaussianMixtureFit fit =
                GaussianMixtureFit.of(users.stream().map(this::choices).toList(), axes(), gaps);
        return Arrays.stream(counts).mapToObj(g -> fit.several(g, seeds.child(g))).toList();
    }

    /** Probability that a user belongs to each cloud. */
    public double[] shares(GaussianMixturePrior clouds, UserContext user) {
        return clouds.shares().length == 1
                ? clouds.shares().clone()
                : clouds.update(choices(user), gaps).shares();
    }

    /** Log-likelihood of all that a user chose, under each prior (Laplace's approximation). */
    public double[] evidence(List<GaussianMixturePrior> priors, UserContext user) {
        Choice[] choices = choices(user);
        return priors.stream().mapToDouble(clouds -> clouds.evidence(choices, gaps)).toArray();
    }

    private Choice[] choices(UserContext user) {
        return choices(user.history(), pairScores(user.history()));
    }

    private Choice[] choices(List<Preference> rows, double[][] pairScores) {
        double[][] deltas = differences(pairScores);
        double[] standardised =
                RatingGaps.standardised(RatingGaps.raw(rows, ratings.range()), gaps.typical());
        Choice[] choices = new Choice[deltas.length];
        for (int i = 0; i < choices.length; i++) {
            choices[i] = new Choice(deltas[i], standardised[i]);
        }
        return choices;
    }

    private static double[] mean(List<double[]> points) {
        double[] mean = new double[points.get(0).length];
        points.forEach(point -> Vectors.add(mean, 1.0 / points.size(), point));
        return mean;
    }

    /** Standardised criteria of a text, in the order of the bank. */
    double[] criteria(String text) {
        double[] known = criteria.get(text);
        return known != null
                ? known
                : criteria.keep(text, scorer.reader().scale().standardise(Criteria.measure(text)));
    }

    /** The embedder that reads texts. */
    public TextEmbedder embedder() {
        return scorer.reader().embedder();
    }

    /** What the fit chose. */
    public Selection selection() {
        return selection;
    }

    /**
     * What the fit made of the ratings in the training rows.
     *
     * @param range of the scale
     * @param given ratings that were there
     * @param outside of them those that are not in the range, and are not read
     */
    public record Ratings(RatingRange range, int given, int outside) {}

    /** What the fit made of ratings; empty if there were none. */
    public Optional<Ratings> ratings() {
        return ratings.given() == 0
                ? Optional.empty()
                : Optional.of(new Ratings(ratings.range(), ratings.given(), ratings.outside()));
    }

    private int scenarioOf(String prompt) {
        return prompt.isBlank() ? Scenarios.NONE : scenarios.of(prompt, embedder());
    }

    /** Scores of chosen and rejected response of each row, one after the other. */
    private double[][] pairScores(List<Preference> rows) {
        double[][] scores = new double[2 * rows.size()][];
        for (int i = 0; i < rows.size(); i++) {
            Preference row = rows.get(i);
            double[][] pair =
                    axisScores(
                            List.of(row.chosenText(), row.rejectedText()),
                            scenarioOf(row.promptText()));
            scores[2 * i] = pair[0];
            scores[2 * i + 1] = pair[1];
        }
        return scores;
    }

    private static double[][] differences(double[][] pairScores) {
        double[][] choices = new double[pairScores.length / 2][];
        for (int i = 0; i < choices.length; i++) {
            choices[i] = pairScores[2 * i].clone();
            Vectors.add(choices[i], -1, pairScores[2 * i + 1]);
        }
        return choices;
    }

    /** Scores of each text on each direction of taste, from memory where it was met before. */
    private double[][] axisScores(List<String> texts, int scenario) {
        double[][] scores = new double[texts.size()][];
        List<String> fresh = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            scores[i] = axisScores.get(new Place(scenario, texts.get(i)));
            if (scores[i] == null) {
                fresh.add(texts.get(i));
            }
        }
        if (!fresh.isEmpty()) {
            int[] kinds = new int[fresh.size()];
            Arrays.fill(kinds, scenario);
            double[][] computed = scorer.score(fresh, kinds);
            for (int i = 0, next = 0; i < scores.length; i++) {
                if (scores[i] == null) {
                    scores[i] =
                            axisScores.keep(new Place(scenario, texts.get(i)), computed[next++]);
                }
            }
        }
        return scores;
    }
}
