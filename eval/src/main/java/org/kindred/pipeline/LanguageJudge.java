package org.kindred.pipeline;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.grpo.PolicyPrompt;
import org.kindred.policy.grpo.RewardFunction;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.policy.model.EngineOptions;
import org.kindred.reward.UserContext;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.OpenJudge;
import org.kindred.reward.judges.RewardData;
import org.kindred.reward.judges.RewardOptions;
import org.kindred.reward.prototype.PreferenceGroups;
import org.kindred.reward.prototype.PrototypeOptions;
import org.kindred.reward.prototype.ScenarioSpace;
import org.kindred.reward.scaling.NeighbourSource;
import org.kindred.reward.scaling.PGenRm;

/**
 * A language model in the place of the rubric judge: its chains about training users make the
 * preference groups, and it scores completions, each alone under a rubric that it wrote before.
 */
final class LanguageJudge implements RewardFunction, AutoCloseable {
    /** Group of users about whom no chain could be read. */
    static final String UNPLACED = "unplaced";

    /** Where the number of prototypes is left to the rubric judge. */
    private static final int CELLS = 4;

    private final OpenJudge judge;
    private final PGenRm model;
    private final RewardData data;
    private final RewardOptions options;
    private final Map<String, Preference> rows = new HashMap<>();
    private final PreferenceGroups groups;
    private final Set<String> placed = new HashSet<>();

    /**
     * @param cache file of its answers
     */
    LanguageJudge(
            String spec,
            PreferenceDataset dataset,
            PrototypeOptions prototypes,
            Path cache,
            SeedTree seeds,
            EngineOptions engine,
            Progress progress) {
        options = RewardOptions.defaults();
        data = RewardData.forTraining(dataset);
        data.training().forEach(row -> rows.put(row.id(), row));
        judge = new OpenJudge(JudgeSpec.parse(spec), data, options, cache, seeds, engine);
        model =
                new PGenRm(
                        judge.solo(),
                        (request, n) -> new NeighbourSource.Found(List.of(), n > 0),
                        options.scaling());
        int cells = prototypes.k() == PrototypeOptions.AUTO ? CELLS : prototypes.k();
        ScenarioSpace space = judge.scenarios(options.scenarios().withK(cells), progress);
        space.members().forEach(member -> placed.add(member.userId()));
        groups = PreferenceGroups.scenarios(space, PreferenceGroups.Level.USER);
    }

    /** The preference group of a training user. */
    String groupOf(String userId) {
        return placed.contains(userId) ? groups.groupOf(userId, "") : UNPLACED;
    }

    @Override
    public List<ScoreOutcome> score(PolicyPrompt prompt, List<String> completions) {
        Preference row = rows.get(prompt.id());
        UserContext user = data.contexts().get(row.userId()).firstChoices(options.shots());
        return model.scoreEach(user, row.promptText(), completions);
    }

    @Override
    public void close() {
        judge.close();
    }
}
