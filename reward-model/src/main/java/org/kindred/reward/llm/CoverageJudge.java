package org.kindred.reward.llm;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.UserContext;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.chain.Coverage;
import org.kindred.reward.chain.EvaluationChain;
import org.kindred.reward.chain.JudgeReply;
import org.kindred.reward.chain.Samples;
import org.kindred.reward.client.JudgeClient;
import org.kindred.reward.prompt.PairPrompt;
import org.kindred.reward.prompt.PromptTemplate;
import org.kindred.reward.prompt.UntrustedText;

/**
 * The process reward PR of chain writers (P-GenRM, arXiv 2602.12116, 2.2): how well a chain covers
 * what the user is known to want. One mark from 0 to 10 a wish; PR is their mean / 10. Replies are
 * read as {@link JudgeReply} says, and asked for once more where they cannot be. A failure of this
 * judge is no failure of the chain: it leaves the chain unscored.
 */
public final class CoverageJudge implements Coverage {
    private static final int MAX_TOKENS = 512;
    private static final PromptTemplate TEMPLATE = PromptTemplate.load("coverage-judge", 1);

    private final JudgeClient client;

    public CoverageJudge(JudgeClient client) {
        this.client = client;
    }

    @Override
    public ScoreOutcome coverage(String userId, EvaluationChain chain, List<String> wishes) {
        if (wishes.isEmpty()) {
            return new ScoreOutcome.Abstained("no wishes are known");
        }
        StringBuilder list = new StringBuilder();
        for (int i = 0; i < wishes.size(); i++) {
            list.append(UntrustedText.fence("wish " + (i + 1), wishes.get(i))).append('\n');
        }
        Map<String, String> values =
                Map.of(
                        "stated", list.toString().strip(),
                        "analysis", UntrustedText.fence("analysis", chain.persona()));
        Dialogue.Heard<Double> heard =
                new Dialogue(client, MAX_TOKENS, null)
                        .ask(
                                new Dialogue.Asked(
                                        new PairPrompt(
                                                PromptTemplate.fill(TEMPLATE.system(), values),
                                                PromptTemplate.fill(TEMPLATE.user(), values),
                                                "",
                                                ""),
                                        new ChainRequest(
                                                new UserContext(userId, List.of()),
                                                "",
                                                List.of(chain.persona()))),
                                new Samples(0, 1, 0),
                                reply -> read(reply, wishes.size()))
                        .get(0);
        Double share = heard.value();
        return share == null
                ? new ScoreOutcome.Failed(heard.reason(), 1)
                : new ScoreOutcome.Scored(share);
    }

    private static Dialogue.Reading<Double> read(String reply, int wishes) {
        try {
            JsonNode marks = JudgeReply.object(JudgeReply.answer(reply)).path("coverage");
            if (!marks.isArray() || marks.size() != wishes) {
                throw new JudgeReply.Unreadable("marks");
            }
            double sum = 0;
            for (JsonNode mark : marks) {
                sum += JudgeReply.mark(mark);
            }
            return new Dialogue.Reading<>(sum / (10.0 * wishes), "");
        } catch (JudgeReply.Unreadable e) {
            return new Dialogue.Reading<@Nullable Double>(null, e.code());
        }
    }
}
