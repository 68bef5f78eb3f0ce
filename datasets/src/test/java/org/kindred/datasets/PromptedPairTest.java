package org.kindred.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.assertj.core.api.AbstractStringAssert;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.Test;

final class PromptedPairTest {
    private static final Message SYSTEM = Message.system("Be brief.");
    private static final Message QUESTION = Message.user("Question 0?");
    private static final Message GOOD = Message.assistant("good");
    private static final Message BAD = Message.assistant("bad");
    private static final Message MORE = Message.user("And then?");
    private static final Message LAST = Message.assistant("last");

    @Test
    void of_answersWithoutPrompt_areLeftAlone() throws Exception {
        assertThat(PromptedPair.of(List.of(QUESTION), List.of(GOOD), List.of(BAD)))
                .isEqualTo(pair(List.of(QUESTION), List.of(GOOD), List.of(BAD)));
        assertThat(PromptedPair.of(List.of(QUESTION), List.of(GOOD, MORE, LAST), List.of(BAD)))
                .isEqualTo(pair(List.of(QUESTION), List.of(GOOD, MORE, LAST), List.of(BAD)));
    }

    @Test
    void of_promptRepeatedInAnswers_isTakenOff() throws Exception {
        PromptedPair expected = pair(List.of(QUESTION), List.of(GOOD), List.of(BAD));

        assertThat(
                        PromptedPair.of(
                                List.of(QUESTION), List.of(QUESTION, GOOD), List.of(QUESTION, BAD)))
                .isEqualTo(expected);
        assertThat(PromptedPair.of(List.of(QUESTION), List.of(QUESTION, GOOD), List.of(BAD)))
                .as("in one answer only")
                .isEqualTo(expected);
        assertThat(
                        PromptedPair.of(
                                List.of(Message.user(" Question 0?\n")),
                                List.of(QUESTION, GOOD),
                                List.of(QUESTION, BAD)))
                .as("with other blanks around")
                .isEqualTo(expected);
    }

    @Test
    void of_promptAsPartOfTheBeginning_keepsAllOfIt() throws Exception {
        PromptedPair withSystem = pair(List.of(SYSTEM, QUESTION), List.of(GOOD), List.of(BAD));

        assertThat(
                        PromptedPair.of(
                                List.of(QUESTION),
                                List.of(SYSTEM, QUESTION, GOOD),
                                List.of(SYSTEM, QUESTION, BAD)))
                .as("the prompt is the question alone")
                .isEqualTo(withSystem);
        assertThat(
                        PromptedPair.of(
                                List.of(SYSTEM, QUESTION),
                                List.of(QUESTION, GOOD),
                                List.of(QUESTION, BAD)))
                .as("the answers repeat the question alone")
                .isEqualTo(withSystem);
        assertThat(
                        PromptedPair.of(
                                List.of(QUESTION),
                                List.of(QUESTION, GOOD, MORE, GOOD),
                                List.of(QUESTION, GOOD, MORE, BAD)))
                .as("the first question of a longer dialogue")
                .isEqualTo(pair(List.of(QUESTION, GOOD, MORE), List.of(GOOD), List.of(BAD)));
    }

    /** TRL 0.24 {@code extract_prompt}: answers are all that follows the common beginning. */
    @Test
    void implicit_longDialogues_loseNoTurn() throws Exception {
        assertThat(
                        PromptedPair.implicit(
                                List.of(QUESTION, GOOD, MORE, LAST), List.of(QUESTION, BAD)))
                .isEqualTo(pair(List.of(QUESTION), List.of(GOOD, MORE, LAST), List.of(BAD)));
        assertThat(
                        PromptedPair.implicit(
                                List.of(QUESTION, GOOD, MORE, LAST),
                                List.of(QUESTION, GOOD, Message.user("Why?"), BAD)))
                .as("parted at a question: cut behind the last one in common")
                .isEqualTo(
                        pair(
                                List.of(QUESTION),
                                List.of(GOOD, MORE, LAST),
                                List.of(GOOD, Message.user("Why?"), BAD)));
    }

    @Test
    void dialoguesThatGiveNoPair_areRefusedWithTheReason() {
        assertReason(() -> PromptedPair.implicit(List.of(MORE, GOOD), List.of(QUESTION, BAD)))
                .isEqualTo("no_common_prompt");
        assertReason(() -> PromptedPair.implicit(List.of(SYSTEM, GOOD), List.of(SYSTEM, BAD)))
                .isEqualTo("unknown_value:role");
        assertReason(() -> PromptedPair.implicit(List.of(QUESTION), List.of(QUESTION, BAD)))
                .isEqualTo("missing_field:chosen");
        assertReason(() -> PromptedPair.of(List.of(QUESTION), List.of(GOOD), List.of(QUESTION)))
                .isEqualTo("missing_field:rejected");
        assertReason(
                        () ->
                                PromptedPair.of(
                                        List.of(QUESTION), List.of(MORE, GOOD), List.of(MORE, BAD)))
                .isEqualTo("other_prompt:chosen");
    }

    private static AbstractStringAssert<?> assertReason(ThrowableAssert.ThrowingCallable call) {
        return assertThat(catchThrowableOfType(RejectedRecordException.class, call).reason());
    }

    private static PromptedPair pair(
            List<Message> prompt, List<Message> chosen, List<Message> rejected) {
        return new PromptedPair(prompt, chosen, rejected);
    }
}
