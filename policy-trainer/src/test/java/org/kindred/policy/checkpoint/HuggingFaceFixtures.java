package org.kindred.policy.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Where the reference files of transformers are: the folder of the system property {@code
 * kindred.hf.fixtures}, else {@code fixtures/hf} beside the repository, else the small copy in the
 * test resources.
 */
public final class HuggingFaceFixtures {
    private HuggingFaceFixtures() {}

    /** The folders of a kind, such as {@code models} or {@code tokenizers}, sorted by name. */
    public static List<Path> folders(String kind) {
        try (Stream<Path> children = Files.list(root().resolve(kind))) {
            return children.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The folder of all kinds. */
    public static Path root() {
        String given = System.getProperty("kindred.hf.fixtures");
        if (given != null) {
            return Path.of(given);
        }
        Path shared = Path.of(System.getProperty("kindred.shared", "")).resolve("fixtures/hf");
        return Files.isDirectory(shared) ? shared : resources();
    }

    /** The copy in the test resources. */
    public static Path resources() {
        try {
            return Path.of(
                    Objects.requireNonNull(HuggingFaceFixtures.class.getResource("/hf")).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
