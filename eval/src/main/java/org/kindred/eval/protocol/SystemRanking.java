package org.kindred.eval.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.eval.metric.RankCorrelation;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Interval;

/**
 * Does a reward model rank systems as the reference does: Spearman's rho for each question, and
 * once for the systems' mean scores. The second is what papers print; with six systems it moves in
 * steps of 0.057 at least, so its interval over questions is given too.
 *
 * @param byQuestion rho of each question; NaN for a constant list
 * @param mean of the questions, undefined counted 0
 * @param ofMeans rho of the systems' mean scores; an interval by resampling questions
 */
public record SystemRanking(
        @JsonProperty("per_question_spearman") List<Double> byQuestion,
        @JsonProperty("mean_per_question_undefined_as_0") Interval mean,
        @JsonProperty("spearman_of_mean_scores") Interval ofMeans) {

    /** By configuration of the data set, in the order of the file. */
    public static Map<String, SystemRanking> byConfig(
            Collection<ScoreFile.Ranking> rankings, Bootstrap bootstrap) {
        Map<String, List<ScoreFile.Ranking>> configs = new LinkedHashMap<>();
        rankings.forEach(
                r -> configs.computeIfAbsent(r.config(), name -> new ArrayList<>()).add(r));
        Map<String, SystemRanking> result = new LinkedHashMap<>();
        configs.forEach((config, own) -> result.put(config, of(own, bootstrap)));
        return result;
    }

    private static SystemRanking of(List<ScoreFile.Ranking> questions, Bootstrap bootstrap) {
        List<Double> rhos = new ArrayList<>();
        List<Bootstrap.Cluster> clusters = new ArrayList<>();
        for (ScoreFile.Ranking question : questions) {
            double rho = rho(question.reference(), question.reward());
            rhos.add(rho);
            clusters.add(new Bootstrap.Cluster(Double.isNaN(rho) ? 0 : rho, 1));
        }
        int systems = questions.get(0).reference().length;
        boolean alike = questions.stream().allMatch(q -> q.reference().length == systems);
        Interval ofMeans =
                alike
                        ? bootstrap.interval(
                                questions.size(), times -> ofMeans(questions, times, systems))
                        : new Interval(Double.NaN, Double.NaN, Double.NaN, questions.size());
        return new SystemRanking(rhos, bootstrap.mean(clusters), ofMeans);
    }

    private static double ofMeans(List<ScoreFile.Ranking> questions, int[] times, int systems) {
        double[] reference = new double[systems];
        double[] reward = new double[systems];
        for (int q = 0; q < times.length; q++) {
            for (int s = 0; s < systems; s++) {
                reference[s] += times[q] * questions.get(q).reference()[s];
                reward[s] += times[q] * questions.get(q).reward()[s];
            }
        }
        return rho(reference, reward); // sums rank as means do
    }

    /** A missing score leaves the question without a rho. */
    private static double rho(double[] reference, double[] reward) {
        for (int i = 0; i < reference.length; i++) {
            if (Double.isNaN(reference[i]) || Double.isNaN(reward[i])) {
                return Double.NaN;
            }
        }
        return RankCorrelation.spearman(reference, reward);
    }
}
