package org.kindred.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.Checksums;
import org.kindred.eval.results.Results;
import org.kindred.policy.metrics.StepLog;
import org.kindred.policy.metrics.StepMetrics;

/** Mean rewards of each prototype's completions out of the {@code metrics.jsonl} of a training. */
final class LearningCurves {
    private static final String PREFIX = "group/";
    private static final String SUFFIX = "/reward_mean";

    private LearningCurves() {}

    /** One curve a prototype, running mean of {@link Results#CURVE_WINDOW} steps. */
    static List<Results.Curve> read(String policy, Path metrics) {
        Checksums.check(metrics.toAbsolutePath().getParent());
        Map<String, List<List<Double>>> raw = new TreeMap<>();
        for (StepMetrics step : StepLog.read(metrics)) {
            step.values()
                    .forEach(
                            (name, value) -> {
                                if (name.startsWith(PREFIX) && name.endsWith(SUFFIX)) {
                                    raw.computeIfAbsent(group(name), group -> new ArrayList<>())
                                            .add(List.of((double) step.step(), value));
                                }
                            });
        }
        List<Results.Curve> curves = new ArrayList<>();
        raw.forEach((group, points) -> curves.add(new Results.Curve(policy, group, mean(points))));
        return curves;
    }

    private static String group(String name) {
        return name.substring(PREFIX.length(), name.length() - SUFFIX.length());
    }

    private static List<List<Double>> mean(List<List<Double>> points) {
        List<List<Double>> smooth = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            int first = Math.max(0, i - Results.CURVE_WINDOW + 1);
            double mean =
                    points.subList(first, i + 1).stream()
                            .mapToDouble(point -> point.get(1))
                            .average()
                            .orElseThrow();
            smooth.add(List.of(points.get(i).get(0), mean));
        }
        return smooth;
    }
}
