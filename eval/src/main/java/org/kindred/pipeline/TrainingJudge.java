package org.kindred.pipeline;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Message;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.options.OptionTree;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.UserContext;
import org.kindred.reward.judge.Rubric;
import org.kindred.reward.judge.RubricJudge;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.OpenJudge;
import org.kindred.reward.judges.RewardData;
import org.kindred.reward.judges.RewardOptions;
import org.kindred.reward.prototype.PreferenceGroups;
import org.kindred.reward.prototype.PrototypeSpace;
import org.kindred.reward.scaling.NeighbourSource;
import org.kindred.reward.scaling.PGenRm;

/**
 * The judge of a run, opened when it is first needed: {@code rubric}, an endpoint or a local model
 * as {@code kindred reward derive} takes it, or {@code run:DIR}, the judge of such a run.
 */
final class TrainingJudge implements AutoCloseable {
    private static final String RUN = "run:";

    private final PolicyTrainingOptions options;
    private final RewardData data;
    private final Path folder;
    private final SeedTree seeds;
    private @Nullable OpenJudge judge;
    private @Nullable RubricJudge derived;

    /**
     * @param folder of the run; the answers of a language model are kept in it
     */
    TrainingJudge(PolicyTrainingOptions options, RewardData data, Path folder, SeedTree seeds) {
        this.options = options;
        this.data = data;
        this.folder = folder;
        this.seeds = seeds;
    }

    private Path source() {
        return Path.of(options.judge().substring(RUN.length()));
    }

    private boolean ofRun() {
        return options.judge().startsWith(RUN);
    }

    private JudgeSpec spec() {
        return JudgeSpec.parse(ofRun() ? RewardWork.source(source()).judge() : options.judge());
    }

    OpenJudge opened() {
        if (judge == null) {
            RewardOptions how =
                    ofRun()
                            ? OptionTree.load(source().resolve("config.yaml"), RewardOptions.class)
                            : options.reward();
            Path kept = ofRun() ? source() : folder;
            judge =
                    new OpenJudge(
                            spec(),
                            data,
                            how,
                            kept.resolve("reward/judge-cache.sqlite"),
                            seeds,
                            options.engine());
        }
        return judge;
    }

    /** Whether texts may be put into the judge from several threads. */
    boolean concurrent() {
        return !(spec() instanceof JudgeSpec.Local);
    }

    /** Names the judge in the fingerprint of the reward. */
    String fingerprint() {
        return options.judge() + "@" + opened().solo().name();
    }

    boolean embedded() {
        return spec() instanceof JudgeSpec.Embedded;
    }

    private RubricJudge rubricJudge() {
        Path saved = ofRun() ? source().resolve("reward/judge.json") : folder.resolve("absent");
        if (derived == null) {
            derived =
                    Files.exists(saved)
                            ? RubricJudge.load(saved, opened().embedder())
                            : opened().fitted();
        }
        return derived;
    }

    /** The user's persona for a prompt; for the embedded judge. */
    String persona(TrainingItem item) {
        return rubric(item).persona();
    }

    private Rubric rubric(TrainingItem item) {
        RubricJudge fitted = rubricJudge();
        return fitted.rubric(fitted.posterior(context(item.userId())), Message.text(item.prompt()));
    }

    private UserContext context(String user) {
        UserContext known = data.contexts().get(user);
        return known == null
                ? new UserContext(user, List.of())
                : known.firstChoices(options.reward().shots());
    }

    /**
     * Scores of completions, each alone: under the user's fixed rubric, or by a language model that
     * writes the rubric before it reads them.
     */
    Map<String, Scorer> scorers(List<TrainingItem> items) {
        Map<String, Scorer> scorers = new TreeMap<>();
        if (embedded()) {
            RubricJudge fitted = rubricJudge();
            for (TrainingItem item : items) {
                Rubric rubric = rubric(item);
                scorers.put(item.id(), completions -> fitted.scoreAlone(rubric, completions));
            }
            return scorers;
        }
        PGenRm model =
                new PGenRm(
                        opened().solo(),
                        (request, n) -> new NeighbourSource.Found(List.of(), n > 0),
                        options.reward().scaling());
        for (TrainingItem item : items) {
            UserContext user = context(item.userId());
            String prompt = Message.text(item.prompt());
            scorers.put(item.id(), completions -> model.scoreEach(user, prompt, completions));
        }
        return scorers;
    }

    /** Scores what was written for one prompt. */
    interface Scorer {
        List<ScoreOutcome> score(List<String> completions);
    }

    /** Cells of users, or for a language model of (user, scenario) samples. */
    PreferenceGroups prototypes(List<TrainingItem> items, Progress progress) {
        if (data.training().isEmpty()) {
            throw new KindredException(
                    "groups = prototypes: needs choices to learn from, and the data set has no"
                            + " preferences; use groups = dataset or single");
        }
        if (embedded()) {
            PrototypeSpace space = opened().users();
            Map<String, UserContext> users = new TreeMap<>();
            items.forEach(item -> users.put(item.userId(), context(item.userId())));
            return PreferenceGroups.prototypes(space, users.values());
        }
        return PreferenceGroups.scenarios(
                opened().scenarios(options.reward().scenarios(), progress), options.groupLevel());
    }

    @Override
    public void close() {
        if (judge != null) {
            judge.close();
        }
    }
}
