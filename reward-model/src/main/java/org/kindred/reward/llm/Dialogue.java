package org.kindred.reward.llm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Message;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.client.Answer;
import org.kindred.reward.client.JudgeClient;
import org.kindred.reward.client.Question;
import org.kindred.reward.prompt.PairPrompt;
import org.kindred.reward.prompt.PromptTemplate;

/**
 * Asks and reads; a reply that cannot be read is asked for once more, with another seed and the
 * reason, and then it is a failure.
 *
 * @param schema of the answers, or null
 */
record Dialogue(JudgeClient client, int maxTokens, @Nullable String schema) {
    private static final String REPAIR = PromptTemplate.resource("repair", 1);
    private static final int SECOND_TRY = 1;

    /** What became of one sample: exactly one of value and reason is there. */
    record Heard<T>(@Nullable T value, String reason, long tokens) {}

    /** What a reader made of a reply: a value, or why there is none. */
    record Reading<T>(@Nullable T value, String reason) {}

    <T> List<Heard<T>> ask(
            PairPrompt prompt,
            ChainRequest about,
            int first,
            int count,
            double temperature,
            Function<String, Reading<T>> reader) {
        Question question =
                new Question(
                        List.of(Message.system(prompt.system()), Message.user(prompt.user())),
                        about.user().userId(),
                        about.subject(),
                        temperature,
                        maxTokens,
                        schema,
                        0);
        List<Answer> answers = client.ask(question, first, count);
        List<Heard<T>> heard = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Heard<T> once = read(answers.get(i), reader, 0);
            boolean malformed = answers.get(i) instanceof Answer.Text && once.value() == null;
            heard.add(
                    malformed
                            ? read(
                                    client.ask(again(question, once.reason()), first + i, 1).get(0),
                                    reader,
                                    once.tokens())
                            : once);
        }
        return heard;
    }

    private static <T> Heard<T> read(
            Answer answer, Function<String, Reading<T>> reader, long spent) {
        if (answer instanceof Answer.Failed failed) {
            return new Heard<>(null, failed.reason(), spent);
        }
        Answer.Text text = (Answer.Text) answer;
        Reading<T> reading = reader.apply(text.text());
        return new Heard<>(
                reading.value(),
                reading.reason(),
                spent + (text.cached() ? 0 : text.inputTokens() + text.outputTokens()));
    }

    private static Question again(Question question, String reason) {
        Message last = question.messages().get(1);
        return new Question(
                List.of(
                        question.messages().get(0),
                        Message.user(
                                last.content()
                                        + "\n\n"
                                        + PromptTemplate.fill(
                                                REPAIR.strip(), Map.of("reason", reason)))),
                question.owner(),
                question.subject(),
                question.temperature(),
                question.maxTokens(),
                question.schema(),
                SECOND_TRY);
    }
}
