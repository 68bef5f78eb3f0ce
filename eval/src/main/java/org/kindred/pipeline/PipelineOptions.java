package org.kindred.pipeline;

import java.util.List;
import org.kindred.datasets.simulation.SimulationOptions;
import org.kindred.policy.model.DecoderOptions;
import org.kindred.policy.model.EngineOptions;
import org.kindred.reward.judge.JudgeMode;
import org.kindred.reward.judge.JudgeOptions;
import org.kindred.reward.judge.KernelWeights;
import org.kindred.reward.prototype.PrototypeOptions;

/**
 * Everything that {@code kindred run} can be told.
 *
 * @param seed root of the seed tree
 * @param simulation the population
 * @param rewardJudge who scores completions in reinforcement learning, and whose chains make the
 *     preference groups of training: {@code rubric}, {@code local:DIR}, {@code openai:URL#MODEL} or
 *     {@code ollama:URL#MODEL}. Personas in prompts and the judge of the evaluation stay those of
 *     the rubric judge
 * @param judge the rubric judge
 * @param prototypes the preference groups
 * @param model the policy's architecture
 * @param engine threads and device
 * @param sft the first policy, from scratch
 * @param reinforcement GRPO, P-GRPO and relatives
 * @param evaluation of all policies
 */
public record PipelineOptions(
        long seed,
        SimulationOptions simulation,
        String rewardJudge,
        JudgeOptions judge,
        PrototypeOptions prototypes,
        DecoderOptions model,
        EngineOptions engine,
        SupervisedOptions sft,
        ReinforcementOptions reinforcement,
        EvaluationOptions evaluation) {

    public static PipelineOptions defaults() {
        return new PipelineOptions(
                1,
                SimulationOptions.defaults(),
                "rubric",
                oneSetting(),
                PrototypeOptions.defaults().withK(4),
                DecoderOptions.defaults(),
                EngineOptions.defaults(),
                SupervisedOptions.defaults(),
                ReinforcementOptions.defaults(),
                EvaluationOptions.defaults());
    }

    /** What the search finds on the default population, which takes it a minute or more. */
    private static JudgeOptions oneSetting() {
        JudgeOptions search = JudgeOptions.defaults();
        return new JudgeOptions(
                List.of(new KernelWeights(4, 0, 0, 1, 1)),
                List.of(6),
                List.of(10.0),
                List.of(30.0),
                List.of(2.0),
                List.of(JudgeMode.CLOUDS),
                List.of(4),
                search.tau(),
                search.landmarks(),
                search.scenarios(),
                search.folds(),
                search.rounds(),
                search.scale());
    }
}
