package org.kindred.pipeline.study;

import java.util.List;
import org.kindred.datasets.simulation.SimulationOptions;
import org.kindred.pipeline.SupervisedOptions;
import org.kindred.policy.grpo.BatchOptions;
import org.kindred.policy.grpo.GroupSampling;
import org.kindred.policy.model.DecoderOptions;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.schedule.EntropyBonus;

/**
 * {@code kindred policy study}.
 *
 * @param seed of everything random
 * @param populations each is a block of the study
 * @param seeds paired runs of every arm
 * @param tuningSeeds other runs, on which the learning rate of each arm is chosen
 * @param rates learning rates to choose from, by the worst group's utility over the run
 * @param entropyBonus of the arms that have one
 * @param controls population in which random and inferred labels are tried too
 * @param steps of reinforcement learning
 * @param measureEvery steps between measurements of true utility; the area under the curve is their
 *     mean
 * @param measuredPrompts prompts a group that each measurement answers
 * @param simulation the world; a population changes its scales and difficulty
 * @param model the policy's shape
 * @param sft how it learns the language before
 * @param batch of a step; the sampling of groups is the arm's
 * @param sampling of completions
 * @param engine threads; one is best for models this small
 */
public record StudyOptions(
        long seed,
        List<Population> populations,
        int seeds,
        int tuningSeeds,
        List<Double> rates,
        EntropyBonus entropyBonus,
        Population controls,
        int steps,
        int measureEvery,
        int measuredPrompts,
        SimulationOptions simulation,
        DecoderOptions model,
        SupervisedOptions sft,
        BatchOptions batch,
        SamplingOptions sampling,
        EngineOptions engine) {

    public StudyOptions {
        populations = List.copyOf(populations);
        rates = List.copyOf(rates);
        if (populations.isEmpty() || rates.isEmpty()) {
            throw new IllegalArgumentException(
                    "populations = " + populations + ", rates = " + rates + ": at least one each");
        }
        if (seeds < 2 || tuningSeeds < 1 || steps < 1 || measureEvery < 1 || measuredPrompts < 1) {
            throw new IllegalArgumentException(
                    "seeds = "
                            + seeds
                            + ", tuning_seeds = "
                            + tuningSeeds
                            + ", steps = "
                            + steps
                            + ", measure_every = "
                            + measureEvery
                            + ", measured_prompts = "
                            + measuredPrompts
                            + ": at least 2 seeds and 1 of the others");
        }
        if (batch.groupSampling().kind() != GroupSampling.Kind.NATURAL) {
            throw new IllegalArgumentException(
                    "batch.group_sampling = "
                            + batch.groupSampling()
                            + ": the arms of the study choose it; leave it out");
        }
    }

    /**
     * Three populations of 100 users in three groups, five seeds, a model of 0.3 million weights.
     */
    public static StudyOptions defaults() {
        SimulationOptions plain = SimulationOptions.defaults();
        SimulationOptions.People people = plain.people();
        SimulationOptions world =
                new SimulationOptions(
                        plain.world(),
                        new SimulationOptions.People(
                                100,
                                List.of(0.80, 0.15, 0.05),
                                people.unseenShare(),
                                0.2,
                                people.domainShift(),
                                0,
                                0),
                        new SimulationOptions.Texts(4, 0, 6, 4, 4, 0),
                        new SimulationOptions.Pairs(8, 2, 4, 0),
                        plain.ratings());
        return new StudyOptions(
                1,
                List.of(Population.values()),
                5,
                1,
                List.of(3e-5, 1e-4, 3e-4),
                EntropyBonus.parse("linear:0.02"),
                Population.MINORITY_FIFTH,
                60,
                20,
                60,
                world,
                new DecoderOptions(1536, 96, 2, 4, 4, 256, 0.02),
                new SupervisedOptions(24_000, 3e-3, 1, 1e-3, 16),
                new BatchOptions(8, 4, GroupSampling.NATURAL, 1, 32),
                new SamplingOptions(64, 1, 0, 1, 0, 1),
                EngineOptions.defaults().withThreads(1));
    }
}
