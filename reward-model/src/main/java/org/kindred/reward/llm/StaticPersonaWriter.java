package org.kindred.reward.llm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.EvaluationChain;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.client.JudgeClient;
import org.kindred.reward.llm.Dialogue.Asked;
import org.kindred.reward.llm.Dialogue.Heard;
import org.kindred.reward.prompt.PromptTemplate;

/**
 * SynthesizeMe-style baseline (arXiv 2506.05598): one persona a user, written from the history and
 * kept because a judge that reads it repeats most of the user's past choices; it then stands in the
 * prompt of every question. Ties go to the earlier candidate.
 */
public final class StaticPersonaWriter implements ChainWriter {
    private static final int CANDIDATES = 3;
    private static final double CANDIDATE_TEMPERATURE = 1;
    private static final double CHECK_TEMPERATURE = 0;

    private final JudgeClient client;
    private final LlmOptions options;
    private final SeedTree seeds;
    private final PromptTemplate synthesis = PromptTemplate.load("preference-synthesis", 1);
    private final PromptTemplate judging = PromptTemplate.load("static-persona", 1);

    /** Personas of users, empty where none could be written. Bounded by the number of users. */
    private final Map<String, String> personas = new ConcurrentHashMap<>();

    public StaticPersonaWriter(JudgeClient client, LlmOptions options, SeedTree seeds) {
        this.client = client;
        this.options = options;
        this.seeds = seeds;
    }

    @Override
    public String name() {
        return client.identity() + " " + judging.fingerprint();
    }

    @Override
    public List<ChainOutcome> write(ChainRequest request, Samples samples) {
        Dialogue dialogue = new Dialogue(client, options.maxTokens(), null);
        String persona =
                personas.computeIfAbsent(
                        request.user().userId() + " " + request.user().history().size(),
                        key -> persona(dialogue, request));
        return LlmChainWriter.outcomes(judged(dialogue, request, persona, samples));
    }

    private List<Heard<EvaluationChain>> judged(
            Dialogue dialogue, ChainRequest request, String persona, Samples samples) {
        return dialogue.ask(
                new Asked(
                        LlmChainWriter.prompt(request, judging, options, seeds, persona), request),
                samples,
                LlmChainWriter.reader(options, request.responses().size(), false));
    }

    private String persona(Dialogue dialogue, ChainRequest request) {
        ChainRequest any =
                new ChainRequest(
                        request.user(),
                        "any question",
                        request.responses(),
                        List.of(),
                        request.subject());
        List<String> candidates = new ArrayList<>();
        for (Heard<WrittenRubric> heard :
                dialogue.ask(
                        new Asked(LlmChainWriter.prompt(any, synthesis, options, seeds, ""), any),
                        new Samples(0, CANDIDATES, CANDIDATE_TEMPERATURE),
                        WrittenRubric::read)) {
            WrittenRubric rubric = heard.value();
            if (rubric != null) {
                candidates.add(rubric.persona());
            }
        }
        String best = "";
        int most = -1;
        for (String candidate : candidates) {
            int right = 0;
            for (Preference past : request.user().history()) {
                right += repeats(dialogue, request, past, candidate) ? 1 : 0;
            }
            if (right > most) {
                most = right;
                best = candidate;
            }
        }
        return best;
    }

    private boolean repeats(
            Dialogue dialogue, ChainRequest request, Preference past, String persona) {
        // the chosen answer stands second in every other check, so that place tells nothing
        boolean turned = past.id().hashCode() % 2 == 0;
        List<String> shown =
                turned
                        ? List.of(past.rejectedText(), past.chosenText())
                        : List.of(past.chosenText(), past.rejectedText());
        ChainRequest check =
                new ChainRequest(
                        request.user(), past.promptText(), shown, List.of(), request.subject());
        EvaluationChain chain =
                judged(dialogue, check, persona, new Samples(0, 1, CHECK_TEMPERATURE))
                        .get(0)
                        .value();
        if (chain == null) {
            return false;
        }
        Double first = chain.scores().get(0);
        Double second = chain.scores().get(1);
        return first != null && second != null && (turned ? second > first : first > second);
    }
}
