package org.kindred.reward.prototype;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.kindred.reward.UserContext;
import org.kindred.reward.judge.JudgeMode;
import org.kindred.reward.judge.RubricJudge;
import org.kindred.reward.judge.UserPosterior;

/**
 * Describes a user for clustering, from the history alone, so that training users and new ones are
 * described alike.
 *
 * @param kind which blocks
 * @param weightScale factor on the block of weights
 * @param textScale factor on the block of the persona's embedding
 */
record TasteFeatures(
        RubricJudge judge, PrototypeOptions.Features kind, double weightScale, double textScale) {

    static TasteFeatures fit(
            RubricJudge judge, Collection<UserContext> users, PrototypeOptions.Features kind) {
        TasteFeatures raw = new TasteFeatures(judge, kind, 1, 1);
        if (kind != PrototypeOptions.Features.BOTH) {
            return raw;
        }
        List<double[]> weights = new ArrayList<>();
        List<double[]> texts = new ArrayList<>();
        for (UserContext user : users) {
            UserPosterior posterior = judge.posterior(user, JudgeMode.GAUSSIAN);
            weights.add(judge.profile(posterior.mean()));
            texts.add(raw.text(posterior));
        }
        return new TasteFeatures(judge, kind, unitSpread(weights), unitSpread(texts));
    }

    /** The place on the axes that the history alone shows. */
    static Function<UserContext, double[]> placeBy(RubricJudge judge) {
        return user -> judge.posterior(user, JudgeMode.GAUSSIAN).mean();
    }

    double[] of(UserContext user) {
        UserPosterior posterior = judge.posterior(user, JudgeMode.GAUSSIAN);
        return switch (kind) {
            case WEIGHTS -> judge.profile(posterior.mean());
            case PERSONA_TEXT -> text(posterior);
            case BOTH -> {
                double[] weights = judge.profile(posterior.mean());
                double[] text = text(posterior);
                double[] both = new double[weights.length + text.length];
                for (int i = 0; i < weights.length; i++) {
                    both[i] = weightScale * weights[i];
                }
                for (int i = 0; i < text.length; i++) {
                    both[weights.length + i] = textScale * text[i];
                }
                yield both;
            }
        };
    }

    private double[] text(UserPosterior posterior) {
        float[] vector = judge.embedder().embed(judge.rubric(posterior).persona());
        double[] text = new double[vector.length];
        for (int i = 0; i < text.length; i++) {
            text[i] = vector[i];
        }
        return text;
    }

    /** Factor that makes the mean square distance from the mean 1. */
    private static double unitSpread(List<double[]> points) {
        double[] mean = new double[points.get(0).length];
        for (double[] point : points) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += point[i] / points.size();
            }
        }
        double spread = 0;
        for (double[] point : points) {
            spread += PrototypeSpace.squaredDistance(point, mean) / points.size();
        }
        return spread > 0 ? 1 / Math.sqrt(spread) : 1;
    }
}
