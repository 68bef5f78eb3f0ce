package org.kindred.pipeline;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.KindredException;
import org.kindred.eval.alignment.Sample;
import org.kindred.eval.alignment.Samples;
import org.kindred.eval.report.Report;
import org.kindred.eval.results.Results;

/** Makes the report of results again, beside them; of a run, from its files, at any time. */
public final class RunReport {
    private RunReport() {}

    /**
     * @return the file written
     */
    public static Path write(Path run) {
        return write(run, 0);
    }

    /**
     * @param refreshSeconds after which the page loads itself again; 0 for never
     */
    public static Path write(Path run, int refreshSeconds) {
        boolean finished = isFinished(run);
        Results results = finished ? Results.read(run) : soFar(run);
        Path file =
                finished
                        ? Results.find(run).resolveSibling("report.html")
                        : run.resolve("eval/report.html");
        new Report(results, finished ? examples(run) : List.of(), refreshSeconds).write(file);
        return file;
    }

    /** True once there are results; of a run, once its policies were evaluated. */
    public static boolean isFinished(Path run) {
        return Files.exists(Results.find(run));
    }

    /** The learning curves of a run that is going on. */
    private static Results soFar(Path run) {
        List<Results.Curve> curves = new ArrayList<>();
        List<String> policies = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(run.resolve("policy"))) {
            for (Path folder : folders) {
                Path metrics = folder.resolve("metrics.jsonl");
                if (Files.exists(metrics)) {
                    String policy = String.valueOf(folder.getFileName()).replace('-', '_');
                    policies.add(policy);
                    curves.addAll(LearningCurves.read(policy, metrics));
                }
            }
        } catch (IOException e) {
            throw new KindredException(
                    run + " holds no policies yet: nothing can be reported; is it a run?", e);
        }
        Collections.sort(policies);
        curves.sort(Comparator.comparing(Results.Curve::policy));
        return Results.builder(Results.Kind.RUN)
                .note("The run is going on: nothing has been evaluated yet.")
                .policies(policies)
                .curves(curves)
                .build();
    }

    private static List<Report.Example> examples(Path run) {
        if (!Files.exists(run.resolve(Samples.FILE)) || !Files.isDirectory(run.resolve("data"))) {
            return List.of();
        }
        Map<String, String> promptTexts =
                Samples.promptTexts(CanonicalReader.read(run.resolve("data")).dataset());
        Map<String, List<Sample>> byPrompt = new LinkedHashMap<>();
        for (Sample sample : Samples.read(run.resolve(Samples.FILE))) {
            byPrompt.computeIfAbsent(sample.prompt(), id -> new ArrayList<>()).add(sample);
        }
        List<Report.Example> examples = new ArrayList<>();
        byPrompt.forEach(
                (id, samples) ->
                        examples.add(
                                new Report.Example(
                                        samples.get(0).group(),
                                        promptTexts.getOrDefault(id, id),
                                        samples)));
        return examples;
    }
}
