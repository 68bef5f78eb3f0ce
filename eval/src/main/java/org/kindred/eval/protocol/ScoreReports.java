package org.kindred.eval.protocol;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Preference;
import org.kindred.datasets.Quarantined;
import org.kindred.datasets.Task;
import org.kindred.datasets.source.LampQaResponses;
import org.kindred.eval.metric.PairOutcome;
import org.kindred.eval.metric.PairTally;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Interval;
import org.kindred.eval.table.Table;

/** Counts a file of scores as its protocol says. */
public final class ScoreReports {
    private final Path file;
    private final @Nullable Path responses;
    private final List<Task> tasks;
    private final Map<String, String> userOfPair;
    private final Bootstrap bootstrap;

    /**
     * @param file scores or judge outputs, lines as {@link Protocol#line} says
     * @param data the imported benchmark; null where the protocol needs none
     * @param responses answers to LaMP-QA questions; null if every question has one
     */
    public ScoreReports(
            Path file,
            CanonicalReader.@Nullable Loaded data,
            @Nullable Path responses,
            Bootstrap bootstrap) {
        this.file = file;
        this.responses = responses;
        this.tasks = data == null ? List.of() : data.tasks();
        this.userOfPair = data == null ? Map.of() : targets(data.dataset().preferences());
        this.bootstrap = bootstrap;
    }

    /** The pairs of the published test, or all where the data name none. */
    private static Map<String, String> targets(List<Preference> rows) {
        boolean split = rows.stream().anyMatch(row -> "test".equals(row.split()));
        Map<String, String> users = new LinkedHashMap<>();
        rows.stream()
                .filter(row -> !split || "test".equals(row.split()))
                .forEach(row -> users.put(row.id(), row.userId()));
        return users;
    }

    /**
     * @throws KindredException if no line can be used, or none is about the data
     */
    public ScoreReport of(Protocol protocol) {
        return switch (protocol) {
            case REWARD_BENCH -> rewardBench();
            case REWARD_BENCH_2 -> rewardBench2();
            case LAMP_QA -> lampQa();
            case LAMP_QA_RANKINGS -> rankings();
            case PERSONALIZED_REWARD_BENCH -> pointwise();
            case PERSONALIZED_REWARD_BENCH_JUDGE -> pairwise();
            case PERSONAL_REWARD_BENCH -> bothOrders();
        };
    }

    private ScoreReport rewardBench() {
        ScoreFile<ScoreFile.PairScore> scores = ScoreFile.pairs(file);
        requireSome(
                scores, score -> score.outcome() != PairOutcome.UNSCORED, Protocol.REWARD_BENCH);
        RewardBench result = RewardBench.of(tasks, scores.byId());
        List<List<Object>> sections = new ArrayList<>();
        result.bySection().forEach((name, value) -> sections.add(List.of(name, value)));
        sections.add(List.of("overall", result.overall()));
        return report(
                Protocol.REWARD_BENCH,
                result,
                scores,
                taskIds(),
                List.of(
                        new Table(
                                "sections",
                                "Strict accuracy, subsets weighted by their published sizes; overall is the mean of the sections.",
                                1,
                                List.of("section", "accuracy"),
                                sections),
                        values("subsets", "Strict accuracy by subset.", result.bySubset()),
                        counting(result.pooled(), null, Double.NaN)));
    }

    private ScoreReport rewardBench2() {
        ScoreFile<double[]> scores = ScoreFile.lists(file);
        requireSome(
                scores,
                own -> Arrays.stream(own).anyMatch(Double::isFinite),
                Protocol.REWARD_BENCH_2);
        RewardBench2 result = RewardBench2.of(tasks, scores.byId());
        Map<String, Double> values = new LinkedHashMap<>(result.bySubset());
        values.put("overall", result.overall());
        List<Table> tables = new ArrayList<>();
        tables.add(
                values(
                        "subsets",
                        "Best of four (ties share the point), and the score of Ties; overall is the plain mean. A prompt without all scores counts 0.",
                        values));
        RewardBench2.Ties ties = result.ties();
        if (ties != null) {
            Map<String, Double> parts = new LinkedHashMap<>();
            parts.put("accurate, several right", ties.accurateTied());
            parts.put("accurate, one right", ties.accurateRef());
            parts.put("margin, several right", ties.marginTied());
            parts.put("margin, both", ties.marginBoth());
            parts.put("tanh", ties.tanh());
            tables.add(values("ties", "Parts of Ties.", parts));
        }
        tables.add(
                new Table(
                        "counts",
                        "Coverage.",
                        0,
                        List.of("prompts", "unscored", "coverage"),
                        List.of(
                                List.of(
                                        tasks.size(),
                                        result.unscored(),
                                        1 - result.unscored() / (double) tasks.size()))));
        return report(Protocol.REWARD_BENCH_2, result, scores, taskIds(), tables);
    }

    private ScoreReport lampQa() {
        ScoreFile.AspectFile verdicts = ScoreFile.aspects(file);
        Set<String> answered =
                responses == null
                        ? verdicts.verdicts().stream()
                                .map(ScoreFile.AspectVerdict::id)
                                .collect(Collectors.toSet())
                        : LampQaResponses.read(responses).byQuestion().keySet();
        LampQa result = LampQa.of(tasks, answered, verdicts.verdicts(), bootstrap);
        int questions = result.byQuestion().size();
        double answeredOnly =
                result.byQuestion().entrySet().stream()
                        .filter(entry -> answered.contains(entry.getKey()))
                        .mapToDouble(Map.Entry::getValue)
                        .average()
                        .orElse(Double.NaN);
        Set<String> ids =
                verdicts.verdicts().stream()
                        .map(ScoreFile.AspectVerdict::id)
                        .collect(Collectors.toSet());
        return report(
                Protocol.LAMP_QA,
                result,
                new ScoreFile<>(
                        ids.stream().collect(Collectors.toMap(id -> id, id -> id)),
                        verdicts.quarantined()),
                result.byQuestion().keySet(),
                List.of(
                        new Table(
                                "lamp-qa",
                                "Share of the wanted aspects that answers speak about; a question without an answer and a verdict that cannot be read count 0; 95 % interval over questions.",
                                0,
                                List.of(
                                        "questions",
                                        "score",
                                        "answered only",
                                        "coverage",
                                        "unanswered",
                                        "unread verdicts"),
                                List.of(
                                        List.of(
                                                questions,
                                                result.score(),
                                                answeredOnly,
                                                1 - result.unanswered() / (double) questions,
                                                result.unanswered(),
                                                result.unparsed())))));
    }

    private ScoreReport rankings() {
        ScoreFile<ScoreFile.Ranking> rankings = ScoreFile.rankings(file);
        Map<String, SystemRanking> result =
                SystemRanking.byConfig(rankings.byId().values(), bootstrap);
        List<List<Object>> rows = new ArrayList<>();
        result.forEach(
                (config, ranking) ->
                        rows.add(
                                List.of(
                                        config,
                                        ranking.byQuestion().size(),
                                        ranking.byQuestion().stream()
                                                .filter(rho -> !rho.isNaN())
                                                .count(),
                                        ranking.mean(),
                                        ranking.ofMeans())));
        return report(
                Protocol.LAMP_QA_RANKINGS,
                result,
                rankings,
                rankings.byId().keySet(),
                List.of(
                        new Table(
                                "rankings",
                                "Spearman's rho of systems against the reference; an undefined one counts 0; 95 % intervals over questions.",
                                1,
                                List.of(
                                        "config",
                                        "questions",
                                        "defined",
                                        "mean of questions",
                                        "of mean scores"),
                                rows)));
    }

    private ScoreReport pointwise() {
        ScoreFile<ScoreFile.PairScore> scores = ScoreFile.pairs(file);
        requireSome(
                scores,
                score -> score.outcome() != PairOutcome.UNSCORED,
                Protocol.PERSONALIZED_REWARD_BENCH);
        PersonalizedRewardBench.Pointwise result =
                PersonalizedRewardBench.pointwise(userOfPair.keySet(), scores.byId());
        Map<String, Double> points = new LinkedHashMap<>();
        for (String id : userOfPair.keySet()) {
            ScoreFile.PairScore score = scores.byId().get(id);
            points.put(id, score == null ? 0 : score.outcome().strict());
        }
        return report(
                Protocol.PERSONALIZED_REWARD_BENCH,
                result,
                scores,
                userOfPair.keySet(),
                List.of(
                        counting(result.tally(), overUsers(points), macro(points)),
                        new Table(
                                "scores",
                                "Scores: the gap is that of scored pairs, and the rate has scored pairs alone in its denominator.",
                                0,
                                List.of("mean gap", "rate over scored", "missing", "not finite"),
                                List.of(
                                        List.of(
                                                result.meanGap(),
                                                result.rateOverScored(),
                                                result.missing().size(),
                                                result.nonFinite().size())))));
    }

    private ScoreReport pairwise() {
        ScoreFile<ScoreFile.Verdict> verdicts = ScoreFile.verdicts(file);
        requireSome(
                verdicts,
                verdict -> !verdict.output().isBlank(),
                Protocol.PERSONALIZED_REWARD_BENCH_JUDGE);
        PersonalizedRewardBench.Pairwise result =
                PersonalizedRewardBench.pairwise(userOfPair.keySet(), verdicts.byId());
        Map<String, Double> points = new LinkedHashMap<>();
        for (String id : userOfPair.keySet()) {
            ScoreFile.Verdict verdict = verdicts.byId().get(id);
            points.put(id, verdict != null && verdict.isRight() ? 1.0 : 0.0);
        }
        double read = result.pairs() - result.parseFailures();
        return report(
                Protocol.PERSONALIZED_REWARD_BENCH_JUDGE,
                result,
                verdicts,
                userOfPair.keySet(),
                List.of(
                        new Table(
                                "judge",
                                "Accuracy of the judge: as published an output without a result counts as A; strictly it is wrong; 95 % interval over users.",
                                0,
                                List.of(
                                        "pairs",
                                        "as published",
                                        "strict",
                                        "over read",
                                        "macro",
                                        "coverage",
                                        "parse failures",
                                        "chosen as A",
                                        "chosen as B",
                                        "position bias"),
                                List.of(
                                        List.of(
                                                result.pairs(),
                                                result.accuracy(),
                                                overUsers(points),
                                                result.strict() * result.pairs() / read,
                                                macro(points),
                                                read / result.pairs(),
                                                result.parseFailures(),
                                                result.accuracyFirst(),
                                                result.accuracySecond(),
                                                result.positionBias())))));
    }

    private ScoreReport bothOrders() {
        ScoreFile<ScoreFile.Orders> scores = ScoreFile.orders(file);
        requireSome(
                scores,
                both ->
                        both.chosenFirst().outcome() != PairOutcome.UNSCORED
                                || both.chosenSecond().outcome() != PairOutcome.UNSCORED,
                Protocol.PERSONAL_REWARD_BENCH);
        PersonalRewardBench result = PersonalRewardBench.of(userOfPair, scores.byId(), bootstrap);
        Map<String, Double> points = new LinkedHashMap<>();
        for (String id : userOfPair.keySet()) {
            points.put(id, scores.byId().getOrDefault(id, ScoreFile.Orders.NONE).mean().strict());
        }
        return report(
                Protocol.PERSONAL_REWARD_BENCH,
                result,
                scores,
                userOfPair.keySet(),
                List.of(
                        new Table(
                                "both-orders",
                                "Accuracy over two judgements a pair, ties and missing ones 0; 95 % interval over users.",
                                0,
                                List.of(
                                        "pairs",
                                        "accuracy",
                                        "macro",
                                        "chosen first",
                                        "chosen second",
                                        "position bias",
                                        "position consistency"),
                                List.of(
                                        List.of(
                                                result.tally().pairs(),
                                                result.orders().accuracy(),
                                                result.macro(),
                                                result.orders().chosenFirst(),
                                                result.orders().chosenSecond(),
                                                result.orders().bias(),
                                                result.orders().consistency()))),
                        counting(result.tally(), overUsers(points), macro(points))));
    }

    /** Refuses a file with other field names, which would look like a judge that scores nothing. */
    private <T> void requireSome(ScoreFile<T> scores, Predicate<T> usable, Protocol protocol) {
        if (scores.byId().values().stream().noneMatch(usable)) {
            throw new KindredException(
                    file + ": no line has what is counted; expected lines " + protocol.line());
        }
    }

    private Collection<String> taskIds() {
        return tasks.stream().map(Task::id).toList();
    }

    private ScoreReport report(
            Protocol protocol,
            Object numbers,
            ScoreFile<?> scores,
            Collection<String> known,
            List<Table> tables) {
        Set<String> ids = Set.copyOf(known);
        int matched = (int) scores.byId().keySet().stream().filter(ids::contains).count();
        if (matched == 0) {
            throw new KindredException(
                    file
                            + ": none of its "
                            + scores.byId().size()
                            + " ids is among the "
                            + ids.size()
                            + " of the data; are these the scores of another benchmark?");
        }
        List<Quarantined> setAside = scores.quarantined();
        return new ScoreReport(
                protocol, numbers, tables, setAside, matched, scores.byId().size() - matched);
    }

    /** Every way of counting ties and missing scores. */
    private static Table counting(PairTally tally, @Nullable Interval strict, double macro) {
        List<String> columns =
                new ArrayList<>(
                        List.of(
                                "pairs",
                                "strict",
                                "half tie",
                                "decided only",
                                "coverage",
                                "ties",
                                "unscored"));
        List<Object> row = new ArrayList<>();
        row.add(tally.pairs());
        row.add(strict == null ? (Object) tally.strict() : strict);
        row.addAll(
                List.of(
                        tally.halfTie(),
                        tally.decidedOnly(),
                        tally.coverage(),
                        tally.ties(),
                        tally.unscored()));
        if (strict != null) {
            columns.add("macro");
            row.add(macro);
        }
        return new Table(
                "counts",
                strict == null
                        ? "All pairs alike, by every way of counting ties and missing scores."
                        : "All pairs alike, by every way of counting ties and missing scores; 95 % interval over users.",
                0,
                columns,
                List.of(row));
    }

    private static Table values(String name, String caption, Map<String, Double> values) {
        List<List<Object>> rows = new ArrayList<>();
        values.forEach((key, value) -> rows.add(List.of(key, value)));
        return new Table(name, caption, 1, List.of("what", "value"), rows);
    }

    private Map<String, List<Double>> byUser(Map<String, Double> points) {
        Map<String, List<Double>> users = new LinkedHashMap<>();
        points.forEach(
                (id, point) ->
                        users.computeIfAbsent(userOfPair.get(id), user -> new ArrayList<>())
                                .add(point));
        return users;
    }

    private Interval overUsers(Map<String, Double> points) {
        return bootstrap.mean(byUser(points).values().stream().map(Bootstrap.Cluster::of).toList());
    }

    private double macro(Map<String, Double> points) {
        return byUser(points).values().stream()
                .mapToDouble(own -> Bootstrap.Cluster.of(own).mean())
                .average()
                .orElse(Double.NaN);
    }
}
