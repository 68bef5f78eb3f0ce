package org.kindred.pipeline;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.TextEmbedder;
import org.kindred.reward.UserContext;
import org.kindred.reward.judge.Rubric;
import org.kindred.reward.judge.RubricJudge;
import org.kindred.reward.judge.UserPosterior;
import org.kindred.reward.prototype.PreferenceGroups;
import org.kindred.reward.prototype.PrototypeSpace;

/**
 * The reward model of a run: the judge, the prototypes, and for every user a rubric that is fixed
 * before any completion is read ({@code p-genrm}: completions are scored alone, so that a reward
 * history holds comparable numbers).
 */
final class RewardStage {
    private final RubricJudge judge;
    private final PrototypeSpace space;
    private final Map<String, UserContext> users;
    private final Map<String, UserPosterior> posteriors = new TreeMap<>();
    private final PreferenceGroups groups;

    private RewardStage(RubricJudge judge, PrototypeSpace space, Map<String, UserContext> users) {
        this.judge = judge;
        this.space = space;
        this.users = users;
        users.forEach((id, user) -> posteriors.put(id, judge.posterior(user)));
        groups = PreferenceGroups.prototypes(space, users.values());
    }

    static RewardStage fit(
            PreferenceDataset dataset,
            TextEmbedder embedder,
            PipelineOptions options,
            SeedTree seeds) {
        List<Preference> training = dataset.training();
        RubricJudge judge =
                RubricJudge.fit(training, embedder, options.judge(), seeds.child("judge"));
        PrototypeSpace space =
                PrototypeSpace.fit(
                        judge, training, options.prototypes(), seeds.child("prototypes"));
        return new RewardStage(judge, space, contexts(dataset));
    }

    static RewardStage load(RunFolder run, PreferenceDataset dataset, TextEmbedder embedder) {
        RubricJudge judge = RubricJudge.load(run.path("reward/judge.json"), embedder);
        return new RewardStage(
                judge,
                PrototypeSpace.load(run.path("reward/prototypes.json"), judge),
                contexts(dataset));
    }

    /** What a user has shown so far: his fit rows, whether training met him or not. */
    private static Map<String, UserContext> contexts(PreferenceDataset dataset) {
        Map<String, UserContext> contexts = new TreeMap<>();
        dataset.byUser()
                .forEach(
                        (id, rows) ->
                                contexts.put(
                                        id,
                                        new UserContext(
                                                id,
                                                rows.stream()
                                                        .filter(Preference::isFit)
                                                        .sorted(
                                                                Comparator.comparing(
                                                                        Preference::slot,
                                                                        Comparator.nullsLast(
                                                                                Comparator
                                                                                        .naturalOrder())))
                                                        .toList())));
        return contexts;
    }

    void save(RunFolder run) {
        judge.save(run.path("reward/judge.json"));
        space.save(run.path("reward/prototypes.json"));
        AtomicFiles.write(
                run.path("reward/chains.jsonl"),
                out -> {
                    for (String user : users.keySet()) {
                        Rubric rubric = judge.rubric(posteriors.get(user));
                        Map<String, Object> line = new LinkedHashMap<>();
                        line.put("user_id", user);
                        line.put("group", groupOf(user));
                        line.put("persona", rubric.persona());
                        line.put("criteria", rubric.criteria());
                        out.write((Json.line(line) + "\n").getBytes(StandardCharsets.UTF_8));
                    }
                });
    }

    RubricJudge judge() {
        return judge;
    }

    PrototypeSpace space() {
        return space;
    }

    Map<String, UserContext> users() {
        return users;
    }

    /** The user's rubric for the scenario at hand. */
    Rubric rubric(String userId, String prompt) {
        return judge.rubric(posteriors.get(userId), prompt);
    }

    String groupOf(String userId) {
        return groups.groupOf(userId, "");
    }
}
