package org.kindred.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Reference numbers of transformers and TRL. Read from the folder that system property {@code
 * kindred.hf.fixtures} names, else from {@code fixtures/hf} in the shared folder if it exists, else
 * from the small copy in the test resources.
 */
public final class Fixtures {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Fixtures() {}

    /** The folder that holds {@code grpo/} and {@code models/}. */
    public static Path root() {
        String named = System.getProperty("kindred.hf.fixtures");
        if (named != null) {
            return Path.of(named);
        }
        String shared = System.getProperty("kindred.shared");
        if (shared != null && Files.isDirectory(Path.of(shared, "fixtures", "hf"))) {
            return Path.of(shared, "fixtures", "hf");
        }
        try {
            return Path.of(Objects.requireNonNull(Fixtures.class.getResource("/hf")).toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Files {@code grpo/<prefix>*.json} in ascending order. */
    public static List<Path> grpo(String prefix) {
        return list(
                root().resolve("grpo"),
                file ->
                        file.getFileName().toString().startsWith(prefix)
                                && file.toString().endsWith(".json"));
    }

    /** Model folders that have an {@code expected.json}. */
    public static List<Path> models() {
        return list(root().resolve("models"), dir -> Files.exists(dir.resolve("expected.json")));
    }

    private static List<Path> list(Path folder, java.util.function.Predicate<Path> wanted) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(wanted).sorted().toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
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
