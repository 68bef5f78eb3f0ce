package org.kindred.reward.baseline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.reward.UserContext;
import org.kindred.reward.baseline.EmbeddedPairs.Pair;
import org.kindred.reward.judge.Vectors;

/**
 * Nearest users: the mean reward of the training users whose own reward (hierarchical
 * Bradley-Terry) explains the user's choices best; of all training users where there are none.
 */
final class NearestUsers implements Baseline {
    private static final int NEIGHBOURS = 5;

    private final EmbeddedPairs pairs;
    private final Map<String, double[]> weights = new TreeMap<>();

    NearestUsers(EmbeddedPairs pairs) {
        this.pairs = pairs;
        List<Pair> all = new ArrayList<>();
        pairs.byUser().values().forEach(all::addAll);
        double[] global = BradleyTerry.fit(all, new double[pairs.dimensions()]);
        pairs.byUser().forEach((id, own) -> weights.put(id, BradleyTerry.fit(own, global)));
    }

    @Override
    public String name() {
        return "nearest users";
    }

    @Override
    public boolean usesHistory() {
        return true;
    }

    @Override
    public Scorer forUser(UserContext user) {
        List<double[]> choices = pairs.pairs(user).stream().map(Pair::difference).toList();
        List<String> others = new ArrayList<>(weights.keySet());
        others.remove(user.userId());
        Map<String, Double> likelihood = new TreeMap<>();
        for (String other : others) {
            double sum = 0;
            for (double[] choice : choices) {
                sum -= Vectors.softplus(-Vectors.dot(weights.get(other), choice));
            }
            likelihood.put(other, sum);
        }
        others.sort(
                Comparator.<String>comparingDouble(other -> -likelihood.get(other))
                        .thenComparing(Comparator.naturalOrder()));
        List<String> near =
                choices.isEmpty() ? others : others.subList(0, Math.min(NEIGHBOURS, others.size()));
        double[] mean = new double[pairs.dimensions()];
        near.forEach(other -> Vectors.add(mean, 1.0 / near.size(), weights.get(other)));
        return (prompt, response) -> Vectors.dot(mean, pairs.vector(response));
    }
}
