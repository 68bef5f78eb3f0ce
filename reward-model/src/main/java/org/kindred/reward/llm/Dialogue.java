package org.kindred.reward.llm;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Message;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.client.Answer;
import org.kindred.reward.client.JudgeClient;
import org.kindred.reward.client.JudgeClient.Ask;
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

    /**
     * What became of one sample: exactly one of value and reason is there.
     *
     * @param tokens of its replies, whether they were asked for now or were in the cache: a run
     *     that is repeated or resumed counts the same
     */
    record Heard<T>(@Nullable T value, String reason, long tokens) {}

    /** What a reader made of a reply: a value, or why there is none. */
    record Reading<T>(@Nullable T value, String reason) {}

    /** A prompt about a request. */
    record Asked(PairPrompt prompt, ChainRequest about) {}

    <T> List<Heard<T>> ask(Asked asked, Samples samples, Function<String, Reading<T>> reader) {
        return askAll(List.of(asked), samples, reader).get(0);
    }

    /** As {@link #ask} for several prompts, together where the endpoint answers batches. */
    <T> List<List<Heard<T>>> askAll(
            List<Asked> asked, Samples samples, Function<String, Reading<T>> reader) {
        List<Question> questions =
                asked.stream().map(one -> question(one, samples.temperature())).toList();
        List<List<Answer>> answers =
                client.askAll(
                        questions.stream()
                                .map(q -> new Ask(q, samples.first(), samples.count()))
                                .toList());
        List<List<Heard<T>>> heard = new ArrayList<>();
        List<Ask> again = new ArrayList<>();
        for (int q = 0; q < questions.size(); q++) {
            List<Heard<T>> once = new ArrayList<>();
            for (Answer answer : answers.get(q)) {
                once.add(read(answer, reader, 0));
                if (malformed(answer, once.get(once.size() - 1))) {
                    again.add(
                            new Ask(
                                    again(questions.get(q), once.get(once.size() - 1).reason()),
                                    samples.first() + once.size() - 1,
                                    1));
                }
            }
            heard.add(once);
        }
        Iterator<List<Answer>> second = client.askAll(again).iterator();
        for (int q = 0; q < questions.size(); q++) {
            List<Heard<T>> own = heard.get(q);
            for (int i = 0; i < own.size(); i++) {
                if (malformed(answers.get(q).get(i), own.get(i))) {
                    Answer answer = second.next().get(0);
                    own.set(i, read(answer, reader, own.get(i).tokens()));
                    if (malformed(answer, own.get(i))) {
                        client.unread(own.get(i).reason());
                    }
                }
            }
        }
        return heard;
    }

    private static <T> boolean malformed(Answer answer, Heard<T> heard) {
        return answer instanceof Answer.Text && heard.value() == null;
    }

    private Question question(Asked asked, double temperature) {
        return new Question(
                List.of(
                        Message.system(asked.prompt().system()),
                        Message.user(asked.prompt().user())),
                asked.about().user().userId(),
                asked.about().subject(),
                temperature,
                maxTokens,
                schema,
                0);
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
                reading.value() == null && text.cut() ? "TRUNCATED" : reading.reason(),
                spent + text.inputTokens() + text.outputTokens());
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
