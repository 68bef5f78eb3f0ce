package org.kindred.policy.gguf;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;

/** Files of the test resources; {@code make_fixtures.py} beside them says where they come from. */
final class GgufFixtures {
    private GgufFixtures() {}

    static Path file(String name) {
        try {
            return Path.of(
                    Objects.requireNonNull(GgufFixtures.class.getResource("/gguf/" + name))
                            .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
