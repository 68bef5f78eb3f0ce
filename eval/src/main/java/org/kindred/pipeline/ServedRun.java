package org.kindred.pipeline;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Preference;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.User;
import org.kindred.datasets.source.DataSource;
import org.kindred.policy.model.EngineOptions;
import org.kindred.reward.RewardModel;
import org.kindred.reward.UserContext;
import org.kindred.reward.client.JudgeCache;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.OpenJudge;
import org.kindred.reward.judges.RewardData;
import org.kindred.reward.judges.RewardOptions;
import org.kindred.reward.prototype.PreferenceGroups;

/**
 * What a finished run knows of people, opened to be asked: its judge, the pasts of users, and their
 * preference groups. Holds the run's lock until it is closed.
 */
public final class ServedRun implements AutoCloseable {

    /**
     * Which run, and how it is asked.
     *
     * @param data other users' pasts, in place of the run's where a user is in both; null for none
     * @param judge {@code run:DIR} of this run for its own judge
     * @param seed of the run, so that the judge draws as it did in training
     */
    public record Opening(
            Path root,
            @Nullable DataSource data,
            RewardOptions judge,
            GroupOptions groups,
            long seed,
            EngineOptions engine) {}

    /**
     * An answer of the data set, for scores that a history can begin with.
     *
     * @param userId who chose for or against it
     */
    public record Answer(String userId, String prompt, String response) {}

    private final RunFolder run;
    private final OpenJudge judge;
    private final RewardModel model;
    private final Map<String, UserContext> users;
    private final List<Preference> training;
    private final Groups groups;

    /** The group of a user before a prompt; null where there is none. */
    private interface Groups {
        @Nullable String of(String userId, String prompt);
    }

    private ServedRun(
            RunFolder run,
            OpenJudge judge,
            RewardModel model,
            Map<String, UserContext> users,
            List<Preference> training,
            Groups groups) {
        this.run = run;
        this.judge = judge;
        this.model = model;
        this.users = users;
        this.training = training;
        this.groups = groups;
    }

    /**
     * Options of the run in a folder.
     *
     * @throws KindredException if the folder holds no run
     */
    public static Path config(Path root) {
        if (!Files.exists(root.resolve(RunFolder.CONFIG))) {
            throw new KindredException(
                    root
                            + (Files.isDirectory(root)
                                    ? " holds no run (no " + RunFolder.CONFIG + ")"
                                    : ": no such folder")
                            + ". Expected the folder of a finished kindred run or kindred reward"
                            + " derive");
        }
        return RunFolder.config(root);
    }

    /**
     * Opens it; a judge that is not fitted yet is fitted, one that is served is asked a question.
     */
    public static ServedRun open(Opening opening, Progress progress) {
        Path root = opening.root();
        config(root);
        RunFolder run = RunFolder.join(root, RunFolder.Existing.RESUME, Set.of());
        OpenJudge judge = null;
        try {
            if (!Files.isDirectory(root.resolve(DataStage.NAME))) {
                throw new KindredException(
                        root.resolve(DataStage.NAME)
                                + " is missing: the run has no data yet; finish it with kindred run"
                                + " --resume --out "
                                + root);
            }
            RunData data = RunData.read(root.resolve(DataStage.NAME));
            judge =
                    new OpenJudge(
                            JudgeSpec.parse(opening.judge().spec()),
                            RewardData.forJudging(data.dataset()),
                            opening.judge(),
                            root.resolve("reward").resolve(JudgeCache.FILE),
                            SeedTree.root(opening.seed()).child("reward"),
                            opening.engine());
            judge.telling(progress).probe(OpenJudge.Form.RUBRICS);
            if (judge.embedded()) {
                judge.fitted();
            }
            Map<String, UserContext> users = new TreeMap<>(pasts(data.dataset().preferences()));
            for (User user : data.dataset().users()) {
                users.putIfAbsent(user.id(), new UserContext(user.id(), List.of()));
            }
            Map<String, String> labels = labels(data.dataset().users());
            if (opening.data() != null) {
                CanonicalReader.Loaded other =
                        opening.data().read(root.resolve("serve").resolve("data"), progress);
                users.putAll(pasts(other.dataset().preferences()));
                labels.putAll(labels(other.dataset().users()));
            }
            int most = opening.judge().mostShots();
            users.replaceAll((id, user) -> user.firstChoices(most));
            return new ServedRun(
                    run,
                    judge,
                    judge.rewarding(progress),
                    users,
                    data.dataset().training(),
                    groups(opening, judge, users.values(), labels, progress));
        } catch (RuntimeException e) {
            if (judge != null) {
                judge.close();
            }
            run.close();
            throw e;
        }
    }

    /** What each user has shown; one of whom only targets are there is a stranger. */
    private static Map<String, UserContext> pasts(List<Preference> rows) {
        Map<String, UserContext> users = new TreeMap<>();
        rows.forEach(row -> users.put(row.userId(), new UserContext(row.userId(), List.of())));
        users.putAll(UserContext.byUser(rows.stream().filter(row -> !row.isTarget()).toList()));
        return users;
    }

    private static Map<String, String> labels(List<User> users) {
        Map<String, String> labels = new TreeMap<>();
        for (User user : users) {
            if (user.group() != null) {
                labels.put(user.id(), user.group());
            }
        }
        return labels;
    }

    private static Groups groups(
            Opening opening,
            OpenJudge judge,
            Collection<UserContext> users,
            Map<String, String> labels,
            Progress progress) {
        Path file = opening.root().resolve(GroupStage.FILE);
        return switch (opening.groups().by()) {
            case SINGLE -> (user, prompt) -> PreferenceGroups.EVERYBODY;
            case DATASET -> (user, prompt) -> labels.get(user);
            case PROTOTYPES -> {
                if (!Files.exists(file)) {
                    yield (user, prompt) -> null;
                }
                PreferenceGroups found =
                        opening.data() == null
                                ? PreferenceGroups.load(file)
                                : judge.groups(users, opening.groups().level(), progress);
                yield (user, prompt) -> found.knows(user) ? found.groupOf(user, prompt) : null;
            }
            case RANDOM -> {
                List<TrainingItem> items = new ArrayList<>();
                users.forEach(
                        user ->
                                items.add(
                                        new TrainingItem(
                                                user.userId(),
                                                user.userId(),
                                                List.of(),
                                                labels.get(user.userId()),
                                                null,
                                                null)));
                boolean known = Files.exists(file) || labels.size() == items.size();
                Map<String, String> dealt =
                        known
                                ? GroupLabels.RANDOM.of(
                                        items,
                                        () -> PreferenceGroups.load(file),
                                        SeedTree.root(opening.seed()))
                                : Map.of();
                yield (user, prompt) -> dealt.get(user);
            }
        };
    }

    /** Scores completions. */
    public RewardModel model() {
        return model;
    }

    /** The judge behind {@link #model}. */
    public OpenJudge judge() {
        return judge;
    }

    /** A user with what may be read of them; null of an unknown one. */
    public @Nullable UserContext user(String id) {
        return users.get(id);
    }

    /** How many users are known. */
    public int users() {
        return users.size();
    }

    /** The preference group of a known user; null where the run has none for them. */
    public @Nullable String group(String userId, String prompt) {
        return groups.of(userId, prompt);
    }

    /** Names of all groups that users have whatever is asked. */
    public Set<String> groupNames() {
        Set<String> names = new TreeSet<>();
        for (String user : users.keySet()) {
            String group = group(user, "");
            if (group != null) {
                names.add(group);
            }
        }
        return names;
    }

    /**
     * Answers that users of each group chose or did not choose in training: of each user the first,
     * then of each the second, and so on.
     *
     * @param most of each group
     */
    public Map<String, List<Answer>> answers(int most) {
        Map<String, List<Answer>> answers = new TreeMap<>();
        Collection<UserContext> own = UserContext.byUser(training).values();
        int longest = own.stream().mapToInt(user -> user.history().size()).max().orElse(0);
        for (int i = 0; i < longest; i++) {
            for (UserContext user : own) {
                if (i < user.history().size()) {
                    add(user.history().get(i), most, answers);
                }
            }
        }
        return answers;
    }

    private void add(Preference row, int most, Map<String, List<Answer>> answers) {
        String group = group(row.userId(), row.promptText());
        if (group != null) {
            List<Answer> of = answers.computeIfAbsent(group, name -> new ArrayList<>());
            for (String text : List.of(row.chosenText(), row.rejectedText())) {
                if (of.size() < most) {
                    of.add(new Answer(row.userId(), row.promptText(), text));
                }
            }
        }
    }

    @Override
    public void close() {
        judge.close();
        run.close();
    }
}
