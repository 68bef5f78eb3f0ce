package org.kindred.reward.baseline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.UserContext;
import org.kindred.reward.baseline.EmbeddedPairs.Pair;
import org.kindred.reward.judge.Lbfgs;
import org.kindred.reward.judge.Vectors;

/**
 * GPO-style in-context preference (arXiv 2310.11523) with one linear attention layer in place of a
 * transformer: {@code r(x) = a . x + (U x) . (U c)}, c the mean difference of the context choices.
 * a and U are learnt on episodes: some choices of a training user are context, the others targets.
 */
final class GroupPreference implements Baseline {
    private static final int RANK = 8;
    private static final int EPISODES = 3;
    private static final int[] SHOTS = {3, 10};
    private static final double PENALTY = 1;

    private final EmbeddedPairs pairs;
    private final int d;
    private final double[] parameters; // a [d], then U [RANK][d]

    private record Episode(double[] context, List<double[]> targets) {}

    GroupPreference(EmbeddedPairs pairs, SeedTree seeds) {
        this.pairs = pairs;
        d = pairs.dimensions();
        List<Episode> episodes = episodes(seeds.child("episodes"));
        double[] start = new double[(1 + RANK) * d];
        SplittableRandom random = seeds.child("start").random();
        for (int i = d; i < start.length; i++) {
            start[i] = 0.1 * random.nextGaussian();
        }
        parameters =
                Lbfgs.rough().minimise((x, gradient) -> objective(x, gradient, episodes), start);
    }

    private List<Episode> episodes(SeedTree seeds) {
        List<Episode> episodes = new ArrayList<>();
        for (Map.Entry<String, List<Pair>> user : pairs.byUser().entrySet()) {
            for (int e = 0; e < EPISODES; e++) {
                SplittableRandom random = seeds.child(user.getKey()).child(e).random();
                List<double[]> own =
                        new ArrayList<>(user.getValue().stream().map(Pair::difference).toList());
                SeedTree.shuffle(own, random);
                int shots = Math.min(SHOTS[random.nextInt(SHOTS.length)], own.size() / 2);
                episodes.add(
                        new Episode(mean(own.subList(0, shots)), own.subList(shots, own.size())));
            }
        }
        return episodes;
    }

    private double[] mean(List<double[]> differences) {
        double[] mean = new double[d];
        differences.forEach(v -> Vectors.add(mean, 1.0 / differences.size(), v));
        return mean;
    }

    private double objective(double[] x, double[] gradient, List<Episode> episodes) {
        double value = 0;
        for (int i = 0; i < x.length; i++) {
            gradient[i] = PENALTY * x[i];
            value += PENALTY / 2 * x[i] * x[i];
        }
        for (Episode episode : episodes) {
            double[] context = seen(x, episode.context());
            double[] pulled = new double[RANK]; // gradient of the seen context
            for (double[] target : episode.targets()) {
                double[] looked = seen(x, target);
                double margin = Simplex.dot(x, 0, target) + Vectors.dot(looked, context);
                value += Vectors.softplus(-margin) / EPISODES;
                double slope = -Vectors.sigmoid(-margin) / EPISODES;
                Simplex.add(gradient, 0, slope, target);
                for (int k = 0; k < RANK; k++) {
                    Simplex.add(gradient, (1 + k) * d, slope * context[k], target);
                    pulled[k] += slope * looked[k];
                }
            }
            for (int k = 0; k < RANK; k++) {
                Simplex.add(gradient, (1 + k) * d, pulled[k], episode.context());
            }
        }
        return value;
    }

    private double[] seen(double[] x, double[] vector) {
        double[] seen = new double[RANK];
        for (int k = 0; k < RANK; k++) {
            seen[k] = Simplex.dot(x, (1 + k) * d, vector);
        }
        return seen;
    }

    @Override
    public String name() {
        return "GPO-style in-context preference";
    }

    @Override
    public boolean usesHistory() {
        return true;
    }

    @Override
    public Scorer forUser(UserContext user) {
        double[] context =
                seen(parameters, mean(pairs.pairs(user).stream().map(Pair::difference).toList()));
        return (prompt, response) -> {
            double[] vector = pairs.vector(response);
            return Simplex.dot(parameters, 0, vector)
                    + Vectors.dot(seen(parameters, vector), context);
        };
    }
}
