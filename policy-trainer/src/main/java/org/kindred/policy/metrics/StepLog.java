package org.kindred.policy.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;

/**
 * A file of JSON lines, one per step: {@code {"step":1,"loss":0.1,...}}. Holds no times or dates,
 * so that the same run gives the same bytes; durations go to a log of their own.
 */
public final class StepLog implements AutoCloseable {
    private final Path file;
    private final OutputStream out;

    private StepLog(Path file, OutputStream out) {
        this.file = file;
        this.out = out;
    }

    /**
     * Opens the log to go on after step {@code lastStep}: lines of later steps, which a run wrote
     * after its last checkpoint, and a line that a crash cut off are removed.
     *
     * @param lastStep 0 to start anew
     */
    public static StepLog openAfter(Path file, long lastStep) {
        try {
            if (Files.exists(file)) {
                String kept = linesUpTo(Files.readString(file), lastStep);
                AtomicFiles.writeText(file, kept);
            } else {
                Files.createDirectories(file.toAbsolutePath().getParent());
            }
            return new StepLog(
                    file,
                    Files.newOutputStream(
                            file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw AtomicFiles.failure("opening the metrics log", file, e);
        }
    }

    private static String linesUpTo(String content, long lastStep) {
        StringBuilder kept = new StringBuilder();
        for (String line : content.lines().toList()) {
            try {
                JsonNode numbers = Json.mapper().readTree(line);
                if (numbers.path("step").asLong(Long.MAX_VALUE) <= lastStep) {
                    kept.append(line).append('\n');
                }
            } catch (JsonProcessingException cutOff) {
                break; // only the last line can be cut, and its step is after the checkpoint
            }
        }
        return kept.toString();
    }

    /** The complete lines of a log, as numbers; none if there is no file. */
    public static List<StepMetrics> read(Path file) {
        List<StepMetrics> steps = new ArrayList<>();
        if (!Files.exists(file)) {
            return steps;
        }
        try {
            for (String line : Files.readString(file).lines().toList()) {
                Map<String, Double> values = new LinkedHashMap<>();
                JsonNode numbers = Json.mapper().readTree(line);
                numbers.properties()
                        .forEach(
                                number ->
                                        values.put(number.getKey(), number.getValue().asDouble()));
                values.remove("step");
                steps.add(new StepMetrics(numbers.path("step").asLong(), values));
            }
            return steps;
        } catch (IOException e) {
            throw AtomicFiles.failure("reading the metrics log", file, e);
        }
    }

    /** Appends a line and hands it to the operating system. */
    public void write(StepMetrics metrics) {
        ObjectNode line = Json.mapper().createObjectNode().put("step", metrics.step());
        metrics.values().forEach(line::put);
        write(line);
    }

    /** Appends any line that has its {@code step}. */
    public void write(ObjectNode line) {
        try {
            out.write((Json.line(line) + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw AtomicFiles.failure("writing the metrics log", file, e);
        }
    }

    /** Brings the file to the disk, so that a checkpoint is never newer than its log. */
    public void sync() {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        } catch (IOException e) {
            throw AtomicFiles.failure("writing the metrics log", file, e);
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw AtomicFiles.failure("closing the metrics log", file, e);
        }
    }
}
