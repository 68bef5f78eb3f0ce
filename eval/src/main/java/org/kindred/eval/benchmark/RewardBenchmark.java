package org.kindred.eval.benchmark;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.OrderedWork;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.SplitCell;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Contrast;
import org.kindred.eval.stats.Effect;
import org.kindred.eval.stats.Interval;
import org.kindred.reward.UserContext;

/**
 * Reward models on pairs: for each cell of seen/unseen users and known/new items, how often the
 * chosen answer gets the higher score, after K = 0, 3, 10, ... pairs of the user's past.
 *
 * <p>Targets are the rows with {@code part = eval}; a user's context of K shots is the first K of
 * his {@code fit} rows by slot, for seen and unseen users alike.
 */
public final class RewardBenchmark {
    private final List<Integer> shots;
    private final Bootstrap bootstrap;
    private final Contrast.Maker contrasts;
    private final Map<String, String> groups;

    /**
     * @param shots numbers of context pairs, for example 0, 3, 10, 20
     * @param draws bootstrap resamples of users, and sign patterns of tests
     */
    public RewardBenchmark(List<Integer> shots, int draws, SeedTree seeds) {
        this(
                List.copyOf(shots),
                new Bootstrap(draws, seeds.child("bootstrap")),
                new Contrast.Maker(draws, seeds),
                Map.of());
    }

    private RewardBenchmark(
            List<Integer> shots,
            Bootstrap bootstrap,
            Contrast.Maker contrasts,
            Map<String, String> groups) {
        this.shots = shots;
        this.bootstrap = bootstrap;
        this.contrasts = contrasts;
        this.groups = groups;
    }

    /**
     * The same with a row for each group of users besides those of whole cells, named {@code
     * cell/group}.
     *
     * @param labels group of each user; users without one are in no such row
     */
    public RewardBenchmark by(Map<String, String> labels) {
        return new RewardBenchmark(shots, bootstrap, contrasts, labels);
    }

    /**
     * Result of {@link #run}.
     *
     * @param rows accuracy by arm, shots and cell
     * @param differences paired, to the baseline
     */
    public record Result(List<Accuracy> rows, List<Difference> differences) {

        /** Where arms left pairs unscored and why, a sentence an arm. */
        public List<String> silences() {
            Map<String, List<String>> places = new LinkedHashMap<>();
            for (Accuracy row : rows) {
                if (row.coverage() < 1) {
                    int missing = Math.toIntExact(Math.round(row.unscored() * row.pairs()));
                    places.computeIfAbsent(row.arm(), arm -> new ArrayList<>())
                            .add(
                                    String.format(
                                            Locale.ROOT,
                                            "%d of %d in %s at K = %d%s",
                                            missing,
                                            row.pairs(),
                                            row.cell().replace('_', ' '),
                                            row.shots(),
                                            row.failures().isEmpty()
                                                    ? ""
                                                    : " " + reasons(row.failures())));
                }
            }
            List<String> sentences = new ArrayList<>();
            places.forEach(
                    (arm, where) ->
                            sentences.add(
                                    arm
                                            + " left pairs unscored, which are missing from its numbers: "
                                            + String.join("; ", where)
                                            + "."));
            return sentences;
        }

        /** Whether an arm of the name scored a pair. */
        public boolean scored(String arm) {
            return rows.stream().anyMatch(row -> row.arm().equals(arm) && row.coverage() > 0);
        }

        private static String reasons(Map<String, Integer> failures) {
            return failures.entrySet().stream()
                    .map(failure -> failure.getKey() + " = " + failure.getValue())
                    .collect(Collectors.joining(", ", "(", ")"));
        }
    }

    /**
     * Paired difference in strict accuracy on the targets that both scored: the arm at its shots
     * minus the baseline, at the same shots if it reads histories and without any if it does not.
     *
     * @param difference positive if the arm is better; interval by resampling users
     * @param p of a paired permutation test over users
     * @param holm p adjusted over the arms and shots compared with the baseline in the cell
     * @param effect its size
     * @param sentence the comparison in words
     */
    public record Difference(
            String arm,
            int shots,
            String baseline,
            String cell,
            Interval difference,
            double p,
            @JsonProperty("p_holm") double holm,
            Effect effect,
            String sentence) {

        /** The same of a cell in a fold. */
        Difference in(String fold) {
            return new Difference(
                    arm, shots, baseline, fold + "/" + cell, difference, p, holm, effect, sentence);
        }
    }

    /** An arm at one number of shots in one cell. */
    private record Run(Arm arm, int shots, Verdicts verdicts) {
        String label() {
            return arm.usesHistory() ? arm.name() + " at K = " + shots : arm.name();
        }

        Run of(String label, Map<String, String> groups) {
            return new Run(arm, shots, verdicts.of(user -> label.equals(groups.get(user))));
        }
    }

    /**
     * Runs every arm on every cell that has targets.
     *
     * @param baselines names of the arms that the others are compared with, pair by pair
     */
    public Result run(
            PreferenceDataset dataset, List<Arm> arms, List<String> baselines, Progress progress) {
        Map<String, List<Preference>> contexts = fitRows(dataset);
        Map<String, List<Preference>> targets = targets(dataset);
        List<Accuracy> rows = new ArrayList<>();
        List<Difference> differences = new ArrayList<>();
        long total = (long) targets.size() * arms.size();
        long done = 0;
        for (Map.Entry<String, List<Preference>> cell : targets.entrySet()) {
            List<Run> runs = new ArrayList<>();
            for (Arm arm : arms) {
                for (int k : shots(arm)) {
                    runs.add(new Run(arm, k, judge(arm, k, contexts, cell.getValue())));
                }
                progress.step(++done, total, cell.getKey());
            }
            summarise(cell.getKey(), runs, rows);
            for (String label : new TreeSet<>(groups.values())) {
                summarise(
                        cell.getKey() + "/" + label,
                        runs.stream().map(run -> run.of(label, groups)).toList(),
                        rows);
            }
            for (String baseline : baselines) {
                differences.addAll(differences(cell.getKey(), runs, baseline));
            }
        }
        return new Result(rows, differences);
    }

    /** Numbers of shots at which an arm is run. */
    List<Integer> shots(Arm arm) {
        return arm.usesHistory() ? shots.stream().filter(s -> s > 0).toList() : List.of(0);
    }

    private void summarise(String cell, List<Run> runs, List<Accuracy> rows) {
        for (Run run : runs) {
            if (!run.verdicts().isEmpty()) {
                rows.add(run.verdicts().summarise(run.arm().name(), run.shots(), cell, bootstrap));
            }
        }
    }

    private List<Difference> differences(String cell, List<Run> runs, String baseline) {
        Map<Integer, Run> bases = new TreeMap<>();
        runs.stream()
                .filter(run -> run.arm().name().equals(baseline) && !run.verdicts().isSilent())
                .forEach(run -> bases.put(run.shots(), run));
        List<Run> compared =
                runs.stream()
                        .filter(run -> run.arm().usesHistory())
                        .filter(run -> !run.arm().name().equals(baseline))
                        .filter(run -> haveTargetsInCommon(bases, run))
                        .toList();
        List<Contrast> family =
                contrasts.family(
                        compared.stream()
                                .map(run -> run.verdicts().minus(base(bases, run).verdicts()))
                                .toList());
        List<Difference> differences = new ArrayList<>();
        for (int i = 0; i < compared.size(); i++) {
            Run run = compared.get(i);
            Contrast contrast = family.get(i);
            differences.add(
                    new Difference(
                            run.arm().name(),
                            run.shots(),
                            baseline,
                            cell,
                            contrast.difference(),
                            contrast.p(),
                            contrast.holm(),
                            contrast.effect(),
                            contrast.sentence(
                                    run.arm().name() + " at K = " + run.shots(),
                                    base(bases, run).label(),
                                    "strict accuracy"
                                            + shared(run.verdicts(), base(bases, run).verdicts()),
                                    cell.replace('_', ' '))));
        }
        return differences;
    }

    private static boolean haveTargetsInCommon(Map<Integer, Run> bases, Run run) {
        Run base = base(bases, run);
        return base != null && !run.verdicts().minus(base.verdicts()).isEmpty();
    }

    /** What is compared, where that is not all. */
    private static String shared(Verdicts arm, Verdicts baseline) {
        long compared =
                Math.round(
                        arm.minus(baseline).stream().mapToDouble(Bootstrap.Cluster::count).sum());
        return compared == arm.size()
                ? ""
                : " on the " + compared + " of " + arm.size() + " pairs that both scored";
    }

    private static @Nullable Run base(Map<Integer, Run> bases, Run run) {
        Run alike = bases.get(run.shots());
        return alike == null ? bases.get(0) : alike;
    }

    /** Rows that show each user's taste, in their order. */
    static Map<String, List<Preference>> fitRows(PreferenceDataset dataset) {
        Map<String, List<Preference>> rows = new LinkedHashMap<>();
        dataset.byUser()
                .forEach(
                        (user, all) ->
                                rows.put(
                                        user,
                                        all.stream()
                                                .filter(Preference::isFit)
                                                .sorted(
                                                        Comparator.comparingInt(
                                                                row ->
                                                                        row.slot() == null
                                                                                ? Integer.MAX_VALUE
                                                                                : row.slot()))
                                                .toList()));
        return rows;
    }

    /** Targets by cell; rows of domains that training never shows are cells of their own. */
    private static Map<String, List<Preference>> targets(PreferenceDataset dataset) {
        Map<String, List<Preference>> targets = new TreeMap<>();
        for (Preference row : dataset.preferences()) {
            if (row.isTarget()) {
                cell(row)
                        .ifPresent(
                                cell ->
                                        targets.computeIfAbsent(cell, name -> new ArrayList<>())
                                                .add(row));
            }
        }
        return targets;
    }

    private static Optional<String> cell(Preference row) {
        if (SplitCell.OUT_OF_DISTRIBUTION.equals(row.split()) && row.userSplit() != null) {
            return Optional.of(row.userSplit() + "_" + SplitCell.OUT_OF_DISTRIBUTION);
        }
        return SplitCell.of(row).map(cell -> cell.name().toLowerCase(Locale.ROOT));
    }

    private static Verdicts judge(
            Arm arm, int k, Map<String, List<Preference>> contexts, List<Preference> targets) {
        Map<String, Arm.UserScorer> scorers = scorers(arm, k, contexts, targets);
        Verdicts verdicts = new Verdicts();
        long before = arm.tokens();
        if (arm.threads() == 1) { // a queue would cost more than most scores
            targets.forEach(
                    target -> verdicts.add(Verdicts.of(scorers.get(target.userId()), target)));
        } else {
            OrderedWork.run(
                    targets.iterator(),
                    arm.threads(),
                    target -> Verdicts.of(scorers.get(target.userId()), target),
                    verdicts::add);
        }
        verdicts.spent(arm.tokens() - before);
        return verdicts;
    }

    private static Map<String, Arm.UserScorer> scorers(
            Arm arm, int k, Map<String, List<Preference>> contexts, List<Preference> targets) {
        Map<String, Arm.UserScorer> scorers = new LinkedHashMap<>();
        for (Preference target : targets) {
            scorers.computeIfAbsent(target.userId(), id -> arm.forUser(context(id, k, contexts)));
        }
        return scorers;
    }

    static UserContext context(String user, int k, Map<String, List<Preference>> contexts) {
        List<Preference> past = contexts.getOrDefault(user, List.of());
        return new UserContext(user, past.subList(0, Math.min(k, past.size())));
    }
}
