package org.kindred.reward.training;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.Message;
import org.kindred.policy.sft.SftExample;
import org.kindred.reward.chain.ChainParser;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainText;
import org.kindred.reward.chain.EvaluationChain;
import org.kindred.reward.llm.ChainPrompts;

/**
 * Kept chains as examples to imitate: the prompt is what the judge shows at test time, without
 * stated wishes.
 */
public final class ChainExamples {
    private final ChainPrompts prompts;
    private final Map<String, TrainingPair> pairs = new HashMap<>();
    private final ChainParser parser = new ChainParser(ChainParser.Totals.RECOMPUTED);

    /**
     * What is asked, and the answer.
     *
     * @param solo whether it is the rubric alone or one response under it, not a whole chain
     */
    public record Exchange(List<Message> question, String answer, boolean solo) {}

    public ChainExamples(ChainPrompts prompts, List<TrainingPair> pairs) {
        this.prompts = prompts;
        pairs.forEach(pair -> this.pairs.put(pair.id(), pair));
    }

    /**
     * Questions and answers of kept chains.
     *
     * @param solo also the rubric alone, and each response under it; once a chain, whatever the
     *     orders
     */
    public List<Exchange> exchanges(List<TeacherChain> kept, boolean solo) {
        Map<String, Exchange> exchanges = new LinkedHashMap<>();
        for (TeacherChain line : kept) {
            TrainingPair pair = pairs.get(line.rowId());
            if (pair == null || line.text() == null) {
                continue; // of a user who is held out now
            }
            ChainRequest request = pair.request(line.chosenFirst());
            add(exchanges, prompts.joint(request), line.text(), false);
            if (solo && prompts.read(line.text(), 2) instanceof ChainParser.Read) {
                solo(exchanges, request, line.text());
            }
        }
        return List.copyOf(exchanges.values());
    }

    private void solo(Map<String, Exchange> exchanges, ChainRequest request, String text) {
        if (!(parser.parse(text, 2) instanceof ChainParser.Read read)) {
            return;
        }
        EvaluationChain chain = read.chain();
        String rubric = ChainText.rubric(chain, 0);
        add(exchanges, prompts.synthesis(request), rubric, true);
        for (int i = 0; i < 2; i++) {
            ChainRequest alone = request.withResponses(List.of(request.responses().get(i)));
            add(
                    exchanges,
                    prompts.scoring(alone, prompts.readRubric(rubric)),
                    ChainText.of(ChainText.alone(chain, i), 0),
                    true);
        }
    }

    private static void add(
            Map<String, Exchange> exchanges, List<Message> question, String answer, boolean solo) {
        exchanges.putIfAbsent(
                Message.text(question) + "\n" + answer, new Exchange(question, answer, solo));
    }

    /** Exchanges as tokens; those that are longer than the model's context are left out. */
    public static List<SftExample> tokens(List<Exchange> exchanges, ChainTask task) {
        List<SftExample> examples = new ArrayList<>();
        for (Exchange exchange : exchanges) {
            int[] prompt = task.tokenizer().chat(exchange.question(), true);
            int[] answer = task.tokenizer().encodeEnded(exchange.answer());
            if (prompt.length + answer.length <= task.context()) {
                examples.add(new SftExample(prompt, answer));
            }
        }
        return examples;
    }
}
