package org.kindred.eval.pipeline;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Preference;
import org.kindred.eval.Results;
import org.kindred.eval.alignment.Sample;
import org.kindred.eval.report.Report;

/**
 * Makes {@code eval/report.html} from the files of a run, so that it can be made again at any time.
 */
public final class RunReport {
    private RunReport() {}

    /**
     * @return the file written
     */
    public static Path write(Path run) {
        Results results = Results.read(run.resolve("eval/results.json"));
        Map<String, Path> metrics = new LinkedHashMap<>();
        for (String policy : results.policies()) {
            Path file =
                    run.resolve("policy")
                            .resolve(Pipeline.folderName(policy))
                            .resolve("metrics.jsonl");
            if (Files.exists(file) && !policy.equals(Pipeline.SFT)) {
                metrics.put(policy, file);
            }
        }
        Path file = run.resolve("eval/report.html");
        new Report(results, "kindred run --seed " + results.seed(), metrics, examples(run))
                .write(file);
        return file;
    }

    private static List<Report.Example> examples(Path run) {
        Map<String, String> promptTexts = new LinkedHashMap<>();
        for (Preference row : CanonicalReader.read(run.resolve("data")).dataset().preferences()) {
            promptTexts.putIfAbsent(EvaluationPrompt.id(row), row.promptText());
        }
        Map<String, List<Sample>> byPrompt = new LinkedHashMap<>();
        for (Sample sample : Samples.read(run.resolve("eval/samples.jsonl"))) {
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
