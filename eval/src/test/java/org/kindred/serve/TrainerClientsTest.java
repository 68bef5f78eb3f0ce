package org.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The clients inside the trainers, against an independent oracle that stands for the service:
 * {@code KINDRED_PYTHON=.../python mvn -B verify -Ppython}, with an interpreter that has trl
 * 1.13.0, requests, verl 0.9.1 and openrlhf 0.11.2 (the last two with {@code --no-deps}).
 */
@Tag("python")
final class TrainerClientsTest {
    private static final Path CHECKS =
            Path.of("src/test/resources/org/kindred/serve/clients").toAbsolutePath();

    @TempDir static Path folder;

    @BeforeAll
    static void writeClients() throws IOException {
        for (String name : Clients.names()) {
            Files.writeString(folder.resolve(Clients.fileName(name)), Clients.text(name));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"protocol", "trl", "verl", "openrlhf", "ms_swift"})
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void client_insideItsTrainer_givesTheAdvantagesOfTheOracle(String check, @TempDir Path work)
            throws Exception {
        String python = System.getenv("KINDRED_PYTHON");
        assertThat(python)
                .as(
                        "the profile python needs KINDRED_PYTHON: the path of an interpreter with the"
                                + " trainers, as this test's description says")
                .isNotBlank();
        ProcessBuilder builder =
                new ProcessBuilder(
                        python,
                        CHECKS.resolve("check_" + check + ".py").toString(),
                        folder.toString(),
                        work.toString());
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        builder.environment().keySet().removeIf(key -> key.matches("KINDRED_(?!PYTHON).*"));
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains(check.replace('_', '-') + " ok");
    }
}
