package org.kindred.reward.baseline;

import java.util.ArrayList;
import java.util.List;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.UserContext;
import org.kindred.reward.chain.ChainCriterion;
import org.kindred.reward.judge.JudgeMode;
import org.kindred.reward.judge.Rubric;
import org.kindred.reward.judge.RubricChainWriter;
import org.kindred.reward.judge.RubricJudge;
import org.kindred.reward.judge.UserPosterior;

/**
 * The embedded judge in the place of the language model of other methods. Persona and checklist
 * hold what can be said in words only: named criteria and weights, none of the unnamed directions.
 */
final class RubricBaseline implements Baseline {
    private static final int CANDIDATES = 4;
    private static final double ESSENTIAL_FROM = 25; // per cent of the rubric
    private static final double IMPORTANT_FROM = 12;
    private static final double MET = 5.5;

    /** What the judge is told about the user. */
    enum Kind {
        PLAIN("plain judge"),
        HISTORY("judge + history"),
        /** arXiv 2506.05598: of several personas the one that repeats most past choices. */
        PERSONA("SynthesizeMe-style static persona"),
        /**
         * arXiv 2601.02986: weights Essential 1, Important 0.7, Optional 0.3; a point is met or
         * not.
         */
        CHECKLIST("P-Check-style checklist");

        private final String label;

        Kind(String label) {
            this.label = label;
        }
    }

    private final RubricJudge judge;
    private final RubricChainWriter writer;
    private final Kind kind;
    private final SeedTree seeds;

    RubricBaseline(RubricJudge judge, Kind kind, SeedTree seeds) {
        this.judge = judge;
        this.writer = new RubricChainWriter(judge, seeds);
        this.kind = kind;
        this.seeds = seeds;
    }

    @Override
    public String name() {
        return kind.label;
    }

    @Override
    public boolean usesHistory() {
        return kind != Kind.PLAIN;
    }

    @Override
    public Scorer forUser(UserContext user) {
        UserPosterior posterior =
                judge.posterior(
                        user, kind == Kind.PLAIN ? JudgeMode.NO_HISTORY : JudgeMode.GAUSSIAN);
        return switch (kind) {
            case PLAIN, HISTORY -> (prompt, response) -> judge.score(posterior, prompt, response);
            case PERSONA -> {
                Rubric persona = persona(user, posterior);
                yield (prompt, response) -> inWords(persona, response);
            }
            case CHECKLIST -> {
                Rubric points = judge.rubric(posterior);
                yield (prompt, response) -> checked(points, response);
            }
        };
    }

    private Rubric persona(UserContext user, UserPosterior posterior) {
        List<Rubric> candidates = new ArrayList<>(List.of(judge.rubric(posterior)));
        for (int i = 1; i < CANDIDATES; i++) {
            candidates.add(judge.drawRubric(posterior, "", seeds.child(user.userId()).child(i)));
        }
        Rubric best = candidates.get(0);
        int most = -1;
        for (Rubric candidate : candidates) {
            int repeated = 0;
            for (Preference past : user.history()) {
                repeated +=
                        inWords(candidate, past.chosenText())
                                        > inWords(candidate, past.rejectedText())
                                ? 1
                                : 0;
            }
            if (repeated > most) {
                most = repeated;
                best = candidate;
            }
        }
        return best;
    }

    /** Weighted mean of the criteria's scores. */
    private double inWords(Rubric rubric, String response) {
        double sum = 0;
        for (ChainCriterion line : writer.chain(rubric, List.of(response)).criteria()) {
            sum += line.weight() * line.scores().get(0) / 100;
        }
        return sum;
    }

    private double checked(Rubric rubric, String response) {
        double sum = 0;
        double weights = 0;
        for (ChainCriterion line : writer.chain(rubric, List.of(response)).criteria()) {
            double weight =
                    line.weight() >= ESSENTIAL_FROM
                            ? 1
                            : line.weight() >= IMPORTANT_FROM ? 0.7 : 0.3;
            weights += weight;
            sum += line.scores().get(0) >= MET ? weight : 0;
        }
        return weights > 0 ? sum / weights : 0;
    }
}
