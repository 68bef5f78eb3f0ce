package org.kindred.policy.bandit;

import java.util.List;
import org.kindred.policy.advantage.AdvantageOptions;
import org.kindred.policy.advantage.Divisor;
import org.kindred.policy.advantage.EstimatorKind;
import org.kindred.policy.advantage.GroupWeight;
import org.kindred.policy.advantage.ShrinkageScale;
import org.kindred.policy.advantage.Whitening;
import org.kindred.policy.grpo.GroupSampling;
import org.kindred.policy.schedule.EntropyBonus;

/** A method: estimator and levers. The first of each list is GRPO, which the others are held to. */
record BanditArm(
        String name, AdvantageOptions advantage, GroupSampling sampling, EntropyBonus entropy) {

    /** GRPO with the sample standard deviation, as TRL. */
    private static final AdvantageOptions GRPO =
            AdvantageOptions.defaults(EstimatorKind.GRPO).withStd(Divisor.SAMPLE, 1e-6);

    private static final AdvantageOptions P_GRPO = AdvantageOptions.defaults(EstimatorKind.P_GRPO);
    private static final AdvantageOptions SHRUNK =
            AdvantageOptions.defaults(EstimatorKind.P_GRPO_SHRUNK);

    /** Estimators alone. */
    static List<BanditArm> estimators() {
        return List.of(
                plain("GRPO", GRPO),
                plain("P-GRPO", P_GRPO),
                plain("R++b", AdvantageOptions.defaults(EstimatorKind.REINFORCE_PP_BASELINE)),
                plain("WITHIN", unwhitened(ShrinkageScale.WITHIN)),
                plain("PREDICTIVE", unwhitened(ShrinkageScale.PREDICTIVE)),
                plain("TOTAL", unwhitened(ShrinkageScale.TOTAL)),
                plain("JAMES_STEIN", unwhitened(ShrinkageScale.JAMES_STEIN)),
                plain("WITHIN + RMS", SHRUNK));
    }

    /** Levers on top of GRPO, and the recipe of both on the shrunk estimator. */
    static List<BanditArm> levers() {
        EntropyBonus falling = EntropyBonus.parse("linear:0.3");
        return List.of(
                plain("GRPO", GRPO),
                plain("P-GRPO", P_GRPO),
                plain("R++b", AdvantageOptions.defaults(EstimatorKind.REINFORCE_PP_BASELINE)),
                plain("WITHIN + RMS", SHRUNK),
                plain("INVERSE_SHARE(1)", weighted("inverse_share:1")),
                plain("DRO(3)", weighted("dro:3")),
                new BanditArm("BALANCED", GRPO, GroupSampling.BALANCED, EntropyBonus.NONE),
                new BanditArm("LINEAR(.3)", GRPO, GroupSampling.NATURAL, falling),
                new BanditArm("BALANCED + LINEAR(.3)", GRPO, GroupSampling.BALANCED, falling),
                new BanditArm(
                        "SHRINKAGE + BALANCED + LINEAR(.5)",
                        SHRUNK,
                        GroupSampling.BALANCED,
                        EntropyBonus.parse("linear:0.5")));
    }

    private static AdvantageOptions unwhitened(ShrinkageScale scale) {
        return SHRUNK.withShrinkageScale(scale).withSize(Whitening.NONE, GroupWeight.NONE, 0);
    }

    private static AdvantageOptions weighted(String weight) {
        return GRPO.withSize(Whitening.NONE, GroupWeight.parse(weight), 0);
    }

    private static BanditArm plain(String name, AdvantageOptions advantage) {
        return new BanditArm(name, advantage, GroupSampling.NATURAL, EntropyBonus.NONE);
    }
}
