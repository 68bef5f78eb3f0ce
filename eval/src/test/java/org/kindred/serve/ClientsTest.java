package org.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kindred.options.OptionsException;

/** What can be said of the clients without Python; the profile {@code python} runs them. */
final class ClientsTest {
    private static final Map<String, String> TRAINER_IMPORTS =
            Map.of(
                    "trl", "from trl import",
                    "verl", "from verl.",
                    "openrlhf", "from openrlhf.",
                    "nemo-rl", "from nemo_rl.",
                    "skyrl", "from skyrl.",
                    "ms-swift", "from swift.",
                    "slime", "async def reward(args, samples");

    static List<String> names() {
        return Clients.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void text_isOneWholeFile(String name) {
        String text = Clients.text(name);
        assertThat(text)
                .startsWith("\"\"\"Kindred in ")
                .contains("class Kindred:", "def refuse(", TRAINER_IMPORTS.get(name))
                .doesNotContain("#: ", "\t", "\r");
        assertThat(text.split("\nclass Kindred:", -1)).as("the shared part, once").hasSize(2);
        assertThat(text.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(140));
        assertThat(text.chars()).allMatch(c -> c < 128);
    }

    @ParameterizedTest
    @MethodSource("names")
    void text_saysHowToUseItAndWhatWasTried(String name) {
        String header = Clients.text(name).split("\"\"\"", -1)[1];
        assertThat(header)
                .contains(
                        "kindred data export DATA --for " + name + " --out",
                        "kindred serve RUN",
                        "KINDRED_TOKEN",
                        "P-GRPO then does nothing");
        assertThat(header).containsPattern("(Run with|[Uu]ntested|(was|were) run)");
    }

    @ParameterizedTest
    @MethodSource("names")
    void text_refusesAPromptsStandardDeviation(String name) {
        assertThat(Clients.text(name).split("\n *refuse\\(", -1)).hasSizeGreaterThan(1);
    }

    @Test
    void sharedPart_isTheSameInAllOfThem() {
        List<String> parts =
                names().stream()
                        .map(Clients::text)
                        .map(
                                text ->
                                        text.substring(
                                                text.indexOf("# The service,"),
                                                text.indexOf("log.warning(\"kindred: %s %s\"")))
                        .distinct()
                        .toList();
        assertThat(parts).hasSize(1);
    }

    @Test
    void text_unknownTrainer_isRefusedWithTheNames() {
        assertThatThrownBy(() -> Clients.text("axolotl"))
                .isInstanceOf(OptionsException.class)
                .hasMessage(
                        "there is no client for \"axolotl\"; choose one of [trl, verl, openrlhf,"
                                + " nemo-rl, skyrl, ms-swift, slime]");
        assertThat(Clients.fileName("nemo-rl")).isEqualTo("kindred_nemo_rl.py");
    }
}
