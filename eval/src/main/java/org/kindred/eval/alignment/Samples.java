package org.kindred.eval.alignment;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Checksums;
import org.kindred.datasets.Json;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.eval.metric.ResultJson;

/** {@code eval/samples.jsonl}: every evaluated completion. */
public final class Samples {
    /** Where a run keeps them. */
    public static final String FILE = "eval/samples.jsonl";

    private Samples() {}

    /** By which samples name the prompt of a row. */
    public static String promptId(Preference row) {
        return row.userId() + "/" + row.id();
    }

    /** Texts of the prompts, by the ids that samples name them by. */
    public static Map<String, String> promptTexts(PreferenceDataset dataset) {
        Map<String, String> texts = new LinkedHashMap<>();
        dataset.preferences().forEach(row -> texts.putIfAbsent(promptId(row), row.promptText()));
        return texts;
    }

    public static void write(Path file, List<Sample> samples) {
        AtomicFiles.write(
                file,
                out -> {
                    for (Sample sample : samples) {
                        out.write((Json.line(sample) + "\n").getBytes(StandardCharsets.UTF_8));
                    }
                });
    }

    public static List<Sample> read(Path file) {
        Checksums.check(file.toAbsolutePath().getParent());
        List<Sample> samples = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                samples.add(ResultJson.read(line.getBytes(StandardCharsets.UTF_8), Sample.class));
            }
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", file, e);
        }
        return samples;
    }
}
