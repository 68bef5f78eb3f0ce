package org.kindred.reward.llm;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.chain.ChainCriterion;
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
 * Scores responses one by one under a rubric that is written first, from the history and the prompt
 * alone; so scores of different completions, times and steps stay comparable. A sample is a rubric;
 * the cache makes it one call for all completions of a prompt.
 */
public final class SoloChainWriter implements ChainWriter {
    private static final int SCORING_SAMPLE = 0;
    private static final double SCORING_TEMPERATURE = 0;

    private final JudgeClient client;
    private final LlmOptions options;
    private final SeedTree seeds;
    private final PromptTemplate synthesis;
    private final PromptTemplate scoring;

    public SoloChainWriter(JudgeClient client, LlmOptions options, SeedTree seeds) {
        this.client = client;
        this.options = options;
        this.seeds = seeds;
        this.synthesis = PromptTemplate.load(options.prompt().synthesis(), 1);
        this.scoring = PromptTemplate.load(options.prompt().scoring(), 1);
    }

    @Override
    public String name() {
        return client.identity() + " " + synthesis.fingerprint() + " " + scoring.fingerprint();
    }

    @Override
    public int batch() {
        return client.batch();
    }

    @Override
    public int threads() {
        return client.threads();
    }

    @Override
    public List<ChainOutcome> write(ChainRequest request, Samples samples) {
        return writeAll(List.of(request), samples).get(0);
    }

    @Override
    public List<List<ChainOutcome>> writeAll(List<ChainRequest> requests, Samples samples) {
        Dialogue dialogue = new Dialogue(client, options.maxTokens(), null);
        List<List<Heard<WrittenRubric>>> rubrics =
                dialogue.askAll(
                        requests.stream().map(r -> asked(r, synthesis, "")).toList(),
                        samples,
                        WrittenRubric::read);
        List<Asked> alone = new ArrayList<>();
        for (int r = 0; r < requests.size(); r++) {
            for (Heard<WrittenRubric> heard : rubrics.get(r)) {
                if (heard.value() != null) {
                    for (String response : requests.get(r).responses()) {
                        alone.add(
                                asked(
                                        requests.get(r).withResponses(List.of(response)),
                                        scoring,
                                        heard.value().text()));
                    }
                }
            }
        }
        Iterator<List<Heard<EvaluationChain>>> scored =
                dialogue.askAll(
                                alone,
                                new Samples(SCORING_SAMPLE, 1, SCORING_TEMPERATURE),
                                LlmChainWriter.reader(options, 1, false))
                        .iterator();
        List<List<ChainOutcome>> outcomes = new ArrayList<>();
        for (int r = 0; r < requests.size(); r++) {
            List<ChainOutcome> own = new ArrayList<>();
            for (Heard<WrittenRubric> heard : rubrics.get(r)) {
                own.add(
                        heard.value() == null
                                ? new ChainOutcome.Failed(heard.reason(), heard.tokens())
                                : applied(
                                        heard.value(),
                                        heard.tokens(),
                                        requests.get(r).responses().stream()
                                                .map(response -> scored.next().get(0))
                                                .toList()));
            }
            outcomes.add(own);
        }
        return outcomes;
    }

    private Asked asked(ChainRequest request, PromptTemplate template, String rubric) {
        return new Asked(LlmChainWriter.prompt(request, template, options, seeds, rubric), request);
    }

    /** One chain of the scores that the responses got under a rubric. */
    private static ChainOutcome applied(
            WrittenRubric rubric, long spent, List<Heard<EvaluationChain>> responses) {
        long tokens = spent + responses.stream().mapToLong(Heard::tokens).sum();
        List<@Nullable Double> scores = new ArrayList<>();
        List<List<Double>> byCriterion = new ArrayList<>();
        rubric.criteria().forEach(line -> byCriterion.add(new ArrayList<>()));
        for (Heard<EvaluationChain> heard : responses) {
            EvaluationChain chain = heard.value();
            if (chain == null) {
                return new ChainOutcome.Failed(heard.reason(), tokens);
            }
            scores.add(chain.scores().get(0));
            List<ChainCriterion> lines = chain.criteria();
            for (int c = 0; c < byCriterion.size(); c++) {
                if (c < lines.size() && !lines.get(c).scores().isEmpty()) {
                    byCriterion.get(c).add(lines.get(c).scores().get(0));
                }
            }
        }
        List<ChainCriterion> criteria = new ArrayList<>();
        for (int c = 0; c < byCriterion.size(); c++) {
            List<Double> line = byCriterion.get(c);
            criteria.add(
                    new ChainCriterion(
                            rubric.criteria().get(c).name(),
                            rubric.criteria().get(c).weight(),
                            line.size() == scores.size() ? line : List.of()));
        }
        return new ChainOutcome.Written(
                new EvaluationChain(rubric.persona(), criteria, scores, scores), tokens);
    }
}
