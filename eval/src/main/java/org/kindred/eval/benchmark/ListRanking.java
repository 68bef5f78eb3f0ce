package org.kindred.eval.benchmark;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Task;
import org.kindred.eval.metric.RankedList;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Interval;

/**
 * How high an arm ranks the right candidates of a list, for example the film that a person watched
 * next among films that the person never rated.
 *
 * @param users people with a list
 * @param lists tasks with candidates that carry labels
 * @param hit1 share of lists with a right candidate first; intervals over users
 * @param hit10 likewise among the first ten
 * @param ndcg10 normalised discounted cumulative gain of the first ten
 * @param reciprocalRank mean of 1 / rank of the first right candidate
 */
public record ListRanking(
        String arm,
        int shots,
        int users,
        int lists,
        @JsonProperty("hit_rate_1") Interval hit1,
        @JsonProperty("hit_rate_10") Interval hit10,
        @JsonProperty("ndcg_10") Interval ndcg10,
        @JsonProperty("mean_reciprocal_rank") double reciprocalRank) {

    /** Rows for every arm that can read candidates alone; empty if no task has a labelled list. */
    static List<ListRanking> of(
            List<Task> tasks,
            PreferenceDataset dataset,
            List<Arm> arms,
            RewardBenchmark benchmark,
            Bootstrap bootstrap) {
        List<Task> lists = tasks.stream().filter(ListRanking::hasLabels).toList();
        Map<String, List<Preference>> contexts = RewardBenchmark.fitRows(dataset);
        List<ListRanking> rows = new ArrayList<>();
        for (Arm arm : lists.isEmpty() ? List.<Arm>of() : arms) {
            for (int k : benchmark.shots(arm)) {
                Map<String, List<RankedList>> byUser = new LinkedHashMap<>();
                boolean silent = true;
                for (Task task : lists) {
                    String user = task.userId() == null ? task.id() : task.userId();
                    double[] scores =
                            scores(arm.forUser(RewardBenchmark.context(user, k, contexts)), task);
                    silent &= Arrays.stream(scores).allMatch(Double::isNaN);
                    byUser.computeIfAbsent(user, id -> new ArrayList<>())
                            .add(RankedList.of(scores, labels(task)));
                }
                if (!silent) {
                    rows.add(row(arm.name(), k, byUser, bootstrap));
                }
            }
        }
        return rows;
    }

    private static boolean hasLabels(Task task) {
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
            String arm, int shots, Map<String, List<RankedList>> byUser, Bootstrap bootstrap) {
        List<RankedList> all = byUser.values().stream().flatMap(List::stream).toList();
        return new ListRanking(
                arm,
                shots,
                byUser.size(),
                all.size(),
                interval(byUser, list -> list.hit(1), bootstrap),
                interval(byUser, list -> list.hit(10), bootstrap),
                interval(byUser, list -> list.ndcg(10), bootstrap),
                all.stream().mapToDouble(RankedList::reciprocalRank).average().orElse(Double.NaN));
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
