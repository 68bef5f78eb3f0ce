package org.kindred.reward.llm;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.kindred.datasets.Message;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.UserRubric;
import org.kindred.reward.chain.ChainParser;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.prompt.PairPrompt;
import org.kindred.reward.prompt.PromptTemplate;

/**
 * What {@link LlmChainWriter} and {@link SoloChainWriter} show a model, and how its reply is read:
 * for training a model on exactly what it is asked afterwards.
 */
public final class ChainPrompts {
    private final LlmOptions options;
    private final SeedTree seeds;
    private final PromptTemplate joint;
    private final PromptTemplate synthesis;
    private final PromptTemplate scoring;
    private final ChainParser parser;

    /**
     * @param options without a JSON schema, to which only endpoints can be held
     * @param seeds which past choices are shown where there are more than {@code history}
     */
    public ChainPrompts(LlmOptions options, SeedTree seeds) {
        if (options.schema()) {
            throw new IllegalArgumentException(
                    "schema = true: a model is trained on the marked format; set schema = false");
        }
        this.options = options;
        this.seeds = seeds;
        joint = PromptTemplate.load(options.prompt().template(), 1);
        synthesis = PromptTemplate.load(options.prompt().synthesis(), 1);
        scoring = PromptTemplate.load(options.prompt().scoring(), 1);
        parser = new ChainParser(options.totals());
    }

    /** Asks for a chain about all responses of the request together. */
    public List<Message> joint(ChainRequest request) {
        return messages(request, joint, "");
    }

    /** Asks for a rubric; no response is shown. */
    public List<Message> synthesis(ChainRequest request) {
        return messages(request, synthesis, "");
    }

    /**
     * Asks for one response under a rubric.
     *
     * @param request with that response alone
     * @param rubric as {@link #readRubric} gave it
     */
    public List<Message> scoring(ChainRequest request, String rubric) {
        return messages(request, scoring, rubric);
    }

    /** The rubric of a reply to {@link #synthesis}, as the scoring prompt shows it; or empty. */
    public String readRubric(String reply) {
        UserRubric rubric = RubricReply.read(reply).value();
        return rubric == null ? "" : rubric.text();
    }

    /** Reads a reply to {@link #joint} or {@link #scoring}. */
    public ChainParser.Parsed read(String reply, int responses) {
        return parser.parse(reply, responses);
    }

    /** Names the wording, for provenance. */
    public String fingerprint() {
        return List.of(joint, synthesis, scoring).stream()
                .map(PromptTemplate::fingerprint)
                .collect(
                        Collectors.joining(
                                " ", options.prompt().name().toLowerCase(Locale.ROOT) + " ", ""));
    }

    private List<Message> messages(ChainRequest request, PromptTemplate template, String persona) {
        PairPrompt prompt = LlmChainWriter.prompt(request, template, options, seeds, persona);
        return List.of(Message.system(prompt.system()), Message.user(prompt.user()));
    }
}
