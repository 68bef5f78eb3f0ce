package org.kindred.reward.application;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.scoring.ScoringModel;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RewardModel;
import org.kindred.reward.UserContext;

/**
 * Scores answers in the name of one user, from 1 to 10, so that an application shows the one that
 * this user would choose: the segments are candidate answers, the query is what was asked. The
 * reward model is in this process, or behind {@code kindred serve}.
 *
 * <p>A failure is no low score: an answer without one stops the call, unless the application says
 * what it counts as, {@link #withStandIn}. Safe for as many threads as the reward model is.
 */
public final class KindredScoringModel implements ScoringModel {

    /** One outcome an answer, in order. */
    @FunctionalInterface
    interface Scores {
        List<ScoreOutcome> of(String query, List<String> answers);
    }

    private final Scores scores;
    private final @Nullable Double standIn;

    KindredScoringModel(Scores scores, @Nullable Double standIn) {
        this.scores = scores;
        this.standIn = standIn;
    }

    /** A reward model in this process. */
    public static KindredScoringModel of(RewardModel model, UserContext user) {
        return new KindredScoringModel((query, answers) -> model.score(user, query, answers), null);
    }

    /**
     * The reward model of {@code kindred serve}; route {@code /v1/score}.
     *
     * @param service for example {@code http://localhost:8400}
     * @param token null for a service without one
     * @param timeout of a call with all that is tried again while the service is busy
     */
    public static KindredScoringModel of(
            URI service, String userId, @Nullable String token, Duration timeout) {
        return new KindredScoringModel(new ServedScores(service, userId, token, timeout), null);
    }

    /**
     * The same, where an answer that has no score counts as one that has this.
     *
     * @param score for example 0, below every score
     */
    public KindredScoringModel withStandIn(double score) {
        return new KindredScoringModel(scores, score);
    }

    /**
     * @throws KindredException if an answer has no score and nothing stands in, with counts by
     *     reason
     */
    @Override
    public Response<List<Double>> scoreAll(List<TextSegment> segments, String query) {
        if (segments.isEmpty()) {
            return Response.from(List.of());
        }
        List<ScoreOutcome> outcomes =
                scores.of(query, segments.stream().map(TextSegment::text).toList());
        Map<String, Integer> reasons = new TreeMap<>();
        List<Double> values = new ArrayList<>();
        for (ScoreOutcome outcome : outcomes) {
            if (outcome instanceof ScoreOutcome.Scored scored) {
                values.add(scored.value());
            } else {
                reasons.merge(reason(outcome), 1, Integer::sum);
                values.add(standIn);
            }
        }
        if (standIn == null && !reasons.isEmpty()) {
            throw new KindredException(
                    "of "
                            + segments.size()
                            + " answers some have no score "
                            + reasons
                            + ": show them unranked, or say with withStandIn what they count as");
        }
        return Response.from(values);
    }

    /** Places of the segments, the best first; equal ones in their order. */
    public List<Integer> ranking(List<TextSegment> segments, String query) {
        List<Double> values = scoreAll(segments, query).content();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            places.add(i);
        }
        places.sort(Comparator.comparingDouble(place -> -values.get(place)));
        return places;
    }

    private static String reason(ScoreOutcome outcome) {
        return outcome instanceof ScoreOutcome.Abstained abstained
                ? abstained.reason()
                : ((ScoreOutcome.Failed) outcome).reason();
    }
}
