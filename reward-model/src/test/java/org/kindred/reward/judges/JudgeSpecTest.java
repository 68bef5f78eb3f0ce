package org.kindred.reward.judges;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kindred.options.OptionLayer;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;
import org.kindred.policy.model.EngineOptions;

final class JudgeSpecTest {
    /** The name is the file's, whatever folder it was converted to: caches go by it. */
    @Test
    void open_ggufFile_namedByTheFile() {
        Path file = Path.of("../policy-trainer/src/test/resources/gguf/llama_gqa_tied.gguf");
        JudgeSpec.Opened opened =
                JudgeSpec.parse("local:" + file)
                        .open(
                                1,
                                Duration.ofSeconds(1),
                                EngineOptions.defaults().withDevice(EngineOptions.Device.CPU));
        assertThat(opened.endpoint().identity()).isEqualTo("local:" + file);
        opened.free().run();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rubric",
                "openai:http://localhost:8000/v1#my-model",
                "ollama:http://localhost:11434#m",
                "local:/models/judge",
                "run:/runs/judge"
            })
    void spelling_isReadAsTheSameJudge(String text) {
        JudgeSpec spec = JudgeSpec.parse(text);
        assertThat(spec.spelling()).isEqualTo(text);
        assertThat(JudgeSpec.parse(spec.spelling())).isEqualTo(spec);
    }

    @Test
    void parse_folders_areWhatStandsBehindTheColon() {
        assertThat(JudgeSpec.parse("run:a/b")).isEqualTo(new JudgeSpec.Run(Path.of("a/b")));
        assertThat(JudgeSpec.parse("run:a/b").label()).isEqualTo("b");
    }

    @ParameterizedTest
    @CsvSource({
        "ollama:http://h:1#m, http://h:1/v1",
        "ollama:http://h:1/#m, http://h:1/v1",
        "ollama:http://h:1/v1#m, http://h:1/v1",
        "openai:http://h:1/api#m, http://h:1/api"
    })
    void base_ollama_isItsOpenAiSide(String text, String base) {
        assertThat(((JudgeSpec.Served) JudgeSpec.parse(text)).base()).isEqualTo(base);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "openai:http://ann:s3cret@h:1/v1#m",
                "ollama:https://s3cret@h#m",
                "openai:http://ann:s3cret@h:1/v1",
                "http://ann:s3cret@h"
            })
    void parse_passwordInAnAddress_isRefusedAndNotRepeated(String text) {
        assertThatThrownBy(() -> JudgeSpec.parse(text))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("KINDRED_API_KEY")
                .hasMessageNotContaining("s3cret");
        assertThatThrownBy(
                        () ->
                                OptionTree.resolve(
                                        RewardOptions.defaults(),
                                        List.of(OptionLayer.commandLine(Map.of("spec", text)))))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("KINDRED_API_KEY")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void parse_atSignBehindTheHost_isNoPassword() {
        assertThat(JudgeSpec.parse("openai:http://h:1/v1#org/m@4bit").label())
                .isEqualTo("org/m@4bit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"oracle", "run:", "local:", "openai:localhost#m", "openai:http://h#"})
    void parse_other_namesAllKinds(String text) {
        assertThatThrownBy(() -> JudgeSpec.parse(text))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("openai:URL#MODEL, ollama:URL#MODEL, local:DIR or run:DIR");
    }
}
