package org.kindred.pipeline;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.kindred.options.Meaning;
import org.kindred.policy.advantage.EstimatorKind;
import org.kindred.policy.model.EngineOptions;
import org.kindred.reward.judges.RewardOptions;

/**
 * Everything that a recipe can be told, one record for each stage. Every command that does one of
 * the stages takes the options of that stage under the same keys.
 */
public record RecipeOptions(
        @Meaning(value = "root of everything random", essential = true) long seed,
        @Meaning(
                        "several runs of the recipe, one a seed, compared in one table; empty for one run with"
                                + " seed")
                List<Long> seeds,
        @Meaning(value = "whose choices", essential = true) DataOptions data,
        @Meaning(value = "who judges", essential = true) RewardOptions judge,
        @Meaning(value = "what a preference group is", essential = true) GroupOptions groups,
        @Meaning(value = "the policy that all arms start from", essential = true)
                StartOptions start,
        @Meaning(value = "reinforcement learning, as all arms share it", essential = true)
                ReinforcementOptions reinforcement,
        @Meaning(
                        value =
                                "policies that are trained: names of estimators, or maps with a name and what"
                                        + " differs, for example {name: balanced, estimator: grpo,"
                                        + " batch.group_sampling: balanced}",
                        essential = true)
                List<ArmOptions> arms,
        @Meaning("learning rates chosen on other seeds") TuningOptions tuning,
        @Meaning(value = "how the policies are measured", essential = true)
                EvaluationOptions evaluation,
        @Meaning("where and how models compute") EngineOptions engine) {
    /** Names that the policy which all arms start from has in tables. */
    static final String SFT = "sft";

    static final String BASE = "base";

    /**
     * Whether the judge picks texts that the start learns: the embedded one, since a language model
     * would read tens of thousands of them.
     */
    boolean picks() {
        return start.persona()
                && start.sft().epochs() > 0
                && start.sft().picks() + start.sft().suited() > 0
                && judge.embedded();
    }

    /** Whether the judge rewards any policy. */
    public boolean rewardsByJudge() {
        return reinforcement.rewards(RewardTerm.Kind.JUDGE)
                || arms.stream()
                        .anyMatch(arm -> arm.resolve(reinforcement).rewards(RewardTerm.Kind.JUDGE));
    }

    public RecipeOptions {
        seeds = List.copyOf(seeds);
        arms =
                arms.stream()
                        .filter(arm -> !arm.name().equals(SFT) && !arm.name().equals(BASE))
                        .toList();
        Set<String> names = new TreeSet<>();
        for (ArmOptions arm : arms) {
            if (!names.add(arm.name())) {
                throw new IllegalArgumentException(
                        "arms: " + arm.name() + " is named twice; names are folders");
            }
            arm.resolve(reinforcement);
        }
        if (seeds.stream().distinct().count() < seeds.size()) {
            throw new IllegalArgumentException("seeds = " + seeds + ": each once");
        }
        for (long reported : seeds.isEmpty() ? List.of(seed) : seeds) {
            if (tuning.wanted() && tuning.seeds().contains(reported)) {
                throw new IllegalArgumentException(
                        "tuning.seeds = "
                                + tuning.seeds()
                                + ": "
                                + reported
                                + " is a seed of the recipe; rates must be chosen on other seeds");
            }
        }
    }

    /** Simulated people, the rubric judge, a small decoder, GRPO and P-GRPO. */
    public static RecipeOptions defaults() {
        return new RecipeOptions(
                1,
                List.of(),
                DataOptions.defaults(),
                RewardOptions.defaults(),
                GroupOptions.defaults(),
                StartOptions.defaults(),
                ReinforcementOptions.defaults(),
                List.of(ArmOptions.of(EstimatorKind.GRPO), ArmOptions.of(EstimatorKind.P_GRPO)),
                TuningOptions.none(),
                EvaluationOptions.defaults(),
                EngineOptions.defaults());
    }

    /** Name of the policy that all arms start from. */
    public String startName() {
        return start.sft().epochs() > 0 || start.scratch() ? SFT : BASE;
    }

    /** One run of the recipe. */
    RecipeOptions withSeed(long one) {
        return new RecipeOptions(
                one,
                List.of(),
                data,
                judge,
                groups,
                start,
                reinforcement,
                arms,
                TuningOptions.none(),
                evaluation,
                engine);
    }

    /** Without {@code seeds}, which names one seed at most. */
    public RecipeOptions withOnlySeed() {
        return withSeed(seeds.isEmpty() ? seed : seeds.get(0));
    }

    RecipeOptions withArms(List<ArmOptions> others) {
        return new RecipeOptions(
                seed,
                seeds,
                data,
                judge,
                groups,
                start,
                reinforcement,
                others,
                tuning,
                evaluation,
                engine);
    }
}
