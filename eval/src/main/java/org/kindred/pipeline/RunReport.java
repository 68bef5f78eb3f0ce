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
import org.kindred.datasets.Checksums;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.simulation.SimulatedPopulation;
import org.kindred.eval.alignment.Sample;
import org.kindred.eval.alignment.Samples;
import org.kindred.eval.report.Report;
import org.kindred.eval.report.ReportTexts;
import org.kindred.eval.results.Results;
import org.kindred.options.OptionLayer;

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
        Texts texts = finished ? texts(run) : new Texts(List.of(), "");
        boolean checked = Checksums.drop(file);
        new Report(results, texts.examples(), texts.withheld(), refreshSeconds).write(file);
        if (checked) {
            Checksums.add(file);
        }
        return file;
    }

    /**
     * @param withheld why there are none; blank if they are here, or were never there
     */
    private record Texts(List<Report.Example> examples, String withheld) {}

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

    /** Prompts and completions, if the run's options have them shown. */
    private static Texts texts(Path run) {
        if (!Files.exists(run.resolve(Samples.FILE)) || !Files.isDirectory(run.resolve("data"))) {
            return new Texts(List.of(), "");
        }
        Checksums.check(run.resolve("data"));
        PreferenceDataset dataset = CanonicalReader.read(run.resolve("data")).dataset();
        ReportTexts wanted = wanted(run.resolve(RunFolder.CONFIG));
        return wanted.shown(SimulatedPopulation.isSource(dataset))
                ? new Texts(examples(run, dataset), "")
                : new Texts(List.of(), wanted.notice(ReportStage.TEXTS));
    }

    /** As the run's options say; of runs before this was one of them, the default. */
    private static ReportTexts wanted(Path config) {
        ReportTexts usual = RecipeOptions.defaults().evaluation().reportTexts();
        return Files.exists(config)
                ? ReportTexts.parse(
                        OptionLayer.file(config)
                                .values()
                                .at("/" + ReportStage.TEXTS.replace('.', '/'))
                                .asText(usual.spelling()))
                : usual;
    }

    private static List<Report.Example> examples(Path run, PreferenceDataset dataset) {
        Map<String, String> promptTexts = Samples.promptTexts(dataset);
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
