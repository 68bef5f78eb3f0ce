package org.kindred.reward.prompt;

import java.util.List;
import java.util.Map;
import org.kindred.datasets.Preference;
import org.kindred.reward.chain.ChainRequest;

/**
 * A filled template. Every text of users and models in it is neutralised and fenced; what is the
 * same for all questions about a user stands first.
 *
 * @param system instructions, history, stated wishes
 * @param user question and responses
 * @param history the fenced history alone
 * @param stated the fenced wishes alone
 */
public record PairPrompt(String system, String user, String history, String stated) {

    /**
     * @param history choices to show, in order
     * @param stated wishes in the person's own words; may be empty
     * @param persona description to judge by; empty where the template has no place for one
     */
    public static PairPrompt of(
            PromptTemplate template,
            ChainRequest request,
            List<Preference> history,
            List<String> stated,
            String persona) {
        Framing framing = template.framing();
        String past = history(framing, history);
        String wishes = wishes(framing, stated);
        Map<String, String> values =
                Map.of(
                        "history", past,
                        "stated", wishes,
                        "persona", framing.frame("description", persona),
                        "rubric", framing.frame("rubric", persona),
                        "prompt", framing.frame("question", request.prompt()),
                        "responses",
                                responses(
                                        framing,
                                        request.responses(),
                                        framing == Framing.LINES ? "\n" : "\n\n"));
        return new PairPrompt(
                PromptTemplate.fill(template.system(), values),
                PromptTemplate.fill(template.user(), values),
                past,
                wishes);
    }

    private static String history(Framing framing, List<Preference> history) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < history.size(); i++) {
            Preference row = history.get(i);
            String number = " " + (i + 1);
            text.append(framing.frame("question" + number, row.promptText()))
                    .append('\n')
                    .append(framing.frame("chosen" + number, row.chosenText()))
                    .append('\n')
                    .append(framing.frame("passed over" + number, row.rejectedText()))
                    .append('\n');
        }
        return text.isEmpty() ? "(none are known)" : text.toString().stripTrailing();
    }

    private static String responses(Framing framing, List<String> responses, String between) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < responses.size(); i++) {
            text.append(text.isEmpty() ? "" : between)
                    .append(framing.frame("response " + (i + 1), responses.get(i)));
        }
        return text.toString();
    }

    private static String wishes(Framing framing, List<String> stated) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < stated.size(); i++) {
            text.append(text.isEmpty() ? "" : "\n")
                    .append(framing.frame("wish " + (i + 1), stated.get(i)));
        }
        return text.isEmpty() ? "(nothing)" : text.toString();
    }

    /** Redacted: holds texts of users. */
    @Override
    public String toString() {
        return "PairPrompt[redacted]";
    }
}
