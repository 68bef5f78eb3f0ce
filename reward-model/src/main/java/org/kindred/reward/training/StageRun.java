package org.kindred.reward.training;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.options.Spelling;
import org.kindred.reward.chain.StageReward;

/**
 * A stage as it is run: a folder of its own, from the model of another leg or from the start model.
 *
 * @param name of the folder, and of the row in the table
 * @param origin leg whose model it goes on from; null for the start model
 * @param ablation whether a part is left out, for the table alone
 */
public record StageRun(
        String name,
        Stage stage,
        @Nullable String origin,
        boolean ablation,
        RewardTrainingOptions options) {

    /** The stages in their order, then the ablations, which share stage 1. */
    public static List<StageRun> of(RewardTrainingOptions options) {
        List<StageRun> legs = new ArrayList<>();
        String writer = null;
        for (Stage stage : options.stages()) {
            String name = Spelling.of(stage);
            legs.add(
                    new StageRun(
                            name, stage, stage.writesChains() ? writer : null, false, options));
            writer = stage.writesChains() ? name : writer;
        }
        if (options.ablations()) {
            legs.addAll(ablations(options));
        }
        return List.copyOf(legs);
    }

    private static List<StageRun> ablations(RewardTrainingOptions options) {
        String psi = options.stages().contains(Stage.PSI) ? Spelling.of(Stage.PSI) : null;
        String cre = Spelling.of(Stage.CRE);
        StageReward whole = options.cre().reward();
        RewardTrainingOptions noCoverage =
                options.withCre(
                        new StageReward(0, whole.beta(), whole.penalty(), whole.replaces()));
        RewardTrainingOptions noOutcome =
                options.withCre(
                        new StageReward(whole.alpha(), 0, whole.penalty(), whole.replaces()));
        return List.of(
                ablation("cre_no_coverage", Stage.CRE, psi, noCoverage),
                ablation("cre_no_outcome", Stage.CRE, psi, noOutcome),
                ablation("no_cre", Stage.CURRICULUM, psi, options),
                ablation("no_coverage", Stage.CURRICULUM, "cre_no_coverage", options),
                ablation("no_outcome", Stage.CURRICULUM, "cre_no_outcome", options),
                ablation("no_curriculum", Stage.CURRICULUM, cre, options.withoutCurriculum()));
    }

    private static StageRun ablation(
            String name, Stage stage, @Nullable String origin, RewardTrainingOptions options) {
        return new StageRun(name, stage, origin, true, options);
    }
}
