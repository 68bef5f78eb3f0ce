package org.kindred.pipeline.study;

import java.util.ArrayList;
import java.util.List;
import org.kindred.pipeline.GroupLabels;
import org.kindred.policy.advantage.AdvantageOptions;
import org.kindred.policy.advantage.EstimatorKind;
import org.kindred.policy.grpo.GroupSampling;
import org.kindred.policy.schedule.EntropyBonus;

/**
 * A method under study.
 *
 * @param name also the name of its folder
 * @param labels what the estimator and the sampling are told: {@code dataset} for the true groups,
 *     {@code random}, or {@code prototypes} as a judge infers them from choices
 * @param tunedAs the arm whose learning rate it takes; itself, unless it is a control
 */
record StudyArm(
        String name,
        AdvantageOptions advantage,
        GroupSampling sampling,
        EntropyBonus entropy,
        GroupLabels labels,
        String tunedAs) {

    static final String BASELINE = "grpo";

    /** Estimators, and the two levers together and one by one on GRPO. */
    static List<StudyArm> all(EntropyBonus falling) {
        List<StudyArm> arms = new ArrayList<>();
        for (EstimatorKind kind :
                List.of(
                        EstimatorKind.GRPO,
                        EstimatorKind.P_GRPO,
                        EstimatorKind.REINFORCE_PP_BASELINE,
                        EstimatorKind.P_GRPO_SHRUNK)) {
            arms.add(plain(kind.spelling(), kind, GroupSampling.NATURAL, EntropyBonus.NONE));
        }
        arms.add(plain("balanced", EstimatorKind.GRPO, GroupSampling.BALANCED, EntropyBonus.NONE));
        arms.add(plain("entropy", EstimatorKind.GRPO, GroupSampling.NATURAL, falling));
        arms.add(plain("balanced-entropy", EstimatorKind.GRPO, GroupSampling.BALANCED, falling));
        return arms;
    }

    private static StudyArm plain(
            String name, EstimatorKind kind, GroupSampling sampling, EntropyBonus entropy) {
        return new StudyArm(
                name,
                AdvantageOptions.defaults(kind),
                sampling,
                entropy,
                GroupLabels.DATASET,
                name);
    }

    /** Whether it does anything with groups. */
    boolean readsGroups() {
        return advantage.estimator().usesHistory() || sampling.kind() != GroupSampling.Kind.NATURAL;
    }

    /** The same method with other labels, at the same learning rate. */
    StudyArm withLabels(GroupLabels other) {
        return new StudyArm(
                name + "-" + (other == GroupLabels.RANDOM ? "random" : "inferred"),
                advantage,
                sampling,
                entropy,
                other,
                tunedAs);
    }
}
