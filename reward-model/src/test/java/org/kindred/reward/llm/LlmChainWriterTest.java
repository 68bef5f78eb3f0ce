package org.kindred.reward.llm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RubricOutcome;
import org.kindred.reward.UserContext;
import org.kindred.reward.UserPrompt;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.ChainWriterContract;
import org.kindred.reward.chain.EvaluationChain;
import org.kindred.reward.chain.RubricScores;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.client.ClientOptions;
import org.kindred.reward.client.Endpoint;
import org.kindred.reward.client.JudgeClient;

final class LlmChainWriterTest {
    private static final String PAIR =
            "PART 1: a\nShort answers.\nPART 2: b\n<JSON_START>{\"rationale\":\"A. Criteria: Clarity (60%), Depth (40%) B. Scores: Response 1: Clarity 7/10, Depth 5/10 Response 2: Clarity 4/10, Depth 8/10\",\"better_response\":{\"response_1\":6.2,\"response_2\":5.6}}<JSON_END>";
    private static final String RUBRIC =
            "PART 1: a\nShort answers.\nPART 2: b\n<JSON_START>{\"criteria\":[{\"name\":\"Clarity\",\"weight\":60},{\"name\":\"Depth\",\"weight\":40}]}<JSON_END>";
    private static final String SOLO =
            "PART 1: a\nFine.\nPART 2: b\n<JSON_START>{\"rationale\":\"A. Criteria: Clarity (60%), Depth (40%) B. Scores: Response 1: Clarity 9/10, Depth 4/10\",\"better_response\":{\"response_1\":7}}<JSON_END>";

    private static final ChainRequest REQUEST =
            new ChainRequest(new UserContext("u", history(5)), "How?", List.of("one", "two"));

    private static List<Preference> history(int rows) {
        List<Preference> history = new ArrayList<>();
        for (int i = 1; i <= rows; i++) {
            history.add(
                    new Preference(
                            "r" + i,
                            "u",
                            List.of(Message.user("question " + i)),
                            List.of(Message.assistant("liked " + i)),
                            List.of(Message.assistant("not " + i)),
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            i,
                            null,
                            null,
                            null,
                            null));
        }
        return history;
    }

    /** Answers by the words of its instructions; remembers what it was asked. */
    private static final class Model implements ChatModel {
        private final List<List<ChatMessage>> asked = new ArrayList<>();
        private final UnaryOperator<String> spoil;
        private UnaryOperator<String> answers = user -> SOLO; // to one response

        Model(UnaryOperator<String> spoil) {
            this.spoil = spoil;
        }

        @Override
        public ChatResponse doChat(ChatRequest request) {
            asked.add(request.messages());
            String system = ((SystemMessage) request.messages().get(0)).text();
            String reply =
                    system.startsWith("You score one answer")
                            ? answers.apply(((UserMessage) request.messages().get(1)).singleText())
                            : system.startsWith("You describe")
                                    ? RUBRIC
                                    : system.startsWith("You check")
                                            ? "{\"coverage\": [10, 5]}"
                                            : PAIR;
            return ChatResponse.builder().aiMessage(AiMessage.from(spoil.apply(reply))).build();
        }

        String user(int call) {
            return ((UserMessage) asked.get(call).get(1)).singleText();
        }

        String system(int call) {
            return ((SystemMessage) asked.get(call).get(0)).text();
        }
    }

    private static JudgeClient client(ChatModel model) {
        return new JudgeClient(
                Endpoint.of("model", model), null, ClientOptions.defaults(), SeedTree.root(1));
    }

    private static ChainWriter writer(ChatModel model, LlmOptions.Prompt prompt) {
        return new LlmChainWriter(
                client(model), LlmOptions.defaults().with(prompt), SeedTree.root(2));
    }

    @Nested
    final class Together extends ChainWriterContract {
        @Override
        protected ChainWriter writer() {
            return LlmChainWriterTest.writer(new Model(text -> text), LlmOptions.Prompt.HISTORY);
        }

        @Override
        protected ChainRequest request() {
            return REQUEST;
        }
    }

    @Nested
    final class Alone extends ChainWriterContract {
        @Override
        protected ChainWriter writer() {
            return new SoloChainWriter(
                    client(new Model(text -> text)), LlmOptions.defaults(), SeedTree.root(2));
        }

        @Override
        protected ChainRequest request() {
            return REQUEST;
        }
    }

    @Test
    void write_pair_readsRecomputedTotals() {
        ChainOutcome outcome =
                writer(new Model(text -> text.replace("6.2", "1.0")), LlmOptions.Prompt.HISTORY)
                        .write(REQUEST, Samples.of(1))
                        .get(0);
        EvaluationChain chain = ((ChainOutcome.Written) outcome).chain();
        assertThat(chain.scores()).containsExactly(6.2, 5.6);
        assertThat(chain.statedScores()).containsExactly(1.0, 5.6);
    }

    @Test
    void write_prompts_showWhatTheyShouldAndHistoryComesFirst() {
        Model model = new Model(text -> text);
        writer(model, LlmOptions.Prompt.HISTORY).write(REQUEST, Samples.of(1));
        writer(model, LlmOptions.Prompt.PLAIN).write(REQUEST, Samples.of(1));
        assertThat(model.system(0).split("<<< chosen", -1)).hasSize(4); // three past choices
        assertThat(model.user(0)).contains("<<< question", "<<< response 1", "<<< response 2");
        assertThat(model.system(1)).doesNotContain("liked");
        writer(model, LlmOptions.Prompt.HISTORY)
                .write(REQUEST.withResponses(List.of("three", "four")), Samples.of(1));
        assertThat(model.system(2))
                .as("same prefix for another question")
                .isEqualTo(model.system(0));
    }

    @Test
    void write_malformedOnce_isAskedOnceMoreWithTheReason() {
        Model model = new Model(new Once());
        ChainOutcome outcome =
                writer(model, LlmOptions.Prompt.HISTORY).write(REQUEST, Samples.of(1)).get(0);
        assertThat(outcome).isInstanceOf(ChainOutcome.Written.class);
        assertThat(model.asked).hasSize(2);
        assertThat(model.user(1)).contains("could not be read: MALFORMED(no block)");
    }

    @Test
    void write_malformedTwice_isAFailure() {
        Model model = new Model(text -> "I like both.");
        assertThat(writer(model, LlmOptions.Prompt.HISTORY).write(REQUEST, Samples.of(1)))
                .containsExactly(new ChainOutcome.Failed("MALFORMED(no block)"));
        assertThat(model.asked).hasSize(2);
    }

    @Test
    void solo_responses_areScoredAloneUnderOneRubric() {
        Model model = new Model(text -> text);
        ChainOutcome outcome =
                new SoloChainWriter(client(model), LlmOptions.defaults(), SeedTree.root(2))
                        .write(REQUEST, Samples.of(1))
                        .get(0);
        assertThat(((ChainOutcome.Written) outcome).chain().scores()).containsExactly(7.0, 7.0);
        assertThat(model.asked).hasSize(3);
        assertThat(model.system(1)).contains("- Clarity (60%)").isEqualTo(model.system(2));
        assertThat(model.user(1)).contains("one").doesNotContain("two");
    }

    @Test
    void scoreAlone_oneUnreadableReply_takesNoOtherWithIt() {
        Model model = new Model(text -> text);
        model.answers = user -> user.contains("two") ? "I like it." : SOLO;
        RubricScores scores =
                new SoloChainWriter(client(model), LlmOptions.defaults(), SeedTree.root(2))
                        .scoreAlone(List.of(REQUEST), Samples.of(1))
                        .get(0)
                        .get(0);
        assertThat(scores.outcomes())
                .containsExactly(
                        new ScoreOutcome.Scored(7),
                        new ScoreOutcome.Failed("MALFORMED(no block)", 1));
    }

    @Test
    void rubrics_withoutACache_stayWhatTheyWereFirst() {
        int[] calls = new int[1];
        Model model =
                new Model(
                        text -> text.equals(RUBRIC) ? text.replace("60", "6" + ++calls[0]) : text);
        SoloChainWriter writer =
                new SoloChainWriter(client(model), LlmOptions.defaults(), SeedTree.root(2));
        List<UserPrompt> asked = List.of(new UserPrompt(REQUEST.user(), REQUEST.prompt()));
        RubricOutcome first = writer.rubrics(asked, Samples.of(1)).get(0).get(0);
        writer.scoreAlone(List.of(REQUEST), Samples.of(1));
        assertThat(((RubricOutcome.Written) first).rubric().text())
                .isEqualTo("- Clarity (61%)\n- Depth (40%)");
        assertThat(model.system(1)).as("before any response").contains("- Clarity (61%)");
        assertThat(writer.rubrics(asked, Samples.of(1)).get(0)).containsExactly(first);
        assertThat(calls[0]).isEqualTo(1);
    }

    @Test
    void rubrics_noPrompt_asksForAnyQuestion() {
        Model model = new Model(text -> text);
        new SoloChainWriter(client(model), LlmOptions.defaults(), SeedTree.root(2))
                .rubrics(List.of(new UserPrompt(REQUEST.user(), "")), Samples.of(1));
        assertThat(model.user(0)).contains("Any question").doesNotContain("response");
    }

    @Test
    void coverage_marks_areAveraged() {
        EvaluationChain chain = new EvaluationChain("Short.", List.of(), List.of(1.0), List.of());
        CoverageJudge judge = new CoverageJudge(client(new Model(text -> text)));
        assertThat(judge.coverage("u", chain, List.of("short", "warm")))
                .isEqualTo(new ScoreOutcome.Scored(.75));
        assertThat(judge.coverage("u", chain, List.of("short")))
                .isEqualTo(new ScoreOutcome.Failed("MALFORMED(marks)", 1));
        assertThat(judge.coverage("u", chain, List.of()))
                .isInstanceOf(ScoreOutcome.Abstained.class);
    }

    @Test
    void coverage_repliesWithOneReading_areRead() {
        EvaluationChain chain = new EvaluationChain("Short.", List.of(), List.of(1.0), List.of());
        for (String reply :
                List.of(
                        "{\"coverage\": [8, 6]}",
                        "```json\n{\"coverage\": [8, 6]}\n```",
                        "<think>\nhm\n</think>\n{\"coverage\": [8, 6]}",
                        "Here is the result:\n{\"coverage\": [8, 6]}",
                        "{\"coverage\": [\"8\", \"6/10\"]}",
                        "{\"coverage\": [8, 6,]}",
                        "{\"coverage\": [8, 6]}\n\nThe analysis covers point 1 well.")) {
            CoverageJudge judge = new CoverageJudge(client(new Model(text -> reply)));
            assertThat(judge.coverage("u", chain, List.of("short", "warm")))
                    .as(reply)
                    .isEqualTo(new ScoreOutcome.Scored(.7));
        }
        Model broken = new Model(text -> "8 and 6");
        assertThat(new CoverageJudge(client(broken)).coverage("u", chain, List.of("a", "b")))
                .isEqualTo(new ScoreOutcome.Failed("MALFORMED(not a JSON object)", 1));
        assertThat(broken.asked).as("asked once more").hasSize(2);
    }

    @Test
    void write_reasoning_neverReachesThePersona() {
        Model model = new Model(text -> "<think>\nPART 1: secret " + text + "\n</think>\n" + text);
        ChainOutcome outcome =
                writer(model, LlmOptions.Prompt.HISTORY).write(REQUEST, Samples.of(1)).get(0);
        assertThat(((ChainOutcome.Written) outcome).chain().persona()).isEqualTo("Short answers.");
        RubricOutcome rubric =
                new SoloChainWriter(client(model), LlmOptions.defaults(), SeedTree.root(2))
                        .rubrics(
                                List.of(new UserPrompt(REQUEST.user(), REQUEST.prompt())),
                                Samples.of(1))
                        .get(0)
                        .get(0);
        assertThat(((RubricOutcome.Written) rubric).rubric().persona()).isEqualTo("Short answers.");
    }

    /** Spoils the first reply. */
    private static final class Once implements UnaryOperator<String> {
        private boolean done;

        @Override
        public String apply(String text) {
            String reply = done ? text : "I like both.";
            done = true;
            return reply;
        }
    }
}
