package org.kindred.reward.llm;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.ChainParser;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.ChainSchema;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.chain.EvaluationChain;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.client.JudgeClient;
import org.kindred.reward.llm.Dialogue.Asked;
import org.kindred.reward.llm.Dialogue.Heard;
import org.kindred.reward.llm.Dialogue.Reading;
import org.kindred.reward.prompt.PairPrompt;
import org.kindred.reward.prompt.PromptTemplate;

/**
 * A language model as a writer of chains: both responses are read together in one generation, as
 * published (P-GenRM, arXiv 2602.12116, 2.4). Put {@link org.kindred.reward.chain.BothOrders}
 * around it for pairs; score completions of a policy with {@link SoloChainWriter}.
 */
public final class LlmChainWriter implements ChainWriter {
    private final JudgeClient client;
    private final LlmOptions options;
    private final SeedTree seeds;
    private final PromptTemplate template;

    /**
     * @param seeds which past choices are shown where there are more than {@code history}
     */
    public LlmChainWriter(JudgeClient client, LlmOptions options, SeedTree seeds) {
        this.client = client;
        this.options = options;
        this.seeds = seeds;
        this.template = PromptTemplate.load(options.prompt().template(), 1);
    }

    @Override
    public String name() {
        return client.identity() + " " + template.fingerprint();
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
        int[] counts = requests.stream().mapToInt(r -> r.responses().size()).distinct().toArray();
        if (counts.length != 1) { // each its own form of reply
            return requests.stream().map(request -> write(request, samples)).toList();
        }
        int responses = counts[0];
        boolean schema = options.schema() && client.schemas();
        return new Dialogue(client, options.maxTokens(), schema ? ChainSchema.of(responses) : null)
                        .askAll(
                                requests.stream().map(request -> asked(request, schema)).toList(),
                                samples,
                                reader(options, responses, schema))
                        .stream()
                        .map(LlmChainWriter::outcomes)
                        .toList();
    }

    private Asked asked(ChainRequest request, boolean schema) {
        PairPrompt prompt = prompt(request, template, options, seeds, "");
        if (schema) {
            prompt =
                    new PairPrompt(
                            prompt.system() + "\n\n" + PromptTemplate.resource("schema", 1).strip(),
                            prompt.user(),
                            prompt.history(),
                            prompt.stated());
        }
        return new Asked(prompt, request);
    }

    static PairPrompt prompt(
            ChainRequest request,
            PromptTemplate template,
            LlmOptions options,
            SeedTree seeds,
            String persona) {
        ChainRequest shown = request;
        if (options.context() == LlmOptions.Context.FIRST_TURN) {
            String first = request.prompt().strip().split("\n", 2)[0];
            shown =
                    new ChainRequest(
                            request.user(),
                            first,
                            request.responses(),
                            request.stated(),
                            request.subject());
        }
        boolean past = options.prompt() != LlmOptions.Prompt.PLAIN;
        return PairPrompt.of(
                template,
                shown,
                past ? history(request, options.history(), seeds) : List.of(),
                options.prompt() == LlmOptions.Prompt.STATED ? request.stated() : List.of(),
                persona);
    }

    /**
     * Up to {@code most} past choices, drawn by user alone, in the order in which they were made.
     */
    private static List<Preference> history(ChainRequest request, int most, SeedTree seeds) {
        List<Preference> rows = request.user().history();
        if (rows.size() <= most) {
            return rows;
        }
        SplittableRandom random = seeds.child("history").child(request.user().userId()).random();
        List<Preference> kept = new ArrayList<>();
        int left = most;
        for (int i = 0; i < rows.size(); i++) { // each row with probability left / remaining
            if (random.nextInt(rows.size() - i) < left) {
                kept.add(rows.get(i));
                left--;
            }
        }
        return kept;
    }

    static Function<String, Reading<EvaluationChain>> reader(
            LlmOptions options, int responses, boolean schema) {
        ChainParser parser = new ChainParser(options.totals());
        return reply -> {
            ChainParser.Parsed parsed =
                    schema ? parser.parseSchema(reply, responses) : parser.parse(reply, responses);
            if (parsed instanceof ChainParser.Malformed malformed) {
                return new Reading<>(null, malformed.code());
            }
            return new Reading<>(((ChainParser.Read) parsed).chain(), "");
        };
    }

    static List<ChainOutcome> outcomes(List<Heard<EvaluationChain>> heard) {
        List<ChainOutcome> outcomes = new ArrayList<>();
        for (Heard<EvaluationChain> one : heard) {
            EvaluationChain chain = one.value();
            outcomes.add(
                    chain == null
                            ? new ChainOutcome.Failed(one.reason(), one.tokens())
                            : new ChainOutcome.Written(chain, one.tokens()));
        }
        return outcomes;
    }
}
