package org.kindred.reward.llm;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RatingScale;
import org.kindred.reward.RecentlyUsed;
import org.kindred.reward.RubricOutcome;
import org.kindred.reward.UserContext;
import org.kindred.reward.UserPrompt;
import org.kindred.reward.UserRubric;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.EvaluationChain;
import org.kindred.reward.chain.RubricScores;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.chain.SoloWriter;
import org.kindred.reward.client.JudgeClient;
import org.kindred.reward.llm.Dialogue.Asked;
import org.kindred.reward.llm.Dialogue.Heard;
import org.kindred.reward.prompt.PromptTemplate;

/**
 * A language model that writes a rubric from the history and the prompt alone, and then scores
 * responses one by one under it. Rubrics are kept in memory besides the cache of answers, so that
 * they stay fixed with servers that ignore seeds.
 */
public final class SoloChainWriter implements SoloWriter {
    private static final Samples SCORING = new Samples(0, 1, 0);
    private static final int KEPT_RUBRICS = 8_192;

    /** Shown in the place of a prompt where a rubric shall hold for all prompts. */
    private static final String ANY_PROMPT = "Any question: what is wanted whatever is asked.";

    /** The synthesis prompt has no place for responses. */
    private static final List<String> NO_RESPONSES = List.of("");

    private final JudgeClient client;
    private final LlmOptions options;
    private final SeedTree seeds;
    private final PromptTemplate synthesis;
    private final PromptTemplate scoring;
    private final RecentlyUsed<Sample, RubricOutcome> rubrics = new RecentlyUsed<>(KEPT_RUBRICS);

    /** Names a rubric. */
    private record Sample(UserContext user, String prompt, int number, double temperature) {}

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
    public List<List<RubricOutcome>> rubrics(List<UserPrompt> asked, Samples samples) {
        return written(
                asked.stream()
                        .map(one -> new ChainRequest(one.user(), one.prompt(), NO_RESPONSES))
                        .toList(),
                samples);
    }

    private List<List<RubricOutcome>> written(List<ChainRequest> requests, Samples samples) {
        List<List<RubricOutcome>> outcomes = new ArrayList<>();
        List<Integer> missing = new ArrayList<>();
        for (int r = 0; r < requests.size(); r++) {
            outcomes.add(kept(requests.get(r), samples));
            if (outcomes.get(r).isEmpty()) {
                missing.add(r);
            }
        }
        Iterator<List<Heard<UserRubric>>> heard =
                new Dialogue(client, options.maxTokens(), null)
                        .askAll(
                                missing.stream()
                                        .map(r -> asked(shown(requests.get(r)), synthesis, ""))
                                        .toList(),
                                samples,
                                RubricReply::read)
                        .iterator();
        for (int r : missing) {
            outcomes.set(r, keep(requests.get(r), samples, heard.next()));
        }
        return outcomes;
    }

    private static ChainRequest shown(ChainRequest request) {
        return request.prompt().isBlank()
                ? new ChainRequest(
                        request.user(),
                        ANY_PROMPT,
                        request.responses(),
                        request.stated(),
                        request.subject())
                : request;
    }

    /** All samples from memory, or none. */
    private List<RubricOutcome> kept(ChainRequest request, Samples samples) {
        List<RubricOutcome> kept = new ArrayList<>();
        for (int i = 0; i < samples.count(); i++) {
            RubricOutcome rubric = rubrics.get(sample(request, samples, i));
            if (rubric == null) {
                return List.of();
            }
            kept.add(rubric);
        }
        return kept;
    }

    /** A failure is not kept: it may pass. */
    private List<RubricOutcome> keep(
            ChainRequest request, Samples samples, List<Heard<UserRubric>> heard) {
        List<RubricOutcome> outcomes = new ArrayList<>();
        for (int i = 0; i < heard.size(); i++) {
            UserRubric rubric = heard.get(i).value();
            outcomes.add(
                    rubric == null
                            ? new RubricOutcome.Failed(heard.get(i).reason(), heard.get(i).tokens())
                            : rubrics.keep(
                                    sample(request, samples, i),
                                    new RubricOutcome.Written(rubric, heard.get(i).tokens())));
        }
        return outcomes;
    }

    private static Sample sample(ChainRequest request, Samples samples, int i) {
        return new Sample(
                request.user(), request.prompt(), samples.first() + i, samples.temperature());
    }

    @Override
    public List<List<RubricScores>> scoreAlone(List<ChainRequest> requests, Samples samples) {
        List<List<RubricOutcome>> rubrics = written(requests, samples);
        List<Asked> alone = new ArrayList<>();
        for (int r = 0; r < requests.size(); r++) {
            for (RubricOutcome outcome : rubrics.get(r)) {
                if (outcome instanceof RubricOutcome.Written written) {
                    for (String response : requests.get(r).responses()) {
                        ChainRequest one = requests.get(r).withResponses(List.of(response));
                        alone.add(asked(one, scoring, written.rubric().text()));
                    }
                }
            }
        }
        Iterator<List<Heard<EvaluationChain>>> heard =
                new Dialogue(client, options.maxTokens(), null)
                        .askAll(alone, SCORING, LlmChainWriter.reader(options, 1, false))
                        .iterator();
        List<List<RubricScores>> all = new ArrayList<>();
        for (int r = 0; r < requests.size(); r++) {
            int responses = requests.get(r).responses().size();
            List<RubricScores> own = new ArrayList<>();
            for (RubricOutcome outcome : rubrics.get(r)) {
                own.add(
                        outcome instanceof RubricOutcome.Failed failed
                                ? RubricScores.without(failed, responses)
                                : scores(outcome, heard, responses));
            }
            all.add(own);
        }
        return all;
    }

    private static RubricScores scores(
            RubricOutcome rubric, Iterator<List<Heard<EvaluationChain>>> heard, int responses) {
        long tokens = rubric.tokens();
        List<ScoreOutcome> outcomes = new ArrayList<>();
        for (int i = 0; i < responses; i++) {
            Heard<EvaluationChain> one = heard.next().get(0);
            tokens += one.tokens();
            outcomes.add(outcome(one));
        }
        return new RubricScores(rubric, RatingScale.PLAIN, outcomes, tokens);
    }

    private static ScoreOutcome outcome(Heard<EvaluationChain> heard) {
        EvaluationChain chain = heard.value();
        if (chain == null) {
            return new ScoreOutcome.Failed(heard.reason(), 1);
        }
        Double score = chain.scores().get(0);
        return score == null
                ? new ScoreOutcome.Abstained("declined")
                : new ScoreOutcome.Scored(score);
    }

    private Asked asked(ChainRequest request, PromptTemplate template, String rubric) {
        return new Asked(LlmChainWriter.prompt(request, template, options, seeds, rubric), request);
    }
}
