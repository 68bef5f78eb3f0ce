package org.kindred.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.kindred.policy.checkpoint.HuggingFaceFixtures;

/** Reference numbers of TRL and how to read them; see {@link HuggingFaceFixtures}. */
public final class Fixtures {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Fixtures() {}

    /** Files {@code grpo/<prefix>*.json} in ascending order. */
    public static List<Path> grpo(String prefix) {
        Path folder = HuggingFaceFixtures.root().resolve("grpo");
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().matches(prefix + ".*\\.json"))
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Model folders. */
    public static List<Path> models() {
        return HuggingFaceFixtures.folders("models");
    }

    /** The folder of one model. */
    public static Path model(String name) {
        return HuggingFaceFixtures.root().resolve("models").resolve(name);
    }

    public static JsonNode json(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Numbers of an array; null becomes NaN. */
    public static double[] doubles(JsonNode array) {
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).isNull() ? Double.NaN : array.get(i).asDouble();
        }
        return values;
    }

    public static double[][] matrix(JsonNode arrays) {
        double[][] values = new double[arrays.size()][];
        for (int i = 0; i < values.length; i++) {
            values[i] = doubles(arrays.get(i));
        }
        return values;
    }

    public static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }
}
