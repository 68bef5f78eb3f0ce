package org.kindred.eval.benchmark;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Task;
import org.kindred.datasets.User;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.metric.RankedList;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Interval;

/**
 * How high an arm ranks the right candidates of a list, for example the film that a person watched
 * next among films that the person never rated.
 *
 * @param arm way to score candidates, or a policy that names them in order
 * @param shots past choices that it is shown, or past items of a policy's prompt
 * @param group of users, or {@link Alignment#ALL}
 * @param users people with a list
 * @param lists tasks with candidates that carry labels
 * @param hit1 share of lists with a right candidate first; intervals over users
 * @param hit5 likewise among the first five
 * @param hit10 likewise among the first ten
 * @param ndcg10 normalised discounted cumulative gain of the first ten
 * @param reciprocalRank mean of 1 / rank of the first right candidate
 */
public record ListRanking(
        String arm,
        int shots,
        String group,
        int users,
        int lists,
        @JsonProperty("hit_rate_1") Interval hit1,
        @JsonProperty("hit_rate_5") Interval hit5,
        @JsonProperty("hit_rate_10") Interval hit10,
        @JsonProperty("ndcg_10") Interval ndcg10,
        @JsonProperty("mean_reciprocal_rank") double reciprocalRank) {

    /**
     * One list as ranked.
     *
     * @param group {@link Alignment#ALL} for none
     */
    public record Ranked(String userId, String group, RankedList list) {}

    /** Rows for every arm that can read candidates alone; empty if no task has a labelled list. */
    static List<ListRanking> of(
            List<Task> tasks,
            PreferenceDataset dataset,
            List<Arm> arms,
            RewardBenchmark benchmark,
            int least,
            Bootstrap bootstrap) {
        List<Task> lists = tasks.stream().filter(ListRanking::hasLabels).toList();
        Map<String, List<Preference>> contexts = RewardBenchmark.fitRows(dataset);
        Map<String, User> users = dataset.usersById();
        List<ListRanking> rows = new ArrayList<>();
        for (Arm arm : lists.isEmpty() ? List.<Arm>of() : arms) {
            for (int k : benchmark.shots(arm)) {
                List<Ranked> ranked = new ArrayList<>();
                boolean silent = true;
                for (Task task : lists) {
                    String user = task.userId();
                    double[] scores =
                            scores(arm.forUser(RewardBenchmark.context(user, k, contexts)), task);
                    silent &= Arrays.stream(scores).allMatch(Double::isNaN);
                    ranked.add(
                            new Ranked(
                                    user,
                                    group(task, users.get(user)),
                                    RankedList.of(scores, labels(task))));
                }
                if (!silent) {
                    rows.addAll(rows(arm.name(), k, ranked, least, bootstrap));
                }
            }
        }
        return rows;
    }

    /**
     * A row for all users, then one for each group.
     *
     * @param least users that a group needs
     */
    public static List<ListRanking> rows(
            String arm, int shots, List<Ranked> lists, int least, Bootstrap bootstrap) {
        Map<String, List<Ranked>> groups = new TreeMap<>();
        lists.stream()
                .filter(one -> !one.group().equals(Alignment.ALL))
                .forEach(
                        one ->
                                groups.computeIfAbsent(one.group(), name -> new ArrayList<>())
                                        .add(one));
        groups.values()
                .removeIf(own -> own.stream().map(Ranked::userId).distinct().count() < least);
        List<ListRanking> rows = new ArrayList<>();
        rows.add(row(arm, shots, Alignment.ALL, lists, bootstrap));
        groups.forEach((group, own) -> rows.add(row(arm, shots, group, own, bootstrap)));
        return rows;
    }

    private static String group(Task task, @Nullable User user) {
        String label = task.group() != null ? task.group() : user == null ? null : user.group();
        return label == null ? Alignment.ALL : label;
    }

    /** Whether a task is a user's list with a label for each candidate, one of them positive. */
    public static boolean hasLabels(Task task) {
        return task.userId() != null
                && task.candidates() != null
                && task.candidates().size() > 1
                && task.candidates().stream().allMatch(c -> c.label() != null)
                && task.candidates().stream().anyMatch(c -> c.label() > 0);
    }

    private static double[] labels(Task task) {
        return task.candidates().stream().mapToDouble(Task.Candidate::label).toArray();
    }

    private static double[] scores(Arm.UserScorer scorer, Task task) {
        String prompt = Message.text(task.prompt());
        return task.candidates().stream()
                .mapToDouble(candidate -> scorer.alone(prompt, candidate))
                .toArray();
    }

    private static ListRanking row(
            String arm, int shots, String group, List<Ranked> lists, Bootstrap bootstrap) {
        Map<String, List<RankedList>> byUser = new LinkedHashMap<>();
        lists.forEach(
                one ->
                        byUser.computeIfAbsent(one.userId(), id -> new ArrayList<>())
                                .add(one.list()));
        return new ListRanking(
                arm,
                shots,
                group,
                byUser.size(),
                lists.size(),
                interval(byUser, list -> list.hit(1), bootstrap),
                interval(byUser, list -> list.hit(5), bootstrap),
                interval(byUser, list -> list.hit(10), bootstrap),
                interval(byUser, list -> list.ndcg(10), bootstrap),
                lists.stream()
                        .mapToDouble(one -> one.list().reciprocalRank())
                        .average()
                        .orElse(Double.NaN));
    }

    private static Interval interval(
            Map<String, List<RankedList>> byUser,
            ToDoubleFunction<RankedList> measure,
            Bootstrap bootstrap) {
        return bootstrap.mean(
                byUser.values().stream()
                        .map(
                                lists ->
                                        new Bootstrap.Cluster(
                                                lists.stream().mapToDouble(measure).sum(),
                                                lists.size()))
                        .toList());
    }
}
