package org.kindred.reward.judges;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Placement;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.source.DataSource;
import org.kindred.reward.UserContext;

/**
 * A data set with its split.
 *
 * @param dataset users and all rows
 * @param training rows that may be learnt from
 * @param contexts what each user has shown: fit rows, whether training met the user or not
 * @param targets rows to be scored
 */
public record RewardData(
        PreferenceDataset dataset,
        List<Preference> training,
        Map<String, UserContext> contexts,
        List<Preference> targets) {

    public static RewardData of(PreferenceDataset dataset) {
        List<Preference> rows = dataset.preferences();
        List<Preference> training = dataset.training();
        if (training.isEmpty()) {
            throw new KindredException(
                    "no training rows: expected rows with part = fit of users and items that are"
                            + " not held back");
        }
        Map<String, UserContext> contexts = new TreeMap<>();
        dataset.byUser().keySet().forEach(id -> contexts.put(id, new UserContext(id, List.of())));
        contexts.putAll(UserContext.byUser(rows.stream().filter(Preference::isFit).toList()));
        return new RewardData(dataset, training, contexts, dataset.targets());
    }

    /** All choices that training may read, without targets; contexts are these choices. */
    public static RewardData forTraining(PreferenceDataset dataset) {
        List<Preference> training = dataset.training();
        return new RewardData(dataset, training, UserContext.byUser(training), List.of());
    }

    /**
     * What users have shown, for judging texts that are not in the data: every row but evaluation
     * targets; users that training may not read have a past too.
     */
    public static RewardData forJudging(PreferenceDataset dataset) {
        List<Preference> shown =
                dataset.preferences().stream().filter(row -> !row.isTarget()).toList();
        return new RewardData(dataset, dataset.training(), UserContext.byUser(shown), List.of());
    }

    /**
     * Reads a data set, gives places to its rows if they have none ({@link Placement}), and tells
     * progress of both.
     *
     * @param workFolder where published data are imported into
     * @param run the root of the run's seeds
     */
    public static RewardData read(
            DataSource data,
            Path workFolder,
            Placement.Options places,
            SeedTree run,
            Progress progress) {
        return placed(data.read(workFolder, progress), places, run, progress);
    }

    /** Likewise of what was read. */
    public static RewardData placed(
            CanonicalReader.Loaded loaded,
            Placement.Options places,
            SeedTree run,
            Progress progress) {
        progress.stage("data", loaded.summary());
        Placement placement = Placement.of(loaded.dataset(), places, run);
        if (!placement.how().isEmpty()) {
            progress.stage("places", placement.how());
        }
        return of(placement.dataset());
    }

    /** Contexts with the first choices of each user. */
    public Map<String, UserContext> contextsOf(int most) {
        Map<String, UserContext> users = new TreeMap<>();
        contexts.forEach((id, user) -> users.put(id, user.firstChoices(most)));
        return users;
    }

    /** Training users with up to so many training choices. */
    public Map<String, UserContext> trainingUsers(int most) {
        Map<String, UserContext> users = new TreeMap<>();
        UserContext.byUser(training).forEach((id, user) -> users.put(id, user.firstChoices(most)));
        return users;
    }
}
