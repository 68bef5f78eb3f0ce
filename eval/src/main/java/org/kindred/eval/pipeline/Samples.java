package org.kindred.eval.pipeline;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.eval.ResultJson;
import org.kindred.eval.alignment.Sample;

/** {@code eval/samples.jsonl}: every evaluated completion. */
final class Samples {
    private Samples() {}

    static void write(Path file, List<Sample> samples) {
        AtomicFiles.write(
                file,
                out -> {
                    for (Sample sample : samples) {
                        out.write((Json.line(sample) + "\n").getBytes(StandardCharsets.UTF_8));
                    }
                });
    }

    static List<Sample> read(Path file) {
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
