package org.kindred.reward.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.Json;
import org.kindred.datasets.Message;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.chain.Coverage;
import org.kindred.reward.chain.EvaluationChain;
import org.kindred.reward.client.Answer;
import org.kindred.reward.client.JudgeClient;
import org.kindred.reward.client.Question;
import org.kindred.reward.prompt.PromptTemplate;
import org.kindred.reward.prompt.UntrustedText;

/**
 * The process reward PR of chain writers (P-GenRM, arXiv 2602.12116, 2.2): how well a chain covers
 * what the user is known to want. One mark from 0 to 10 a wish; PR is their mean / 10. A failure of
 * this judge is no failure of the chain: it leaves the chain unscored.
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
        Answer answer =
                client.ask(
                                new Question(
                                        List.of(
                                                Message.system(
                                                        PromptTemplate.fill(
                                                                TEMPLATE.system(), values)),
                                                Message.user(
                                                        PromptTemplate.fill(
                                                                TEMPLATE.user(), values))),
                                        userId,
                                        userId,
                                        0,
                                        MAX_TOKENS,
                                        null,
                                        0),
                                0,
                                1)
                        .get(0);
        if (answer instanceof Answer.Failed failed) {
            return new ScoreOutcome.Failed(failed.reason(), failed.attempts());
        }
        return read(((Answer.Text) answer).text(), wishes.size());
    }

    private static ScoreOutcome read(String reply, int wishes) {
        try {
            JsonNode marks = Json.mapper().readTree(reply.strip()).path("coverage");
            double sum = 0;
            boolean whole = marks.isArray() && marks.size() == wishes;
            for (JsonNode mark : marks) {
                whole &= mark.isNumber() && mark.doubleValue() >= 0 && mark.doubleValue() <= 10;
                sum += mark.doubleValue();
            }
            return whole
                    ? new ScoreOutcome.Scored(sum / (10.0 * wishes))
                    : new ScoreOutcome.Failed("MALFORMED(marks)", 1);
        } catch (JsonProcessingException e) {
            return new ScoreOutcome.Failed("MALFORMED(bad JSON)", 1);
        }
    }
}
