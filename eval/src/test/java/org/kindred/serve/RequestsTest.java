package org.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RequestsTest {

    private static RewardsRequest rewards(String json) {
        return Requests.rewards(Requests.object(json.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void rewards_readsWhatTrainersSend_andPassesOverTheRest() {
        RewardsRequest read =
                rewards(
                        "{\"run\":\"r1\",\"step\":[120,2],\"normalise\":\"frozen\",\"batch_size\":64,"
                                + "\"resume\":true,\"extra\":1,\"items\":[{\"id\":\"0/3\",\"user\":\"u42\","
                                + "\"prompt_id\":\"p7\",\"prompt\":[{\"role\":\"user\",\"content\":\"Hi\"}],"
                                + "\"response\":\"Yes\",\"split\":\"eval\"}]}");
        assertThat(read.step()).isEqualTo(new StepKey(120, 2));
        assertThat(read.normalise()).isEqualTo(Normalise.FROZEN);
        assertThat(read.size()).isEqualTo(64);
        assertThat(read.resume()).isTrue();
        assertThat(read.items()).containsExactly(new Item("0/3", "u42", "Hi", "Yes", true));
    }

    @Test
    void step_mayBeOneNumber() {
        String item = "{\"id\":1,\"user\":7,\"prompt\":\"\",\"response\":\"x\",\"split\":null}";
        RewardsRequest read =
                rewards("{\"step\":3,\"normalise\":\"batch\",\"items\":[" + item + "]}");
        assertThat(read.step()).isEqualTo(new StepKey(3, 0));
        assertThat(read.run()).isEqualTo("default");
        assertThat(read.items().get(0).userId()).isEqualTo("7");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "[];body: must be a JSON object",
                "{};items: must be a list",
                "{\"items\":[]};items: must be a list",
                "{\"items\":[3]};items[0]: must be an object",
                "{\"items\":[{\"user\":\"secret\"}]};items[0].response: missing",
                "{\"items\":[{\"response\":\"secret\",\"prompt\":\"\"}]};items[0].user: missing",
                "{\"items\":[{\"user\":\"u\",\"prompt\":3,\"response\":\"\"}]};items[0].prompt: must be text",
                "{\"normalise\":\"secret\",\"items\":[]};normalise: must be none, frozen, batch or stream",
                "{\"normalise\":\"frozen\",\"items\":[{\"user\":\"u\"}]};items[0].id: missing",
                "{\"step\":-1,\"items\":[{\"user\":\"u\",\"prompt\":\"\",\"response\":\"\"}]};step: must be",
                "{\"step\":[1,2,3],\"items\":[{\"user\":\"u\",\"prompt\":\"\",\"response\":\"\"}]};step: must be",
                "{\"batch_size\":0,\"items\":[{\"user\":\"u\",\"prompt\":\"\",\"response\":\"\"}]};batch_size",
                "{\"items\":[{\"user\":\"u\",\"prompt\":\"\",\"response\":\"\",\"split\":\"secret\"}]};split: must be",
                "{\"items\":[{\"id\":\"a\",\"user\":\"u\",\"prompt\":\"\",\"response\":\"\"},{\"id\":\"a\",\"user\":\"u\",\"prompt\":\"\",\"response\":\"\"}]};items[1].id: another item",
                "{\"items\":[;body: not valid JSON"
            })
    void malformed_isNamedWithoutItsContent(String json, String message) {
        assertThatThrownBy(() -> rewards(json))
                .isInstanceOf(ServeException.class)
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
    }

    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "<s> Hi there,Hi, there",
                "Hi there<|im_end|>,Hi, there",
                "<|user|>Hi<|assistant|>Yes!<|eot_id|>  </s>,<|user|>Hi<|assistant|>,Yes!",
                "Hi a </b>,Hi, a </b>"
            })
    void responseOf_isWhatFollowsThePrompt(String query, String prompt, String response) {
        assertThat(Requests.responseOf(query, prompt, "query[0]")).isEqualTo(response);
    }

    @Test
    void responseOf_textWithoutItsPrompt_isRefused() {
        assertThatThrownBy(() -> Requests.responseOf("other", "Hi", "query[0]"))
                .hasMessageContaining("query[0]: does not hold its prompt");
    }
}
