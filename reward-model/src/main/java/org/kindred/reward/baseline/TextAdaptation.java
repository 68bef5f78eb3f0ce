package org.kindred.reward.baseline;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Preference;
import org.kindred.reward.UserContext;
import org.kindred.reward.judge.Lbfgs;
import org.kindred.reward.judge.TfIdf;
import org.kindred.reward.judge.Vectors;

/**
 * What words alone can do: {@code r = w . x} with x the TF-IDF row of tokens and token pairs. The
 * global w0 minimises {@code sum ln(1 + exp(-w . (x+ - x-))) + lambda / 2 |w|^2} over all choices,
 * lambda of 0.3, 1, 3, 10 by accuracy in five folds of users; a user's w starts there and minimises
 * the same sum over the user's own choices {@code + 0.3 / 2 |w - w0|^2}.
 */
public final class TextAdaptation implements Baseline {
    /** Name in tables. */
    public static final String NAME = "text-only adaptation";

    private static final List<Double> PENALTIES = List.of(0.3, 1.0, 3.0, 10.0);
    private static final double USER_PENALTY = 0.3;
    private static final int FOLDS = 5;

    private final TfIdf terms;
    private final double[] global;

    private TextAdaptation(TfIdf terms, double[] global) {
        this.terms = terms;
        this.global = global;
    }

    /**
     * @param training choices that may be learnt from
     * @throws KindredException if there are none
     */
    public static TextAdaptation fit(Collection<Preference> training) {
        if (training.isEmpty()) {
            throw new KindredException("cannot fit baselines: no training rows were given");
        }
        TfIdf terms = TfIdf.fit(items(training).values());
        Map<String, UserContext> users = UserContext.byUser(training);
        List<List<List<Row>>> folds = new ArrayList<>(); // fold, user, choice
        for (int f = 0; f < FOLDS; f++) {
            folds.add(new ArrayList<>());
        }
        int number = 0;
        for (UserContext user : users.values()) {
            folds.get(number++ % FOLDS).add(rows(terms, user));
        }
        double penalty = chosen(folds, terms.terms().size());
        return new TextAdaptation(
                terms,
                minimum(
                        rows(folds, -1),
                        penalty,
                        new double[terms.terms().size()],
                        Lbfgs.defaults()));
    }

    /** The texts that were seen, each once; two items of one text are two where items have ids. */
    private static Map<List<String>, String> items(Collection<Preference> training) {
        Map<List<String>, String> items = new HashMap<>();
        for (Preference row : training) {
            List<String> ids = row.itemIds();
            boolean named = ids != null && ids.size() == 2;
            items.put(List.of(named ? ids.get(0) : "", row.chosenText()), row.chosenText());
            items.put(List.of(named ? ids.get(1) : "", row.rejectedText()), row.rejectedText());
        }
        return items;
    }

    /** A choice as difference of two sparse rows. */
    private record Row(TfIdf.Sparse chosen, TfIdf.Sparse rejected) {
        double margin(double[] weights) {
            return chosen.dot(weights) - rejected.dot(weights);
        }
    }

    private static List<Row> rows(TfIdf terms, UserContext user) {
        return user.history().stream()
                .map(
                        row ->
                                new Row(
                                        terms.vector(row.chosenText()),
                                        terms.vector(row.rejectedText())))
                .toList();
    }

    private static List<Row> rows(List<List<List<Row>>> folds, int without) {
        List<Row> rows = new ArrayList<>();
        for (int f = 0; f < folds.size(); f++) {
            if (f != without) {
                folds.get(f).forEach(rows::addAll);
            }
        }
        return rows;
    }

    private static double chosen(List<List<List<Row>>> folds, int terms) {
        double best = PENALTIES.get(0);
        long most = -1;
        for (double penalty : PENALTIES) {
            long right = 0;
            for (int f = 0; f < folds.size(); f++) {
                double[] weights =
                        minimum(rows(folds, f), penalty, new double[terms], Lbfgs.defaults());
                right +=
                        folds.get(f).stream()
                                .flatMap(List::stream)
                                .filter(row -> row.margin(weights) > 0)
                                .count();
            }
            if (right > most) {
                most = right;
                best = penalty;
            }
        }
        return best;
    }

    private static double[] minimum(List<Row> rows, double penalty, double[] prior, Lbfgs solver) {
        return solver.minimise(
                (w, gradient) -> {
                    double value = 0;
                    for (int i = 0; i < w.length; i++) {
                        double move = w[i] - prior[i];
                        gradient[i] = penalty * move;
                        value += penalty / 2 * move * move;
                    }
                    for (Row row : rows) {
                        double margin = row.margin(w);
                        value += Vectors.softplus(-margin);
                        double pull = Vectors.sigmoid(-margin);
                        row.chosen().addTo(gradient, -pull);
                        row.rejected().addTo(gradient, pull);
                    }
                    return value;
                },
                prior);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean usesHistory() {
        return true;
    }

    @Override
    public Scorer forUser(UserContext user) {
        double[] weights = minimum(rows(terms, user), USER_PENALTY, global, Lbfgs.defaults());
        return (prompt, response) -> terms.vector(response).dot(weights);
    }
}
