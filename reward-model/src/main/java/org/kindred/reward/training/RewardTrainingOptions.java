package org.kindred.reward.training;

import java.util.EnumSet;
import java.util.List;
import org.kindred.options.Meaning;
import org.kindred.policy.grpo.GroupSampling;
import org.kindred.policy.model.DecoderOptions;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.model.LoraOptions;
import org.kindred.policy.run.TrainingRun;
import org.kindred.policy.run.Watch;
import org.kindred.reward.chain.StageReward;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.RewardOptions;

/** {@code kindred reward train}. */
public record RewardTrainingOptions(
        @Meaning(value = "of everything random", essential = true) long seed,
        @Meaning(
                        value =
                                "of psi, cre, curriculum, bt_global, bt_persona, each once; leaving one out is the "
                                        + "ablation",
                        essential = true)
                List<Stage> stages,
        @Meaning(
                        "whether the stages without one part each are trained too, for the "
                                + "table: no CRE, no coverage, no outcome, no curriculum")
                boolean ablations,
        @Meaning(
                        value =
                                "who rates how well chains cover what is wanted: matched by words, or a judge as judge.spec "
                                        + "names it",
                        essential = true)
                String coverage,
        @Meaning("what the teacher is asked for") ChainDataOptions chains,
        @Meaning(value = "stage 1", essential = true) ImitationOptions psi,
        @Meaning(value = "stage 2", essential = true) ReinforcementStageOptions cre,
        @Meaning(value = "stage 3", essential = true) ReinforcementStageOptions outcome,
        @Meaning(
                        value =
                                "preference groups of the pairs in stages 2 and 3, for estimators, weights and sampling"
                                        + " that read them: none; prototypes, the teacher's cells of users; run:DIR, those"
                                        + " that kindred reward prototypes or kindred run left in a folder; single, one"
                                        + " for all, a control. Labels of the data set are never read",
                        essential = true)
                PairGroups groups,
        @Meaning("which pairs stage 3 learns on") CurriculumOptions curriculum,
        @Meaning("the competitors") ImitationOptions bradleyTerry,
        @Meaning("of the training users, on whose pairs checkpoints are chosen")
                double heldOutShare,
        @Meaning("most such pairs") int heldOutPairs,
        @Meaning(
                        "most held-back pairs of new users in the closing table, drawn by seed; "
                                + "0 for all")
                int testPairs,
        @Meaning("how often the held-out pairs are judged, and when a stage stops early")
                Watch.Validation.Options validation,
        @Meaning("how often, how many") TrainingRun.Options checkpoints,
        @Meaning(
                        value = "rank of the adapters that are trained; 0 trains all weights",
                        essential = true)
                int loraRank,
        @Meaning("numerator of their scale") double loraAlpha,
        @Meaning("the model that --model scratch makes") DecoderOptions decoder,
        @Meaning(value = "device, precision, threads", essential = true) EngineOptions engine,
        @Meaning(
                        "the teacher, who writes the chains of stage 1; llm is how the trained "
                                + "model is asked, shots how much past it sees")
                RewardOptions judge) {

    public RewardTrainingOptions {
        stages = List.copyOf(stages);
        if (JudgeSpec.holdsPassword(coverage)) {
            throw new IllegalArgumentException(JudgeSpec.PASSWORD);
        }
        if (stages.isEmpty() || stages.stream().distinct().count() < stages.size()) {
            throw new IllegalArgumentException(
                    "stages = " + stages + ": name at least one, each once");
        }
        if (!stages.equals(stages.stream().sorted().toList())) {
            throw new IllegalArgumentException(
                    "stages = "
                            + stages
                            + ": must be in the order psi, cre, curriculum, bt_global, bt_persona");
        }
        if (ablations && !stages.containsAll(List.of(Stage.CRE, Stage.CURRICULUM))) {
            throw new IllegalArgumentException(
                    "ablations = true: stages = " + stages + " must contain cre and curriculum");
        }
        if (!(heldOutShare > 0 && heldOutShare < 1) || heldOutPairs < 1 || testPairs < 0) {
            throw new IllegalArgumentException(
                    "held_out_share = "
                            + heldOutShare
                            + ", held_out_pairs = "
                            + heldOutPairs
                            + ", test_pairs = "
                            + testPairs
                            + ": must be in (0, 1), for example 0.1, at least 1, and 0 or more");
        }
        if (loraRank < 0) {
            throw new IllegalArgumentException(
                    "lora_rank = " + loraRank + ": must be 0 (train all weights) or more");
        }
        if (curriculum.pairs() > 0 && curriculum.pairs() < outcome.batch().promptsPerStep()) {
            throw new IllegalArgumentException(
                    "curriculum.pairs = "
                            + curriculum.pairs()
                            + ": must be 0 (all) or at least outcome.batch.prompts_per_step = "
                            + outcome.batch().promptsPerStep());
        }
        if (stages.contains(Stage.CRE)) {
            cre.require("cre", groups);
        }
        if (stages.contains(Stage.CURRICULUM)) {
            outcome.require("outcome", groups);
            if (curriculum.enabled()
                    && outcome.batch().groupSampling().kind() != GroupSampling.Kind.NATURAL) {
                throw new IllegalArgumentException(
                        "outcome.batch.group_sampling = "
                                + outcome.batch().groupSampling()
                                + " with curriculum.enabled = true: the curriculum deals the pairs of a"
                                + " step and reads no group_sampling; use one of them");
            }
        }
        if (judge.llm().schema()) {
            throw new IllegalArgumentException(
                    "judge.llm.schema = true: a model is trained on the marked format");
        }
    }

    /** The three stages with the constants of the paper where it prints them. */
    public static RewardTrainingOptions defaults() {
        return new RewardTrainingOptions(
                42,
                List.of(Stage.PSI, Stage.CRE, Stage.CURRICULUM),
                false,
                "matched",
                ChainDataOptions.defaults(),
                ImitationOptions.defaults(),
                ReinforcementStageOptions.defaults(StageReward.criteria()),
                ReinforcementStageOptions.defaults(StageReward.outcomeOnly()),
                PairGroups.NONE,
                CurriculumOptions.defaults(),
                ImitationOptions.defaults(),
                0.1,
                200,
                400,
                Watch.Validation.Options.defaults(),
                TrainingRun.Options.defaults(),
                0,
                LoraOptions.defaults().alpha(),
                DecoderOptions.defaults(),
                EngineOptions.defaults(),
                RewardOptions.defaults());
    }

    /** Another reward in stage 2. */
    RewardTrainingOptions withCre(StageReward changed) {
        return with(cre.with(changed), curriculum);
    }

    /** Evenly drawn pairs in stage 3. */
    RewardTrainingOptions withoutCurriculum() {
        return with(cre, curriculum.disabled());
    }

    private RewardTrainingOptions with(
            ReinforcementStageOptions cre, CurriculumOptions curriculum) {
        return new RewardTrainingOptions(
                seed,
                stages,
                ablations,
                coverage,
                chains,
                psi,
                cre,
                outcome,
                groups,
                curriculum,
                bradleyTerry,
                heldOutShare,
                heldOutPairs,
                testPairs,
                validation,
                checkpoints,
                loraRank,
                loraAlpha,
                decoder,
                engine,
                judge);
    }

    LoraOptions lora() {
        LoraOptions all = LoraOptions.defaults();
        return new LoraOptions(loraRank, loraAlpha, false, EnumSet.copyOf(all.targets()));
    }
}
