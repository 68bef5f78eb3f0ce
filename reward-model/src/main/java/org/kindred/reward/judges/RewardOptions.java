package org.kindred.reward.judges;

import org.kindred.reward.client.ClientOptions;
import org.kindred.reward.judge.JudgeOptions;
import org.kindred.reward.llm.LlmOptions;
import org.kindred.reward.prototype.PrototypeOptions;
import org.kindred.reward.prototype.ScenarioSpace;
import org.kindred.reward.scaling.PrototypeNeighbours;
import org.kindred.reward.scaling.ScalingPlan;

/**
 * Options of {@code kindred reward ...}.
 *
 * @param seed of everything random
 * @param shots most past choices of a user that are read
 * @param rowsPerUser most training choices of a user for which a chain is written
 * @param bothOrders ask language models in both orders of a pair and average
 * @param samplesPerRequest most samples in one request of an OpenAI-compatible server; 1 for
 *     servers that ignore {@code n}
 * @param timeoutSeconds of one call
 * @param cache keep every answer of a language model in {@code judge-cache.sqlite}; holds texts
 * @param diagnose pairs that are asked again in both orders and with exchanged labels; 0 for none
 * @param neighbours who speaks beside the user
 * @param scaling samples and how they are put together
 * @param judge the rubric judge
 * @param prototypes cells of users, for the rubric judge
 * @param scenarios cells of (user, scenario) samples, as published
 * @param llm prompts of language models
 * @param client calls of language models
 */
public record RewardOptions(
        long seed,
        int shots,
        int rowsPerUser,
        boolean bothOrders,
        int samplesPerRequest,
        int timeoutSeconds,
        boolean cache,
        int diagnose,
        PrototypeNeighbours.Choice neighbours,
        ScalingPlan scaling,
        JudgeOptions judge,
        PrototypeOptions prototypes,
        ScenarioSpace.Options scenarios,
        LlmOptions llm,
        ClientOptions client) {
    public RewardOptions {
        require(shots >= 0, "shots", shots, "0 or more");
        require(rowsPerUser >= 1, "rows_per_user", rowsPerUser, "1 or more");
        require(samplesPerRequest >= 1, "samples_per_request", samplesPerRequest, "1 or more");
        require(timeoutSeconds >= 1, "timeout_seconds", timeoutSeconds, "1 or more");
        require(diagnose >= 0, "diagnose", diagnose, "0 or more");
    }

    public static RewardOptions defaults() {
        return new RewardOptions(
                1,
                10,
                6,
                true,
                8,
                120,
                true,
                0,
                PrototypeNeighbours.Choice.PROTOTYPE,
                ScalingPlan.base(),
                JudgeOptions.fixed(),
                PrototypeOptions.defaults(),
                ScenarioSpace.Options.defaults(),
                LlmOptions.defaults(),
                ClientOptions.defaults());
    }

    /** The same with another way to ask language models. */
    public RewardOptions withLlm(LlmOptions other) {
        return with(judge, other);
    }

    /** The same with other options of the rubric judge. */
    public RewardOptions withJudge(JudgeOptions other) {
        return with(other, llm);
    }

    private RewardOptions with(JudgeOptions judge, LlmOptions llm) {
        return new RewardOptions(
                seed,
                shots,
                rowsPerUser,
                bothOrders,
                samplesPerRequest,
                timeoutSeconds,
                cache,
                diagnose,
                neighbours,
                scaling,
                judge,
                prototypes,
                scenarios,
                llm,
                client);
    }

    private static void require(boolean holds, String name, int value, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(name + " = " + value + ": must be " + allowed);
        }
    }
}
