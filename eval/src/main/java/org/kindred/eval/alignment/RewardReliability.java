package org.kindred.eval.alignment;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Interval;
import org.kindred.policy.grpo.ScoreOutcome;

/**
 * Whether the reward says something of what a group wants: by held-out choices, which are known of
 * everybody, and by the truth, which is known of simulated people. A group whose reward is noise
 * learns noise, whatever the estimator.
 *
 * <p>The correlation is of rewards and true utilities within prompts: both are centred by (user,
 * prompt) over the policies' completions, as training compares completions of one prompt only, and
 * counted in the user's own root mean square, so that neither offset nor gain of anybody's scale
 * counts; then {@code sum xy / sqrt(sum xx sum yy)} over the group. Users whose utilities have a
 * root mean square below 0.01 within prompts are left out: to them all completions are alike.
 * Rewards are the judge's totals in points as evaluated, converted by nothing else.
 *
 * @param group of users, or {@link Alignment#ALL}
 * @param users with choices or completions
 * @param choices held-out ones that the judge was asked about
 * @param unscored of them, without two scores: missing from accuracy
 * @param failures why, with how many answers
 * @param accuracy share of scored choices whose chosen answer has the higher total, ties one half;
 *     intervals over users
 * @param completions behind the correlation: with a truth and a score, of prompts with two such or
 *     more
 * @param correlation of reward and truth; NaN where nothing varies within prompts, as with one
 *     policy
 * @param noise whether an interval that is measured does not lie above chance (0.5 of accuracy, 0
 *     of correlation), or rests on fewer than six choices or comparisons within prompts
 * @param sentence what it means
 */
public record RewardReliability(
        String group,
        int users,
        int choices,
        int unscored,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Integer> failures,
        Interval accuracy,
        int completions,
        Interval correlation,
        boolean noise,
        String sentence) {

    private static final double EVEN = 0.5; // accuracy of guessing
    private static final double ROUNDING = 1e-9; // of totals, that rounding alone can leave

    /**
     * Of utilities, about 0 to 1: whose completions differ by less have no better or worse ones.
     */
    private static final double SPREAD = 0.01;

    /** Whoever guesses is right five times of five once in 32, and the bootstrap calls it sure. */
    private static final int FEWEST = 6;

    public RewardReliability {
        failures = // in one order wherever it is written
                failures == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(failures));
    }

    /** What the rewarding judge said of both answers of a choice. */
    public record Choice(String userId, String group, ScoreOutcome chosen, ScoreOutcome rejected) {

        /** 1 if the chosen answer has the higher total, one half for a tie; NaN without two. */
        double right() {
            return chosen instanceof ScoreOutcome.Scored first
                            && rejected instanceof ScoreOutcome.Scored second
                    ? (Math.signum(first.value() - second.value()) + 1) / 2
                    : Double.NaN;
        }
    }

    /** Sums over one user's completions, centred by prompt, in the user's own deviations. */
    private record Moments(int completions, int prompts, double xy, double xx, double yy) {

        /** Of completions by prompt; those of prompts with a single one say nothing. */
        static Moments of(List<Sample> samples) {
            Map<String, List<Sample>> prompts = new TreeMap<>();
            samples.forEach(
                    s -> prompts.computeIfAbsent(s.prompt(), p -> new ArrayList<>()).add(s));
            prompts.values().removeIf(own -> own.size() < 2);
            int n = 0;
            double xy = 0;
            double xx = 0;
            double yy = 0;
            for (List<Sample> own : prompts.values()) {
                double reward = own.stream().mapToDouble(Sample::reward).sum() / own.size();
                double utility = own.stream().mapToDouble(Sample::utility).sum() / own.size();
                for (Sample sample : own) {
                    double x = sample.reward() - reward;
                    double y = sample.utility() - utility;
                    xy += x * y;
                    xx += x * x;
                    yy += y * y;
                }
                n += own.size();
            }
            if (!(deviation(yy, n) >= SPREAD)) {
                return new Moments(0, 0, 0, 0, 0);
            }
            double x = deviation(xx, n);
            double y = deviation(yy, n);
            boolean varies = x > ROUNDING;
            return new Moments(n, prompts.size(), varies ? xy / (x * y) : 0, varies ? n : 0, n);
        }

        private static double deviation(double squares, int n) {
            return Math.sqrt(squares / n);
        }
    }

    /** One user: what is resampled. */
    private record Person(String id, String group, List<Choice> choices, Moments moments) {}

    /**
     * @param samples completions of all policies, scored by the rewarding judge
     * @param choices held-out ones
     * @param draws bootstrap resamples of users
     * @return all groups, then each; empty if neither choices nor completions tell anything
     */
    public static List<RewardReliability> of(
            List<Sample> samples, List<Choice> choices, int draws, SeedTree seeds) {
        Map<String, List<Sample>> known =
                byUser(
                        samples.stream()
                                .filter(s -> Double.isFinite(s.reward()))
                                .filter(s -> Double.isFinite(s.utility()))
                                .toList(),
                        Sample::userId);
        Map<String, List<Choice>> asked = byUser(choices, Choice::userId);
        Set<String> users = new LinkedHashSet<>(asked.keySet());
        users.addAll(known.keySet());
        List<Person> people = new ArrayList<>();
        for (String user : users) {
            List<Sample> completions = known.getOrDefault(user, List.of());
            List<Choice> own = asked.getOrDefault(user, List.of());
            Moments moments = Moments.of(completions);
            if (!own.isEmpty() || moments.completions() > 0) {
                String group = own.isEmpty() ? completions.get(0).group() : own.get(0).group();
                people.add(new Person(user, group, own, moments));
            }
        }
        if (people.isEmpty()) {
            return List.of();
        }
        Bootstrap bootstrap = new Bootstrap(draws, seeds.child("bootstrap"));
        return Slice.of(people, person -> Alignment.ALL, Person::group).stream()
                .map(slice -> row(slice.group(), slice.rows(), bootstrap))
                .toList();
    }

    private static <T> Map<String, List<T>> byUser(List<T> rows, Function<T, String> user) {
        return rows.stream()
                .collect(Collectors.groupingBy(user, TreeMap::new, Collectors.toList()));
    }

    private static RewardReliability row(String group, List<Person> people, Bootstrap bootstrap) {
        List<Choice> choices = people.stream().flatMap(p -> p.choices().stream()).toList();
        int scored = (int) choices.stream().filter(c -> !Double.isNaN(c.right())).count();
        Interval accuracy =
                bootstrap.mean(Bootstrap.clusters(choices, Choice::userId, Choice::right));
        List<Moments> moments =
                people.stream().map(Person::moments).filter(m -> m.completions() > 0).toList();
        int completions = moments.stream().mapToInt(Moments::completions).sum();
        Interval correlation =
                bootstrap.interval(moments.size(), times -> correlation(moments, times));
        Map<String, Integer> failures =
                ScoreOutcome.failures(
                        choices.stream()
                                .flatMap(choice -> Stream.of(choice.chosen(), choice.rejected()))
                                .toList());
        List<String> doubts = new ArrayList<>();
        if (!choices.isEmpty()) {
            doubt(accuracy, EVEN, scored, scored + " choices", doubts);
        }
        if (!Double.isNaN(correlation.mean())) {
            int prompts = moments.stream().mapToInt(Moments::prompts).sum();
            doubt(correlation, 0, completions - prompts, completions + " completions", doubts);
        }
        List<String> found = new ArrayList<>();
        if (scored > 0) {
            found.add(
                    String.format(
                            Locale.ROOT,
                            "predicts %s of %d held-out choices",
                            told(accuracy),
                            scored));
        }
        if (scored < choices.size()) {
            found.add(
                    String.format(
                            Locale.ROOT,
                            "has no scores of %d of %d held-out choices %s",
                            choices.size() - scored,
                            choices.size(),
                            failures));
        }
        if (!Double.isNaN(correlation.mean())) {
            found.add(
                    String.format(
                            Locale.ROOT,
                            "correlates with the truth by %s on %d completions, within prompts",
                            told(correlation),
                            completions));
        }
        String verdict =
                found.isEmpty()
                        ? "nothing can be told, since the judge has one total for all completions of a prompt"
                        : doubts.isEmpty() ? "it is more than noise" : String.join(" and ", doubts);
        String where = Slice.words(Alignment.ALL, group);
        return new RewardReliability(
                group,
                people.size(),
                choices.size(),
                choices.size() - scored,
                failures,
                accuracy,
                completions,
                correlation,
                !doubts.isEmpty(),
                (where.isEmpty() ? "The reward" : "In " + where + ", the reward")
                        + (found.isEmpty() ? "" : " " + String.join(", ", found))
                        + ": "
                        + verdict
                        + ".");
    }

    /** NaN if rewards or utilities do not vary within any prompt. */
    private static double correlation(List<Moments> moments, int[] times) {
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < times.length; i++) {
            xy += times[i] * moments.get(i).xy();
            xx += times[i] * moments.get(i).xx();
            yy += times[i] * moments.get(i).yy();
        }
        return xy / Math.sqrt(xx * yy);
    }

    private static void doubt(
            Interval found, double chance, int pieces, String on, List<String> doubts) {
        if (pieces >= FEWEST && found.high() < chance) {
            doubts.add("worse than noise on " + on);
        } else if (pieces < FEWEST || !(found.low() > chance)) {
            doubts.add("not distinguishable from noise on " + on);
        }
    }

    private static String told(Interval found) {
        return Double.isFinite(found.low())
                ? String.format(
                        Locale.ROOT,
                        "%.3f (95 %% interval %.3f to %.3f)",
                        found.mean(),
                        found.low(),
                        found.high())
                : String.format(
                        Locale.ROOT, "%.3f (of too few users for an interval)", found.mean());
    }

    /** Whether so many users stand behind it that it is about a group and not about persons. */
    public boolean isShown(int leastUsers) {
        return group.equals(Alignment.ALL) || users >= leastUsers;
    }
}
