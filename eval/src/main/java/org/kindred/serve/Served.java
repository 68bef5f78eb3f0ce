package org.kindred.serve;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.pipeline.ServedRun;
import org.kindred.reward.RewardModel;
import org.kindred.reward.UserContext;

/**
 * Who is asked about whom.
 *
 * @param users how many are known
 * @param groups names of all preference groups; empty where rewards cannot be normalised
 * @param answers of the data set by group, that a history can begin with
 * @param threads that may ask at once
 */
record Served(
        RewardModel model,
        int users,
        Users user,
        Groups group,
        Set<String> groups,
        Map<String, List<ServedRun.Answer>> answers,
        int threads) {
    private static final int SERVED_THREADS = 32;

    /** A user by id; null of an unknown one. */
    interface Users {
        @Nullable UserContext of(String userId);
    }

    /** The preference group of a known user before a prompt; null where there is none. */
    interface Groups {
        @Nullable String of(String userId, String prompt);
    }

    /**
     * What a run knows.
     *
     * @param options how many answers a history begins with, and how many threads ask
     */
    static Served of(ServedRun run, ServiceOptions options) {
        int own =
                !run.judge().concurrent()
                        ? 1
                        : run.judge().embedded()
                                ? Runtime.getRuntime().availableProcessors()
                                : SERVED_THREADS;
        return new Served(
                run.model(),
                run.users(),
                run::user,
                run::group,
                run.groupNames(),
                options.coldStart() == 0 ? Map.of() : run.answers(options.coldStart()),
                options.threads() == 0 || !run.judge().concurrent() ? own : options.threads());
    }
}
