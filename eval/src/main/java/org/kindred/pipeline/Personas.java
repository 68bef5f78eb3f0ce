package org.kindred.pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.kindred.datasets.Progress;
import org.kindred.reward.RewardModel;
import org.kindred.reward.RubricOutcome;
import org.kindred.reward.UserContext;
import org.kindred.reward.UserPrompt;
import org.kindred.reward.UserRubric;

/**
 * What the judge of a run says of a user before a policy answers, asked once for each user, or for
 * each user and prompt. A persona that could not be written is absent and counted, never empty.
 */
final class Personas {
    private static final int BATCH = 64;

    private final RewardModel judge;
    private final Map<String, UserContext> users;
    private final boolean perPrompt;
    private final boolean criteria;
    private final Map<Asked, Optional<String>> known = new HashMap<>();
    private final Map<String, Integer> failures = new TreeMap<>();

    /**
     * @param users with what may be read of them; others are strangers
     * @param perPrompt whether a user has one for each prompt
     * @param criteria whether the weighted criteria of the rubric stand below the persona
     */
    Personas(
            RewardModel judge,
            Map<String, UserContext> users,
            boolean perPrompt,
            boolean criteria) {
        this.judge = judge;
        this.users = users;
        this.perPrompt = perPrompt;
        this.criteria = criteria;
    }

    private Asked key(String userId, String prompt) {
        return new Asked(userId, perPrompt ? prompt : "");
    }

    private UserPrompt question(Asked key) {
        UserContext user = users.get(key.userId());
        return new UserPrompt(
                user == null ? new UserContext(key.userId(), List.of()) : user, key.prompt());
    }

    /** Asks for many at once; {@link #of} then knows them. */
    void ask(List<Asked> asked, Progress progress) {
        LinkedHashSet<Asked> missing = new LinkedHashSet<>();
        for (Asked one : asked) {
            Asked key = key(one.userId(), one.prompt());
            if (!known.containsKey(key)) {
                missing.add(key);
            }
        }
        List<Asked> all = new ArrayList<>(missing);
        for (int from = 0; from < all.size(); from += BATCH) {
            List<Asked> some = all.subList(from, Math.min(all.size(), from + BATCH));
            List<RubricOutcome> outcomes =
                    judge.rubrics(some.stream().map(this::question).toList());
            for (int i = 0; i < some.size(); i++) {
                known.put(some.get(i), persona(outcomes.get(i)));
            }
            progress.step(from + some.size(), all.size(), "personas");
        }
    }

    private Optional<String> persona(RubricOutcome outcome) {
        if (outcome instanceof RubricOutcome.Written written) {
            UserRubric rubric = written.rubric();
            return Optional.of(
                    criteria && !rubric.criteria().isEmpty()
                            ? rubric.persona() + "\n" + rubric.text()
                            : rubric.persona());
        }
        failures.merge(((RubricOutcome.Failed) outcome).reason(), 1, Integer::sum);
        return Optional.empty();
    }

    /** The persona of a user for a prompt; empty if the judge could not write one. */
    Optional<String> of(String userId, String prompt) {
        return known.computeIfAbsent(
                key(userId, prompt),
                key -> persona(judge.rubric(question(key).user(), key.prompt())));
    }

    /** Reasons for which none could be written, with how often. */
    Map<String, Integer> failures() {
        return Map.copyOf(failures);
    }

    /** A user and the text of a prompt. */
    record Asked(String userId, String prompt) {}
}
