package org.kindred.datasets.simulation;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.kindred.datasets.SeedTree;

/**
 * Groups and users of a world.
 *
 * @param unseen ids that training never meets, the same share of every group
 */
record Inhabitants(
        Map<String, LatentTruth.Group> groups,
        Map<String, LatentTruth.Person> users,
        Set<String> unseen) {

    private static final double GROUP_DOMAIN_DEVIATION = 0.2;
    private static final double CENTRE_DEVIATION = 6;
    private static final double LOG_WIDTH_DEVIATION = 0.2;

    static Inhabitants settle(
            World world,
            SimulationOptions.People people,
            RewardScales scales,
            List<Language.Domain> domains,
            SeedTree seeds) {
        Map<String, LatentTruth.Group> groups = new TreeMap<>();
        for (int g = 0; g < people.groupShares().size(); g++) {
            Taste.Group taste = world.groups().get(g);
            groups.put(
                    taste.name(),
                    new LatentTruth.Group(
                            people.groupShares().get(g),
                            weights(
                                    taste,
                                    world.language().traits(),
                                    people.domainShift(),
                                    domains,
                                    seeds.child("groups").child(g))));
        }
        List<Integer> memberships = new Draws(seeds.child("memberships")).shuffled(quotas(people));
        int smallest = people.groupShares().size() - 1;
        Map<String, LatentTruth.Person> users = new TreeMap<>();
        Map<Integer, List<String>> members = new HashMap<>();
        for (int u = 0; u < people.users(); u++) {
            String id = String.format(Locale.ROOT, "user-%04d", u + 1);
            int group = memberships.get(u);
            SeedTree userSeeds = seeds.child("users").child(u);
            members.computeIfAbsent(group, g -> new ArrayList<>()).add(id);
            users.put(
                    id,
                    new LatentTruth.Person(
                            world.groups().get(group).name(),
                            deviation(
                                    world, people.deviation(), new Draws(userSeeds.child("taste"))),
                            people.overlap() == 0
                                    ? null
                                    : second(world, people, group, userSeeds.child("second")),
                            people.drift() == 0
                                    ? null
                                    : deviation(
                                            world,
                                            people.drift(),
                                            new Draws(userSeeds.child("drift"))),
                            scale(
                                    world.groups().get(group).scale(),
                                    group == smallest,
                                    scales,
                                    new Draws(userSeeds.child("scale")))));
        }
        Set<String> unseen = new HashSet<>();
        members.forEach(
                (group, ids) -> {
                    List<String> order =
                            new Draws(seeds.child("unseen").child(group)).shuffled(ids);
                    int count = (int) Math.round(people.unseenShare() * ids.size());
                    unseen.addAll(order.subList(0, count));
                });
        return new Inhabitants(groups, users, unseen);
    }

    /** The group of each user before shuffling; what rounding leaves over goes to the largest. */
    private static List<Integer> quotas(SimulationOptions.People people) {
        List<Integer> memberships = new ArrayList<>();
        for (int g = people.groupShares().size() - 1; g > 0; g--) {
            long count = Math.round(people.groupShares().get(g) * people.users());
            for (long i = 0; i < count; i++) {
                memberships.add(g);
            }
        }
        while (memberships.size() < people.users()) {
            memberships.add(0);
        }
        return memberships;
    }

    private static Map<String, Map<Trait, Double>> weights(
            Taste.Group taste,
            List<Trait> traits,
            double domainShift,
            List<Language.Domain> domains,
            SeedTree seeds) {
        Map<String, Map<Trait, Double>> weights = new TreeMap<>();
        for (Language.Domain domain : domains) {
            Draws draws = new Draws(seeds.child(domain.name()));
            Map<Trait, Double> here = new EnumMap<>(Trait.class);
            for (Trait trait : traits) {
                double shift =
                        domain.shift().getOrDefault(trait, 0.0)
                                + GROUP_DOMAIN_DEVIATION * draws.normal();
                here.put(trait, taste.weights().getOrDefault(trait, 0.0) + domainShift * shift);
            }
            weights.put(domain.name(), here);
        }
        return weights;
    }

    private static LatentTruth.Second second(
            World world, SimulationOptions.People people, int group, SeedTree seeds) {
        Draws draws = new Draws(seeds);
        int other = draws.below(people.groupShares().size() - 1);
        return new LatentTruth.Second(
                world.groups().get(other < group ? other : other + 1).name(),
                draws.between(0, people.overlap()));
    }

    private static Map<Trait, Double> deviation(
            World world, double standardDeviation, Draws draws) {
        Map<Trait, Double> deviation = new EnumMap<>(Trait.class);
        for (Trait trait : world.language().traits()) {
            deviation.put(trait, standardDeviation * draws.normal());
        }
        return deviation;
    }

    private static Scale scale(Scale habit, boolean smallest, RewardScales scales, Draws draws) {
        return switch (scales) {
            case EQUAL -> Taste.COMMON_SCALE;
            case MINORITY_FIFTH ->
                    new Scale(
                            Taste.COMMON_SCALE.centre(),
                            Taste.COMMON_SCALE.width() / (smallest ? 5 : 1));
            case VARIED ->
                    new Scale(
                            Scale.clip(habit.centre() + CENTRE_DEVIATION * draws.normal()),
                            Math.min(
                                    200,
                                    habit.width()
                                            * StrictMath.exp(
                                                    LOG_WIDTH_DEVIATION * draws.normal())));
        };
    }
}
