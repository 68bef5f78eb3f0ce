package org.kindred.pipeline.study;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.commons.statistics.distribution.TDistribution;
import org.jspecify.annotations.Nullable;

/**
 * What the study found: for every arm its own numbers, and paired differences to GRPO.
 *
 * @param options of the study
 * @param rows by population and arm
 */
public record StudyReport(StudyOptions options, List<Row> rows) {
    private static final List<String> METRICS = List.of("worst", "mean", "gap");

    /**
     * One arm in one population, means over the seeds.
     *
     * @param ari adjusted Rand index of the arm's labels and the true groups
     * @param last true utility after the last step: {@code worst}, {@code mean}, {@code gap}, and
     *     {@code utility/<group>}
     * @param area likewise, mean over the measurements: area under the curve
     * @param worstToGrpo final worst group less that of GRPO, by seed
     * @param verdict {@code wins}, {@code ties} or {@code loses}: a t interval of 95 % over paired
     *     seeds above, around or below 0, not adjusted for the number of arms
     */
    public record Row(
            String population,
            String arm,
            double rate,
            double ari,
            Map<String, Double> last,
            Map<String, Double> area,
            Difference worstToGrpo,
            Difference areaToGrpo,
            String verdict) {}

    /** Mean of paired differences, its standard error, and how many seeds. */
    public record Difference(double mean, double error, int seeds) {}

    static StudyReport of(
            StudyOptions options,
            BiFunction<Population, String, @Nullable List<LanguageStudy.Curve>> curves,
            Function<Population, Map<String, Double>> agreements) {
        List<Row> rows = new ArrayList<>();
        for (Population population : options.populations()) {
            List<LanguageStudy.Curve> baseline = curves.apply(population, StudyArm.BASELINE);
            agreements
                    .apply(population)
                    .forEach(
                            (arm, ari) ->
                                    rows.add(
                                            row(
                                                    population,
                                                    arm,
                                                    ari,
                                                    curves.apply(population, arm),
                                                    baseline)));
        }
        return new StudyReport(options, rows);
    }

    private static Row row(
            Population population,
            String arm,
            double ari,
            List<LanguageStudy.Curve> own,
            List<LanguageStudy.Curve> baseline) {
        Map<String, Double> last = new LinkedHashMap<>();
        Map<String, Double> area = new LinkedHashMap<>();
        for (String metric : own.get(0).points().get(0).keySet()) {
            if (METRICS.contains(metric) || metric.startsWith("utility/")) {
                last.put(
                        metric,
                        own.stream().mapToDouble(c -> c.last(metric)).average().orElseThrow());
                area.put(
                        metric,
                        own.stream().mapToDouble(c -> c.area(metric)).average().orElseThrow());
            }
        }
        Difference worst = difference(own, baseline, c -> c.last("worst"));
        return new Row(
                population.spelling(),
                arm,
                own.get(0).rate(),
                ari,
                last,
                area,
                worst,
                difference(own, baseline, c -> c.area("worst")),
                arm.equals(StudyArm.BASELINE) ? "" : verdict(worst));
    }

    private static Difference difference(
            List<LanguageStudy.Curve> own,
            List<LanguageStudy.Curve> baseline,
            Function<LanguageStudy.Curve, Double> value) {
        int seeds = own.size();
        double mean = 0;
        double[] differences = new double[seeds];
        for (int i = 0; i < seeds; i++) {
            differences[i] = value.apply(own.get(i)) - value.apply(baseline.get(i));
            mean += differences[i] / seeds;
        }
        double squares = 0;
        for (double difference : differences) {
            squares += (difference - mean) * (difference - mean);
        }
        return new Difference(mean, Math.sqrt(squares / (seeds - 1) / seeds), seeds);
    }

    private static String verdict(Difference difference) {
        double half =
                TDistribution.of(difference.seeds() - 1).inverseCumulativeProbability(0.975)
                        * difference.error();
        return difference.mean() > half ? "wins" : difference.mean() < -half ? "loses" : "ties";
    }

    /** One table a population. */
    public String markdown() {
        StringBuilder text = new StringBuilder();
        String population = "";
        for (Row row : rows) {
            if (!row.population().equals(population)) {
                population = row.population();
                text.append(text.isEmpty() ? "" : "\n")
                        .append(population)
                        .append(
                                "\n\n| arm | rate | ARI | final by group | worst | gap | mean | area,")
                        .append(" worst | worst - GRPO | area - GRPO | |\n")
                        .append("|---|---|---|---|---|---|---|---|---|---|---|\n");
            }
            StringBuilder groups = new StringBuilder();
            row.last()
                    .forEach(
                            (name, value) -> {
                                if (name.startsWith("utility/")) {
                                    groups.append(groups.isEmpty() ? "" : ", ")
                                            .append(name.substring("utility/".length()))
                                            .append(String.format(Locale.ROOT, " %.3f", value));
                                }
                            });
            text.append(
                    String.format(
                            Locale.ROOT,
                            "| %s | %s | %.2f | %s | %.3f | %.3f | %.3f | %.3f | %+.3f (%.3f) | %+.3f (%.3f) | %s |\n",
                            row.arm(),
                            row.rate(),
                            row.ari(),
                            groups,
                            row.last().get("worst"),
                            row.last().get("gap"),
                            row.last().get("mean"),
                            row.area().get("worst"),
                            row.worstToGrpo().mean(),
                            row.worstToGrpo().error(),
                            row.areaToGrpo().mean(),
                            row.areaToGrpo().error(),
                            row.verdict()));
        }
        return text.toString();
    }
}
