package org.kindred.eval.alignment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.simulation.SimulatedPopulation;
import org.kindred.datasets.simulation.SimulationOptions;
import org.kindred.reward.BgeEmbedder;
import org.kindred.reward.judge.JudgeOptions;

final class EvaluatingJudgeTest {
    private static final PreferenceDataset DATASET =
            SimulatedPopulation.generate(
                            SimulationOptions.defaults().withUsers(60), SeedTree.root(1))
                    .dataset();

    @Test
    void fit_onWhatTheRewardingJudgeNeverReads_predictsWhatItWasFittedOn() {
        try (BgeEmbedder embedder = new BgeEmbedder(BgeEmbedder.Options.defaults())) {
            EvaluatingJudge.Fitted judge =
                    (EvaluatingJudge.Fitted)
                            EvaluatingJudge.fit(
                                    DATASET, embedder, JudgeOptions.defaults(), SeedTree.root(1));
            List<Preference> training = DATASET.training();
            assertThat(judge.choices())
                    .isEqualTo(DATASET.preferences().size() - training.size())
                    .isPositive();
            assertThat(judge.accuracy()).isBetween(0.6, 1.0);
            assertThat(judge.describe()).contains("on " + judge.choices() + " choices", " %");
            Preference target = DATASET.targets().get(0);
            assertThat(judge.score(target.userId(), target.promptText(), target.chosenText()))
                    .isBetween(1.0, 10.0);
            assertThat(judge.score("nobody", target.promptText(), target.chosenText())).isNaN();
        }
    }

    @Test
    void fit_tooFewChoices_saysHowManyAreNeeded() {
        PreferenceDataset few = new PreferenceDataset(List.of(), DATASET.targets().subList(0, 5));
        try (BgeEmbedder embedder = new BgeEmbedder(BgeEmbedder.Options.defaults())) {
            assertThat(
                            EvaluatingJudge.fit(
                                    few, embedder, JudgeOptions.defaults(), SeedTree.root(1)))
                    .isInstanceOfSatisfying(
                            EvaluatingJudge.Unavailable.class,
                            none ->
                                    assertThat(none.reason())
                                            .contains("5 choices", "at least 60 choices of 6"));
        }
    }
}
