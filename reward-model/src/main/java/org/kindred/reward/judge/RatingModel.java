package org.kindred.reward.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.RatingRange;
import org.kindred.reward.RatingScale;

/**
 * How people turn utilities into ratings: {@code logit((r - low) / (high - low)) = offset_u +
 * gain_u * utility + noise}. Offset and gain of a user are shrunk to the population's by Bayesian
 * linear regression, with variances between users found by the method of moments.
 *
 * @param range of the source's scale; a rating outside says nothing
 * @param given ratings of the training texts
 * @param outside of them those that are not in the range
 * @param population scale of a user without ratings
 * @param offsetVariance between users
 * @param gainVariance between users
 * @param noise variance of one rating around its user's line; infinite if there were no ratings
 */
record RatingModel(
        RatingRange range,
        int given,
        int outside,
        RatingScale population,
        double offsetVariance,
        double gainVariance,
        double noise) {

    /**
     * Ratings at the ends of the scale count as this far from them, since their logit is infinite.
     */
    private static final double END = 0.02;

    private static final double LEAST_VARIANCE = 1e-6;
    private static final int FEWEST_RATINGS = 4; // of a user who informs the variances

    /** One rated text. */
    record Rated(double utility, double rating) {}

    /** Without ratings: a standard deviation of the utility is one logit. */
    static RatingModel unrated(double utilityDeviation) {
        double gain = utilityDeviation > 0 ? 1 / utilityDeviation : 1;
        return new RatingModel(
                new RatingRange(RatingScale.LOW, RatingScale.HIGH),
                0,
                0,
                new RatingScale(0, gain),
                LEAST_VARIANCE,
                LEAST_VARIANCE,
                Double.MAX_VALUE);
    }

    /**
     * @param range of the ratings, those outside are left out
     */
    static RatingModel fit(Map<?, List<Rated>> byUser, RatingRange range, double utilityDeviation) {
        int given = byUser.values().stream().mapToInt(List::size).sum();
        List<List<Rated>> kept =
                byUser.values().stream()
                        .map(own -> own.stream().filter(r -> range.holds(r.rating())).toList())
                        .toList();
        List<Rated> all = new ArrayList<>();
        kept.forEach(all::addAll);
        int outside = given - all.size();
        if (all.size() < 2) {
            return unrated(utilityDeviation).of(range, given, outside);
        }
        double[] line = line(all, range);
        if (!(line[1] > 0)) {
            // ratings that contradict the choices teach no scale
            return unrated(utilityDeviation).of(range, given, outside);
        }
        double squares = 0;
        double freedom = 0;
        List<double[]> users = new ArrayList<>(); // n, mean residual, slope gap, spread
        for (List<Rated> own : kept) {
            if (own.size() < FEWEST_RATINGS) {
                continue;
            }
            double[] ownLine = line(own, range);
            double residual = 0;
            double mean = own.stream().mapToDouble(Rated::utility).average().orElseThrow();
            double spread = 0;
            for (Rated rated : own) {
                double logit = logit(rated.rating(), range);
                residual += logit - line[0] - line[1] * rated.utility();
                double gap = logit - ownLine[0] - ownLine[1] * rated.utility();
                squares += gap * gap;
                spread += (rated.utility() - mean) * (rated.utility() - mean);
            }
            freedom += own.size() - 2;
            users.add(
                    new double[] {own.size(), residual / own.size(), ownLine[1] - line[1], spread});
        }
        if (users.isEmpty()) {
            return new RatingModel(
                    range,
                    given,
                    outside,
                    new RatingScale(line[0], line[1]),
                    LEAST_VARIANCE,
                    LEAST_VARIANCE,
                    1);
        }
        double noise = Math.max(LEAST_VARIANCE, squares / freedom);
        double offsets = 0;
        double gains = 0;
        double sloped = 0;
        for (double[] user : users) {
            offsets += (user[1] * user[1] - noise / user[0]) / users.size();
            if (user[3] > 0) { // weighted by how well the slope is known
                gains += user[3] * (user[2] * user[2] - noise / user[3]);
                sloped += user[3];
            }
        }
        return new RatingModel(
                range,
                given,
                outside,
                new RatingScale(line[0], line[1]),
                Math.max(LEAST_VARIANCE, offsets),
                Math.max(LEAST_VARIANCE, sloped > 0 ? gains / sloped : 0),
                noise);
    }

    private RatingModel of(RatingRange scale, int ratings, int left) {
        return new RatingModel(
                scale, ratings, left, population, offsetVariance, gainVariance, noise);
    }

    /** The scale of a user with these ratings; the population's for none. */
    RatingScale scaleOf(List<Rated> own) {
        double[][] precision = {{1 / offsetVariance, 0}, {0, 1 / gainVariance}};
        double[] gap = new double[2]; // from the population's line
        for (Rated rated : own) {
            if (!range.holds(rated.rating())) {
                continue;
            }
            double residual =
                    logit(rated.rating(), range)
                            - population.offset()
                            - population.gain() * rated.utility();
            precision[0][0] += 1 / noise;
            precision[1][0] += rated.utility() / noise;
            precision[1][1] += rated.utility() * rated.utility() / noise;
            gap[0] += residual / noise;
            gap[1] += residual * rated.utility() / noise;
        }
        double[] shift = Cholesky.of(precision).solve(gap);
        double gain = population.gain() + shift[1];
        // a person whose ratings contradict the choices keeps a flat, still increasing scale
        return new RatingScale(
                population.offset() + shift[0], Math.max(0.1 * population.gain(), gain));
    }

    private static double logit(double rating, RatingRange range) {
        double place = (rating - range.low()) / (range.high() - range.low());
        double share = Math.max(END, Math.min(1 - END, place));
        return Math.log(share / (1 - share));
    }

    /** Least squares: offset and gain; a flat line where the utility does not vary. */
    private static double[] line(List<Rated> rated, RatingRange range) {
        double meanUtility = rated.stream().mapToDouble(Rated::utility).average().orElseThrow();
        double meanLogit =
                rated.stream().mapToDouble(r -> logit(r.rating(), range)).average().orElseThrow();
        double products = 0;
        double squares = 0;
        for (Rated r : rated) {
            double gap = r.utility() - meanUtility;
            products += gap * (logit(r.rating(), range) - meanLogit);
            squares += gap * gap;
        }
        double gain = squares > 0 ? products / squares : 0;
        return new double[] {meanLogit - gain * meanUtility, gain};
    }
}
