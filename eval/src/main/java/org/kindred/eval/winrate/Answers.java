package org.kindred.eval.winrate;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Quarantined;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.alignment.Sample;
import org.kindred.eval.alignment.SmallGroups;
import org.kindred.options.OptionsException;

/**
 * Completions of several policies for the same prompts.
 *
 * @param samples without judge reward or utility; a user without a group is in {@link
 *     Alignment#ALL}
 * @param prompts text of each prompt by its id
 * @param policies in the order in which the files name them
 * @param quarantined lines that were set aside
 */
record Answers(
        List<Sample> samples,
        Map<String, String> prompts,
        List<String> policies,
        List<Quarantined> quarantined) {

    /**
     * The policies that were asked for, in that order, or all.
     *
     * @throws OptionsException if one of them has no completion
     */
    Answers of(List<String> wanted) {
        List<String> chosen = wanted.isEmpty() ? policies : wanted;
        for (String name : chosen) {
            if (!policies.contains(name)) {
                throw new OptionsException(
                        "policies = " + wanted + ": the files hold " + policies + ", not " + name);
            }
        }
        if (chosen.size() < 2) {
            throw new KindredException(
                    "only one policy was read, "
                            + chosen
                            + ": a win rate needs two; name another run or file");
        }
        return new Answers(
                samples.stream().filter(s -> chosen.contains(s.policy())).toList(),
                prompts,
                chosen,
                quarantined);
    }

    /** Names of groups with fewer users. */
    Set<String> smallGroups(int least) {
        Map<String, Set<String>> users =
                samples.stream()
                        .collect(
                                Collectors.groupingBy(
                                        Sample::group,
                                        Collectors.mapping(Sample::userId, Collectors.toSet())));
        return SmallGroups.of(users, least);
    }

    /** The same, users of these groups in none. */
    Answers without(Set<String> groups) {
        return new Answers(
                samples.stream()
                        .map(s -> groups.contains(s.group()) ? s.withGroup(Alignment.ALL) : s)
                        .toList(),
                prompts,
                policies,
                quarantined);
    }

    /** Those to so many prompts that all policies answered, drawn by seed; all for 0. */
    Answers drawn(int most, SeedTree seeds) {
        if (most == 0) {
            return this;
        }
        Map<String, Set<String>> answered =
                samples.stream()
                        .collect(
                                Collectors.groupingBy(
                                        Sample::prompt,
                                        Collectors.mapping(Sample::policy, Collectors.toSet())));
        TreeSet<String> common = new TreeSet<>();
        answered.forEach(
                (prompt, by) -> {
                    if (by.size() == policies.size()) {
                        common.add(prompt);
                    }
                });
        List<String> shuffled = seeds.shuffled(common);
        Set<String> kept = new HashSet<>(shuffled.subList(0, Math.min(most, shuffled.size())));
        return new Answers(
                samples.stream().filter(s -> kept.contains(s.prompt())).toList(),
                prompts,
                policies,
                quarantined);
    }
}
