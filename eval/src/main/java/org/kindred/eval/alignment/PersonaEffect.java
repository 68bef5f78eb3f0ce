package org.kindred.eval.alignment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Interval;

/**
 * Whether a policy follows the persona in its prompt: the user's measure of what it answers under
 * their own persona, minus that under the persona of a user of another group, for the same prompts
 * and the same random numbers. A policy without such an effect answers everybody alike, and
 * reinforcement can only move all of them to the taste of the largest group.
 *
 * @param group of users, or {@link Alignment#ALL}
 * @param own mean of the measure under the user's persona; intervals over users
 * @param stranger under the persona of a user of another group
 * @param none without a persona
 * @param effect own minus stranger
 * @param overNone own minus none
 */
public record PersonaEffect(
        String policy,
        String group,
        int users,
        int prompts,
        Interval own,
        Interval stranger,
        Interval none,
        Interval effect,
        Interval overNone) {

    /** Of true utility: a start below it was seen to teach everybody the majority's taste. */
    private static final double SMALL = 0.05;

    /** What one user thinks of a policy's answers to one prompt; NaN where nothing is known. */
    public record Answer(
            String policy, String userId, String group, double own, double stranger, double none) {}

    /**
     * @param draws bootstrap resamples of users
     * @return all groups, then each, of every policy
     */
    public static List<PersonaEffect> of(
            List<Answer> answers, List<String> policies, int draws, SeedTree seeds) {
        Bootstrap bootstrap = new Bootstrap(draws, seeds.child("bootstrap"));
        List<PersonaEffect> rows = new ArrayList<>();
        for (String policy : policies) {
            List<Answer> own =
                    answers.stream().filter(answer -> answer.policy().equals(policy)).toList();
            if (!own.isEmpty()) {
                Slice.of(own, answer -> Alignment.ALL, Answer::group)
                        .forEach(slice -> rows.add(row(policy, slice, bootstrap)));
            }
        }
        return rows;
    }

    private static PersonaEffect row(String policy, Slice<Answer> slice, Bootstrap bootstrap) {
        return new PersonaEffect(
                policy,
                slice.group(),
                (int) slice.rows().stream().map(Answer::userId).distinct().count(),
                slice.rows().size(),
                interval(slice, Answer::own, bootstrap),
                interval(slice, Answer::stranger, bootstrap),
                interval(slice, Answer::none, bootstrap),
                interval(slice, answer -> answer.own() - answer.stranger(), bootstrap),
                interval(slice, answer -> answer.own() - answer.none(), bootstrap));
    }

    private static Interval interval(
            Slice<Answer> slice, ToDoubleFunction<Answer> value, Bootstrap bootstrap) {
        return bootstrap.mean(Bootstrap.clusters(slice.rows(), Answer::userId, value));
    }

    /** Whether so many users stand behind it that it is about a group and not about persons. */
    public boolean isShown(int leastUsers) {
        return group.equals(Alignment.ALL) || users >= leastUsers;
    }

    /** What it means, in a sentence; of all users together. */
    public String sentence() {
        String verdict =
                effect.low() > 0
                        ? (effect.mean() < SMALL ? "it hardly follows" : "it follows") + " personas"
                        : effect.high() < 0
                                ? "it answers strangers' wishes better than the user's own"
                                : effect.low() > -SMALL && effect.high() < SMALL
                                        ? "it does not read the persona"
                                        : "so few prompts do not tell whether it reads the persona";
        return String.format(
                Locale.ROOT,
                "%s: the user's own persona is worth %+.3f (95 %% interval %+.3f to %+.3f) against that of a user of another group, on %d prompts: %s.",
                policy,
                effect.mean(),
                effect.low(),
                effect.high(),
                prompts,
                verdict);
    }
}
