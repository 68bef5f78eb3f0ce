package org.kindred.reward.training;

import java.util.EnumSet;
import java.util.List;
import org.kindred.policy.model.DecoderOptions;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.model.LoraOptions;
import org.kindred.policy.run.TrainingRun;
import org.kindred.policy.run.Watch;
import org.kindred.reward.chain.StageReward;
import org.kindred.reward.judges.RewardOptions;

/**
 * {@code kindred reward train}.
 *
 * @param seed of everything random
 * @param stages of {@code psi}, {@code cre}, {@code curriculum}, {@code bt_global}, {@code
 *     bt_persona}, each once; leaving one out is the ablation
 * @param ablations whether the stages without one part each are trained too, for the table: no CRE,
 *     no coverage, no outcome, no curriculum
 * @param teacher who writes the chains of stage 1: {@code rubric}, {@code openai:URL#MODEL}, {@code
 *     ollama:URL#MODEL} or {@code local:DIR}
 * @param coverage who rates how well chains cover what is wanted: {@code matched} by words, or an
 *     endpoint as for {@code teacher}
 * @param chains what the teacher is asked for
 * @param psi stage 1
 * @param cre stage 2
 * @param outcome stage 3
 * @param curriculum which pairs stage 3 learns on
 * @param bradleyTerry the competitors
 * @param heldOutShare of the training users, on whose pairs checkpoints are chosen
 * @param heldOutPairs most such pairs
 * @param testPairs most held-back pairs of new users in the closing table, drawn by seed; 0 for all
 * @param validation how often the held-out pairs are judged, and when a stage stops early
 * @param checkpoints how often, how many
 * @param loraRank rank of the adapters that are trained; 0 trains all weights
 * @param loraAlpha numerator of their scale
 * @param decoder the model that {@code --model scratch} makes
 * @param engine device, precision, threads
 * @param reward options of the judge: {@code llm} is how the trained model is asked, {@code shots}
 *     how much past it sees, the rest is the teacher's
 */
public record RewardTrainingOptions(
        long seed,
        List<Stage> stages,
        boolean ablations,
        String teacher,
        String coverage,
        ChainDataOptions chains,
        ImitationOptions psi,
        ReinforcementStageOptions cre,
        ReinforcementStageOptions outcome,
        CurriculumOptions curriculum,
        ImitationOptions bradleyTerry,
        double heldOutShare,
        int heldOutPairs,
        int testPairs,
        Watch.Validation.Options validation,
        TrainingRun.Options checkpoints,
        int loraRank,
        double loraAlpha,
        DecoderOptions decoder,
        EngineOptions engine,
        RewardOptions reward) {

    public RewardTrainingOptions {
        stages = List.copyOf(stages);
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
        if (reward.llm().schema()) {
            throw new IllegalArgumentException(
                    "reward.llm.schema = true: a model is trained on the marked format");
        }
    }

    /** The three stages with the constants of the paper where it prints them. */
    public static RewardTrainingOptions defaults() {
        return new RewardTrainingOptions(
                42,
                List.of(Stage.PSI, Stage.CRE, Stage.CURRICULUM),
                false,
                "rubric",
                "matched",
                ChainDataOptions.defaults(),
                ImitationOptions.defaults(),
                ReinforcementStageOptions.defaults(StageReward.criteria()),
                ReinforcementStageOptions.defaults(StageReward.outcomeOnly()),
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
                teacher,
                coverage,
                chains,
                psi,
                cre,
                outcome,
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
                reward);
    }

    LoraOptions lora() {
        LoraOptions all = LoraOptions.defaults();
        return new LoraOptions(loraRank, loraAlpha, false, EnumSet.copyOf(all.targets()));
    }
}
