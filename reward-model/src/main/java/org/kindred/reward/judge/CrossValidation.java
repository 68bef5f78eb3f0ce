package org.kindred.reward.judge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.judge.Selection.Outcome;

/**
 * Tries a combination of options on people and items that the fit did not see.
 *
 * <p>Users are in folds, and so are items: prompts where there are enough of them, else response
 * texts. With user fold f and item fold g left out, the model is fitted to rows of other users that
 * show no item of g. For each user of f, the first K rows without an item of g are the context, and
 * all rows with one are the targets. K is 3 and 10.
 */
final class CrossValidation {
    private static final int[] SHOTS = {3, 10};
    private static final int ENOUGH = 2_500; // pairs

    /** Fewer different prompts a fold than this, and response texts are the items. */
    private static final int PROMPTS_PER_FOLD = 5;

    private final PairDesign design;
    private final JudgeOptions options;
    private final SeedTree seeds;
    private final int[] userFold; // by user
    private final Map<GlobalKey, double[]> globals = new ConcurrentHashMap<>();
    private final RatedRows rated;
    private final int[][] itemFolds; // by row: of the chosen and of the rejected item
    private final List<Cell> cells;

    CrossValidation(PairDesign design, RatedRows rated, JudgeOptions options, SeedTree seeds) {
        this.design = design;
        this.rated = rated;
        this.options = options;
        this.seeds = seeds;
        userFold = folds(design.users().size(), options.folds(), seeds.child("user-folds"));
        itemFolds = itemFolds();
        cells = cells();
    }

    /** Round by round until {@value #ENOUGH} pairs are held out, or all rounds are run. */
    private List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        int heldOut = 0;
        for (int round = 0; round < options.rounds() && heldOut < ENOUGH; round++) {
            for (int userOut = 0; userOut < options.folds(); userOut++) {
                Cell cell = new Cell(userOut, (userOut + round) % options.folds());
                cells.add(cell);
                heldOut +=
                        rows(p ->
                                        userFold[design.userOf()[p]] == cell.userOut
                                                && shows(p, cell.itemOut))
                                .length;
            }
        }
        return cells;
    }

    private int[][] itemFolds() {
        int folds = options.folds();
        int rows = design.rows().size();
        TreeSet<String> prompts = new TreeSet<>();
        design.rows().forEach(row -> prompts.add(row.promptText()));
        int[][] byRow = new int[rows][];
        if (prompts.size() >= PROMPTS_PER_FOLD * folds) {
            List<String> sorted = List.copyOf(prompts);
            int[] fold = folds(sorted.size(), folds, seeds.child("item-folds"));
            Map<String, Integer> foldOf = new LinkedHashMap<>();
            for (int i = 0; i < fold.length; i++) {
                foldOf.put(sorted.get(i), fold[i]);
            }
            for (int p = 0; p < rows; p++) {
                int own = foldOf.get(design.rows().get(p).promptText());
                byRow[p] = new int[] {own, own};
            }
        } else {
            int[] fold = folds(design.texts().size(), folds, seeds.child("item-folds"));
            for (int p = 0; p < rows; p++) {
                byRow[p] = new int[] {fold[design.chosen()[p]], fold[design.rejected()[p]]};
            }
        }
        return byRow;
    }

    /** Seeded, of equal size up to one. */
    private static int[] folds(int count, int folds, SeedTree seeds) {
        SplittableRandom random = seeds.random();
        int[] fold = new int[count];
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        for (int i = 0; i < count; i++) {
            fold[order[i]] = i % folds;
        }
        return fold;
    }

    /** A kind of prior, with 0 prototypes if it has none. */
    private record Prior(JudgeMode mode, int prototypes) {}

    /** Margins of held-out pairs. */
    private static final class Tally {
        private final List<double[]> parts = new ArrayList<>();

        void add(double[] margins) {
            parts.add(margins);
        }

        void add(Tally other) {
            parts.addAll(other.parts);
        }

        Outcome outcome(Prior prior) {
            double[] margins = parts.stream().flatMapToDouble(Arrays::stream).toArray();
            double right = Arrays.stream(margins).filter(margin -> margin > 0).count();
            Sharpness best = Sharpness.of(margins);
            return new Outcome(
                    prior.mode(),
                    prior.prototypes(),
                    right / margins.length,
                    best.logLikelihood(),
                    best.factor(),
                    margins.length);
        }
    }

    /** One fit: what is left out. */
    private record Cell(int userOut, int itemOut) {}

    /** What a global model depends on. */
    private record GlobalKey(PairFeatures features, double penalty, Cell cell) {}

    /** Outcome of each prior of these modes, in order. Cells run in parallel. */
    List<Outcome> run(PairFeatures features, FitSetting setting, List<JudgeMode> modes) {
        Map<Prior, Tally> sums = new LinkedHashMap<>();
        for (Map<Prior, Tally> one :
                inParallel(cells, cell -> judge(features, setting, modes, cell))) {
            one.forEach((prior, t) -> sums.computeIfAbsent(prior, p -> new Tally()).add(t));
        }
        List<Outcome> outcomes = new ArrayList<>();
        sums.forEach((prior, sum) -> outcomes.add(sum.outcome(prior)));
        return outcomes;
    }

    /**
     * Results in the order of the cells. Threads of their own, since clustering sets the generator
     * of its thread, which a parallel stream may lend to another cell while it waits.
     */
    private static <T> List<T> inParallel(List<Cell> cells, Function<Cell, T> work) {
        int threads = Math.min(cells.size(), Runtime.getRuntime().availableProcessors());
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<T>> pending = new ArrayList<>();
            for (Cell cell : cells) {
                pending.add(pool.submit(() -> work.apply(cell)));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> one : pending) {
                results.add(one.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KindredException("choosing options was interrupted; fit the judge again", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("cross-validation failed", e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    private int[] training(int userOut, int itemOut) {
        return rows(p -> userFold[design.userOf()[p]] != userOut && !shows(p, itemOut));
    }

    private int[] rows(IntPredicate wanted) {
        return IntStream.range(0, design.rows().size()).filter(wanted).toArray();
    }

    private boolean shows(int row, int itemFold) {
        return itemFolds[row][0] == itemFold || itemFolds[row][1] == itemFold;
    }

    private Map<Prior, Tally> judge(
            PairFeatures features, FitSetting setting, List<JudgeMode> modes, Cell cell) {
        Map<Integer, int[]> rows = design.rowsByUser(training(cell.userOut, cell.itemOut));
        GlobalKey key = new GlobalKey(features, setting.penalty(), cell);
        double[] global = globals.get(key);
        if (global == null) { // not computeIfAbsent, which may hold up other cells
            global = AxisModel.global(features, rows, setting.penalty(), Lbfgs.rough());
            globals.put(key, global);
        }
        AxisModel model =
                AxisModel.fit(
                        features, rows, global, setting, rated, Lbfgs.rough(), seeds.child("fit"));
        Map<Prior, UserPrior> priors =
                priors(
                        modes,
                        model,
                        rows.values().stream()
                                .map(own -> model.choices(features, own, rated.raw()))
                                .toList());
        Map<Prior, Tally> tallies = new LinkedHashMap<>();
        priors.keySet().forEach(prior -> tallies.put(prior, new Tally()));
        int[] heldOut = rows(p -> userFold[design.userOf()[p]] == cell.userOut);
        for (int[] own : design.rowsByUser(heldOut).values()) {
            int[] context = Arrays.stream(own).filter(p -> !shows(p, cell.itemOut)).toArray();
            double[][] targets =
                    Arrays.stream(own)
                            .filter(p -> shows(p, cell.itemOut))
                            .mapToObj(p -> AxisModel.delta(features, model.weights(), p))
                            .toArray(double[][]::new);
            for (int shots : SHOTS) {
                Choice[] read =
                        model.choices(
                                features,
                                Arrays.copyOf(context, Math.min(shots, context.length)),
                                rated.raw());
                priors.forEach(
                        (name, prior) -> {
                            double[] z = prior.update(read, model.ratings()).mean();
                            tallies.get(name)
                                    .add(
                                            Arrays.stream(targets)
                                                    .mapToDouble(t -> UserPrior.margin(t, z))
                                                    .toArray());
                        });
            }
        }
        return tallies;
    }

    private Map<Prior, UserPrior> priors(
            List<JudgeMode> modes, AxisModel model, List<Choice[]> users) {
        Map<Prior, UserPrior> priors = new LinkedHashMap<>();
        GaussianMixtureFit fit = GaussianMixtureFit.of(users, model.axes(), model.ratings());
        for (JudgeMode mode : modes) {
            switch (mode) {
                case NO_HISTORY ->
                        priors.put(new Prior(mode, 0), new UserPrior.Nothing(model.axes()));
                case GAUSSIAN -> priors.put(new Prior(mode, 0), fit.one());
                case DISCRETE -> {
                    for (int g : options.prototypes()) {
                        priors.put(new Prior(mode, g), model.discrete(g, options.tau(), seeds));
                    }
                }
                case MIXTURE -> {
                    for (int g : options.prototypes()) {
                        priors.put(
                                new Prior(mode, g), fit.several(g, seeds.child("clouds").child(g)));
                    }
                }
            }
        }
        return priors;
    }
}
