package org.kindred.reward.scaling;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.kindred.policy.grpo.Judgement;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RatingScale;
import org.kindred.reward.RecentlyUsed;
import org.kindred.reward.RewardModel;
import org.kindred.reward.RewardUnit;
import org.kindred.reward.RubricOutcome;
import org.kindred.reward.UserContext;
import org.kindred.reward.UserPrompt;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.RubricScores;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.chain.SoloWriter;

/**
 * Personalised generative reward model with test-time scaling (arXiv 2602.12116, Eq. 9): m samples
 * in the user's own name, one sample in the name of each of n like-minded users, and their mean.
 * Whether a neighbour's sample is a draw as those of the user is the plan's {@link
 * ScalingPlan.NeighbourSamples}.
 *
 * <p>Around a {@link SoloWriter} a sample is a rubric that is fixed first, and each response is
 * scored alone under it: for rollouts. Around another writer all responses are read together: for
 * pairs. Neighbours are found once for a user and a prompt, and never by the responses.
 */
public final class PGenRm implements RewardModel {
    private static final int KEPT_NEIGHBOURS = 8_192;

    private final ChainWriter writer;
    private final NeighbourSource neighbours;
    private final ScalingPlan plan;
    private final RecentlyUsed<UserPrompt, NeighbourSource.Found> found =
            new RecentlyUsed<>(KEPT_NEIGHBOURS);

    public PGenRm(ChainWriter writer, NeighbourSource neighbours, ScalingPlan plan) {
        this.writer = writer;
        this.neighbours = neighbours;
        this.plan = plan;
    }

    @Override
    public String name() {
        return writer.name() + " " + plan;
    }

    @Override
    public RubricOutcome rubric(UserContext user, String prompt) {
        return rubrics(List.of(new UserPrompt(user, prompt))).get(0);
    }

    /**
     * The user's first own sample that could be written: the rubric under which that sample scores
     * responses. Of the embedded judge it is the expected user, around whom its samples are drawn.
     */
    @Override
    public List<RubricOutcome> rubrics(List<UserPrompt> asked) {
        if (!(writer instanceof SoloWriter solo)) {
            return Collections.nCopies(
                    asked.size(),
                    new RubricOutcome.Failed("writes no rubric before it reads responses", 0));
        }
        List<RubricOutcome> rubrics = new ArrayList<>();
        for (List<RubricOutcome> one : solo.rubrics(asked, samples(0, 1))) {
            rubrics.add(one.get(0));
        }
        for (int sample = 1; sample < plan.individual(); sample++) {
            List<Integer> failed = new ArrayList<>();
            for (int i = 0; i < rubrics.size(); i++) {
                if (rubrics.get(i) instanceof RubricOutcome.Failed) {
                    failed.add(i);
                }
            }
            if (!failed.isEmpty()) {
                Iterator<List<RubricOutcome>> again =
                        solo.rubrics(failed.stream().map(asked::get).toList(), samples(sample, 1))
                                .iterator();
                failed.forEach(i -> rubrics.set(i, again.next().get(0)));
            }
        }
        return rubrics;
    }

    @Override
    public List<ScoreOutcome> score(UserContext user, String prompt, List<String> responses) {
        return judge(user, prompt, responses, RewardUnit.POINTS).outcomes();
    }

    /** Scores with the counts of {@link ScalingCounts}; samples are put together in the unit. */
    @Override
    public Judgement judge(
            UserContext user, String prompt, List<String> responses, RewardUnit unit) {
        ChainRequest request = new ChainRequest(user, prompt, responses);
        if (writer instanceof SoloWriter solo) {
            return alone(solo, request, unit);
        }
        ScaledScores scores = scale(request);
        return new Judgement(
                scores.outcomes().stream()
                        .map(points -> unit.of(points, RatingScale.PLAIN))
                        .toList(),
                ScalingCounts.of(plan, found(request), List.of(scores), scores.tokens()));
    }

    private Judgement alone(SoloWriter solo, ChainRequest request, RewardUnit unit) {
        NeighbourSource.Found found = found(request);
        List<RubricScores> own =
                plan.individual() == 0
                        ? List.of()
                        : solo.scoreAlone(List.of(request), samples(0, plan.individual())).get(0);
        List<RubricScores> theirs =
                found.users().isEmpty()
                        ? List.of()
                        : solo
                                .scoreAlone(
                                        found.users().stream().map(request::by).toList(),
                                        ofNeighbour())
                                .stream()
                                .map(one -> one.get(0))
                                .toList();
        List<ScaledScores> scores = new ArrayList<>();
        for (int i = 0; i < request.responses().size(); i++) {
            Side neighbours = Side.under(theirs, i, unit);
            if (found.failure() != null) {
                neighbours.failed(found.failure());
            }
            scores.add(
                    Aggregation.aggregate(
                            plan, Side.under(own, i, unit), neighbours, 1, found.cellShort()));
        }
        long tokens = tokens(own) + tokens(theirs);
        return new Judgement(
                scores.stream().map(one -> one.outcomes().get(0)).toList(),
                ScalingCounts.of(plan, found, scores, tokens));
    }

    private static long tokens(List<RubricScores> samples) {
        return samples.stream().mapToLong(RubricScores::tokens).sum();
    }

    private Samples samples(int first, int count) {
        return new Samples(first, count, plan.samplingTemperature());
    }

    /** The one sample of each neighbour. */
    private Samples ofNeighbour() {
        return new Samples(0, 1, plan.samplingTemperature(), plan.drawsNeighbours());
    }

    private NeighbourSource.Found found(ChainRequest request) {
        if (plan.prototype() == 0) {
            return new NeighbourSource.Found(List.of(), false);
        }
        UserPrompt asked = new UserPrompt(request.user(), request.prompt());
        NeighbourSource.Found known = found.get(asked);
        if (known != null) {
            return known;
        }
        NeighbourSource.Found fresh = neighbours.find(asked, plan.prototype());
        // nobody may mean that the judge could not be asked, which may pass
        return fresh.users().isEmpty() ? fresh : found.keep(asked, fresh);
    }

    /** Scores of responses that are read together, with their source and cost. */
    public ScaledScores scale(ChainRequest request) {
        return scaleAll(List.of(request)).get(0);
    }

    /**
     * As {@link #scale} for each request. All are asked in step, so that a writer of batches has
     * many to write at once.
     */
    public List<ScaledScores> scaleAll(List<ChainRequest> requests) {
        List<Question> all =
                requests.stream().map(request -> new Question(request, found(request))).toList();
        int larger = plan.individual() > 0 ? plan.individual() : plan.prototype();
        int rounds = Math.max(1, (larger + plan.block() - 1) / plan.block());
        ask(all.stream().filter(this::mayStop).toList(), rounds);
        ask(all.stream().filter(one -> !mayStop(one)).toList(), 1);
        return all.stream().map(this::aggregate).toList();
    }

    private boolean mayStop(Question one) {
        return plan.stopAt() > 0 && one.request.responses().size() == 2;
    }

    /** Asks round by round for those that are not decided yet. */
    private void ask(List<Question> some, int rounds) {
        List<Question> open = new ArrayList<>(some);
        for (int round = 1; round <= rounds && !open.isEmpty(); round++) {
            askOwn(
                    open,
                    plan.individual() * (round - 1) / rounds,
                    plan.individual() * round / rounds);
            askNeighbours(open, round, rounds);
            if (round < rounds) {
                open.removeIf(
                        one -> Aggregation.decided(plan, one.own.totals(), one.theirs.totals()));
            }
        }
    }

    private void askOwn(List<Question> open, int from, int until) {
        if (until > from) {
            Iterator<List<ChainOutcome>> written =
                    writer.writeAll(
                                    open.stream().map(one -> one.request).toList(),
                                    samples(from, until - from))
                            .iterator();
            open.forEach(one -> written.next().forEach(one.own::add));
        }
    }

    private void askNeighbours(List<Question> open, int round, int rounds) {
        List<ChainRequest> asked = new ArrayList<>();
        open.forEach(one -> one.next(round, rounds).forEach(n -> asked.add(one.request.by(n))));
        if (!asked.isEmpty()) {
            Iterator<List<ChainOutcome>> written = writer.writeAll(asked, ofNeighbour()).iterator();
            open.forEach(
                    one ->
                            one.next(round, rounds)
                                    .forEach(n -> written.next().forEach(one.theirs::add)));
        }
    }

    private ScaledScores aggregate(Question one) {
        return Aggregation.aggregate(
                plan, one.own, one.theirs, one.request.responses().size(), one.found.cellShort());
    }

    /** A request with what was said about it so far. */
    private static final class Question {
        private final ChainRequest request;
        private final NeighbourSource.Found found;
        private final Side own = new Side();
        private final Side theirs = new Side();

        Question(ChainRequest request, NeighbourSource.Found found) {
            this.request = request;
            this.found = found;
            if (found.failure() != null) {
                theirs.failed(found.failure());
            }
        }

        /** The neighbours of a round, counted from 1. */
        List<UserContext> next(int round, int rounds) {
            int all = found.users().size();
            return found.users().subList(all * (round - 1) / rounds, all * round / rounds);
        }
    }
}
