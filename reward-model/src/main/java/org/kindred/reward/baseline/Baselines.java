package org.kindred.reward.baseline;

import java.util.Collection;
import java.util.List;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.TextEmbedder;
import org.kindred.reward.judge.RubricJudge;

/** All competitors, fitted to the same rows. */
public final class Baselines {
    private Baselines() {}

    /**
     * @param training choices that may be learnt from
     * @param judge fitted to the same choices: takes the place of a language model
     */
    public static List<Baseline> fit(
            Collection<Preference> training,
            TextEmbedder embedder,
            RubricJudge judge,
            SeedTree seeds) {
        EmbeddedPairs pairs = EmbeddedPairs.of(training, embedder);
        SeedTree rubrics = seeds.child("rubrics");
        return List.of(
                new RubricBaseline(judge, RubricBaseline.Kind.PLAIN, rubrics),
                new RubricBaseline(judge, RubricBaseline.Kind.HISTORY, rubrics),
                new RubricBaseline(judge, RubricBaseline.Kind.PERSONA, rubrics),
                new RubricBaseline(judge, RubricBaseline.Kind.CHECKLIST, rubrics),
                new BradleyTerry(pairs, BradleyTerry.Share.GLOBAL),
                new BradleyTerry(pairs, BradleyTerry.Share.USER),
                new BradleyTerry(pairs, BradleyTerry.Share.HIERARCHICAL),
                new LowRank(pairs, seeds.child("low-rank")),
                new PrototypeMixture(pairs, seeds.child("mixture")),
                new NearestUsers(pairs),
                new GroupPreference(pairs, seeds.child("group-preference")));
    }
}
