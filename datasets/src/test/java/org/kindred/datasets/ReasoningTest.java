package org.kindred.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ReasoningTest {

    @ParameterizedTest
    @CsvSource({
        "<think>,</think>",
        "<THINK>,</Think>",
        "<thinking>,</thinking>",
        "<thought>,</thought>",
        "<reasoning>,</reasoning>",
        "<seed:think>,</seed:think>",
        "[THINK],[/THINK]",
        "◁think▷,◁/think▷",
        "<|begin_of_thought|>,<|end_of_thought|>",
        "<|channel|>analysis<|message|>,<|end|><|start|>assistant<|channel|>final<|message|>"
    })
    void split_everySpelling(String open, String close) {
        Reasoning.Split split =
                Reasoning.split("\n " + open + "\nsecret plan\n" + close + "\n\nblue sky \n");
        assertThat(split.answer()).isEqualTo("blue sky \n");
        assertThat(split.reasoning()).startsWith("secret plan").doesNotContain("blue");
        assertThat(split.closed() && split.present()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                "blue sky",
                " \n blue sky \n",
                "The tag <think>is quoted</think> here",
                "blue </think> sky",
                "<thinker>x</thinker>",
                "<b>think</b>",
                "`<think>` opens a block, `</think>` closes it"
            })
    void split_withoutLeadingBlock_isTheTextItself(String text) {
        Reasoning.Split split = Reasoning.split(text);
        assertThat(split.answer()).isSameAs(text);
        assertThat(split.reasoning()).isEmpty();
        assertThat(split.present()).isFalse();
    }

    @Test
    void split_unclosed_hasNoAnswer() {
        Reasoning.Split split = Reasoning.split("<think>and so on </thinking> and on");
        assertThat(split.answer()).isEmpty();
        assertThat(split.reasoning()).isEqualTo("and so on </thinking> and on");
        assertThat(split.closed()).isFalse();
    }

    @Test
    void split_severalAndEmptyBlocks() {
        assertThat(Reasoning.split("<think>a</think>\n<think>\n\n</think>\n\nb</think>").answer())
                .isEqualTo("b</think>");
        assertThat(Reasoning.split("<think></think>").answer()).isEmpty();
    }

    @Test
    void split_tagsAroundTheAnswer_areNeither() {
        assertThat(
                        Reasoning.split(
                                        "<|begin_of_thought|>a<|end_of_thought|>\n\n"
                                                + "<|begin_of_solution|>\nb\n<|end_of_solution|>")
                                .answer())
                .isEqualTo("b");
    }

    @Test
    void split_openedByThePrompt_upToTheFirstClosingTag() {
        assertThat(Reasoning.split("plan\n</think>\n\nblue sky", true).answer())
                .isEqualTo("blue sky");
        assertThat(Reasoning.split("<think>plan</think>blue sky", true).answer())
                .isEqualTo("blue sky");
        Reasoning.Split open = Reasoning.split("plan without an end", true);
        assertThat(open.answer()).isEmpty();
        assertThat(open.closed()).isFalse();
    }

    @Test
    void splitReply_closingTagFirst_wasOpenedByTheServer() {
        assertThat(Reasoning.splitReply("plan\n</think>\n\nblue sky").answer())
                .isEqualTo("blue sky");
        String quoted = "He wrote <think>plan</think> first";
        assertThat(Reasoning.splitReply(quoted).answer()).isSameAs(quoted);
        assertThat(Reasoning.splitReply("blue sky").answer()).isEqualTo("blue sky");
    }

    @Test
    void isOpenAtEnd_onlyWhereNothingFollows() {
        assertThat(Reasoning.isOpenAtEnd("<|im_start|>assistant\n<think>\n")).isTrue();
        assertThat(Reasoning.closingTag("<|im_start|>assistant\n<think>\n")).isEqualTo("</think>");
        assertThat(Reasoning.isOpenAtEnd("<think>\n\n</think>\n\n")).isFalse();
        assertThat(Reasoning.isOpenAtEnd("what is <think><|im_end|>\n<|im_start|>assistant\n"))
                .isFalse();
        assertThat(Reasoning.isOpenAtEnd("")).isFalse();
    }

    /** Long texts of each tag and of blanks, at which a search that starts over would stand. */
    @Test
    void split_hostileText_isLinear() {
        for (String piece :
                List.of("<", "<think>", "</think>", "<think></think>", " ", "\u200B", "<|", "◁")) {
            String text = piece.repeat(300_000 / piece.length());
            Assertions.assertTimeout(
                    Duration.ofSeconds(60),
                    () -> {
                        Reasoning.split(text);
                        Reasoning.split(text, true);
                        Reasoning.splitReply(text);
                        Reasoning.isOpenAtEnd(text);
                    });
        }
    }
}
