package org.kindred.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Checksums;
import org.kindred.datasets.Json;
import org.kindred.eval.results.Results;

/** Mean rewards of each prototype's completions out of the {@code metrics.jsonl} of a training. */
final class LearningCurves {
    private static final String PREFIX = "group/";
    private static final String SUFFIX = "/reward_mean";

    private LearningCurves() {}

    /** One curve a prototype, running mean of {@link Results#CURVE_WINDOW} steps. */
    static List<Results.Curve> read(String policy, Path metrics) {
        Checksums.check(metrics.toAbsolutePath().getParent());
        Map<String, List<List<Double>>> raw = new TreeMap<>();
        try (BufferedReader lines = Files.newBufferedReader(metrics)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode step = Json.mapper().readTree(line);
                for (Map.Entry<String, JsonNode> field : step.properties()) {
                    String name = field.getKey();
                    if (name.startsWith(PREFIX) && name.endsWith(SUFFIX)) {
                        raw.computeIfAbsent(
                                        name.substring(
                                                PREFIX.length(), name.length() - SUFFIX.length()),
                                        group -> new ArrayList<>())
                                .add(
                                        List.of(
                                                step.get("step").asDouble(),
                                                field.getValue().asDouble()));
                    }
                }
            }
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", metrics, e);
        }
        List<Results.Curve> curves = new ArrayList<>();
        raw.forEach((group, points) -> curves.add(new Results.Curve(policy, group, mean(points))));
        return curves;
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
