package org.kindred.policy.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;

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
     * after its last checkpoint, and a line that a crash cut off are removed. So are damaged lines
     * before it, with a warning.
     *
     * @param lastStep 0 to start anew
     * @param warnings hears which lines were lost
     */
    public static StepLog openAfter(Path file, long lastStep, Consumer<String> warnings) {
        try {
            if (Files.exists(file)) {
                AtomicFiles.writeText(file, linesUpTo(file, lastStep, warnings));
            } else {
                AtomicFiles.createFolders(file.toAbsolutePath().getParent());
            }
            return new StepLog(
                    file,
                    Channels.newOutputStream(
                            AtomicFiles.open(
                                    file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)));
        } catch (IOException e) {
            throw AtomicFiles.failure("opening the metrics log", file, e);
        }
    }

    private static String linesUpTo(Path file, long lastStep, Consumer<String> warnings)
            throws IOException {
        StringBuilder kept = new StringBuilder();
        List<Integer> damaged = new ArrayList<>();
        for (Line line : lines(file)) {
            if (line.object() == null) {
                if (!line.cutOff()) {
                    damaged.add(line.number());
                }
            } else if (line.object().path("step").asLong() <= lastStep) {
                kept.append(line.text()).append('\n');
            }
        }
        if (lastStep > 0 && !damaged.isEmpty()) {
            warnings.accept(
                    file
                            + ": damaged lines were removed, their steps are missing from it: "
                            + damaged);
        }
        return kept.toString();
    }

    /**
     * @param object null for a damaged line
     * @param cutOff whether it is the last one, damaged for want of its end, as a crash leaves it
     */
    private record Line(int number, String text, @Nullable JsonNode object, boolean cutOff) {}

    /** Bytes that are no UTF-8 damage their own line alone. */
    private static List<Line> lines(Path file) throws IOException {
        String content = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        List<String> texts = content.lines().toList();
        List<Line> lines = new ArrayList<>();
        for (String text : texts) {
            int number = lines.size() + 1;
            JsonNode object = object(text);
            boolean last = number == texts.size() && !content.endsWith("\n");
            lines.add(new Line(number, text, object, last && object == null));
        }
        return lines;
    }

    private static @Nullable JsonNode object(String line) {
        try {
            JsonNode read = Json.mapper().readTree(line);
            return read.path("step").isIntegralNumber() ? read : null;
        } catch (JsonProcessingException damaged) {
            return null;
        }
    }

    /**
     * The complete lines of a log, as numbers; none if there is no file.
     *
     * @throws KindredException if a line is damaged, other than by being cut off at the end
     */
    public static List<StepMetrics> read(Path file) {
        List<StepMetrics> steps = new ArrayList<>();
        if (!Files.exists(file)) {
            return steps;
        }
        try {
            for (Line line : lines(file)) {
                JsonNode numbers = line.object();
                if (line.cutOff()) {
                    return steps;
                }
                if (numbers == null) {
                    throw new KindredException(
                            file
                                    + " line "
                                    + line.number()
                                    + " is damaged: expected an object with a step; restore the file,"
                                    + " or remove that line and do without its step");
                }
                Map<String, Double> values = new LinkedHashMap<>();
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
