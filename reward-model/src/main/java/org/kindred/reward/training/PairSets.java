package org.kindred.reward.training;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.User;
import org.kindred.reward.UserContext;
import org.kindred.reward.judges.RewardData;

/**
 * The pairs of a data set by what they are for; no user is in two of the sets, unless the data set
 * has no new users to test on.
 *
 * @param learned pairs of training users, in a seeded order
 * @param heldOut pairs of training users who are held out, for the choice of checkpoints
 * @param test held-back pairs, of new users where there are any
 */
public record PairSets(
        List<TrainingPair> learned, List<TrainingPair> heldOut, List<TrainingPair> test) {

    public static PairSets of(RewardData data, RewardTrainingOptions options, SeedTree seeds) {
        Map<String, User> people = data.dataset().usersById();
        Map<String, UserContext> users = new TreeMap<>(UserContext.byUser(data.training()));
        List<String> ids = seeds.child("held-out").shuffled(users.keySet());
        int held = (int) Math.max(1, Math.round(options.heldOutShare() * ids.size()));
        Set<String> out = new HashSet<>(ids.subList(0, Math.min(held, ids.size())));
        List<TrainingPair> learned = new ArrayList<>();
        List<TrainingPair> heldOut = new ArrayList<>();
        for (UserContext user : users.values()) {
            List<TrainingPair> own =
                    TrainingPair.leaveOneOut(
                            user, options.judge().mostShots(), stated(people.get(user.userId())));
            (out.contains(user.userId()) ? heldOut : learned).addAll(own);
        }
        if (learned.isEmpty()) {
            throw new KindredException(
                    "nothing to learn from: "
                            + users.size()
                            + " training users, "
                            + held
                            + " of them held out; at least two are needed");
        }
        List<TrainingPair> test = new ArrayList<>();
        boolean fresh = data.targets().stream().anyMatch(Preference::isOfUnseenUser);
        for (Preference row : data.targets()) {
            if (!fresh || row.isOfUnseenUser()) {
                UserContext past =
                        data.contexts().get(row.userId()).firstChoices(options.judge().mostShots());
                test.add(TrainingPair.of(row, past, List.of()));
            }
        }
        return new PairSets(
                seeds.child("order").shuffled(learned),
                first(seeds.child("order").shuffled(heldOut), options.heldOutPairs()),
                first(seeds.child("test").shuffled(test), options.testPairs()));
    }

    /** What a person said to want, one text a wish. */
    private static List<String> stated(@Nullable User user) {
        List<String> wishes = new ArrayList<>();
        if (user != null && user.statedPreferences() != null) {
            new TreeMap<>(user.statedPreferences())
                    .forEach((key, value) -> add(wishes, key, value));
        }
        return wishes;
    }

    private static void add(List<String> wishes, String key, Object value) {
        if (value instanceof Collection<?> several) {
            several.forEach(one -> add(wishes, key, one));
        } else if (value instanceof String text) {
            if (!text.isBlank()) {
                wishes.add(text);
            }
        } else {
            wishes.add(key.replace('_', ' ') + ": " + value); // a rated dimension
        }
    }

    private static <T> List<T> first(List<T> items, int most) {
        return most == 0 ? items : List.copyOf(items.subList(0, Math.min(most, items.size())));
    }
}
