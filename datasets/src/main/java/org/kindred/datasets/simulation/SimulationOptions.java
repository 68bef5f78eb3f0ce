package org.kindred.datasets.simulation;

import java.util.List;
import org.kindred.options.Meaning;

/** What the simulated world holds; every default stands in a {@code defaults()} of this file. */
public record SimulationOptions(
        @Meaning(value = "its language and what its groups like", essential = true) World world,
        @Meaning(value = "the users and their tastes", essential = true) People people,
        @Meaning("what is asked and answered") Texts texts,
        @Meaning(value = "choices of every user", essential = true) Pairs pairs,
        @Meaning(value = "how utility shows", essential = true) Ratings ratings) {

    /** Who lives there. */
    public record People(
            @Meaning(
                            value =
                                    "all users; below 100 the smallest group has fewer than 10, too few for a table",
                            essential = true)
                    int users,
            @Meaning(
                            value =
                                    "share of each group, two or more, at most the groups of the world, larger first, sum "
                                            + "1. The groups differ in their taste; a large first group makes \"what most people "
                                            + "like\" a strong rival",
                            essential = true)
                    List<Double> groupShares,
            @Meaning(value = "of each group's users that training never meets", essential = true)
                    double unseenShare,
            @Meaning(
                            value =
                                    "standard deviation of a user's weights around the group's; 0 makes groups uniform, 1 "
                                            + "makes them hard to tell apart",
                            essential = true)
                    double deviation,
            @Meaning(
                            "how far taste depends on the domain; 0 not at all, 1 as described in "
                                    + "the language, at most 2")
                    double domainShift,
            @Meaning(
                            "largest share, 0 to 0.5, of a user's taste that is a second group's; "
                                    + "each user's is between 0 and this. At 0.5 some stand halfway between "
                                    + "two groups")
                    double overlap,
            @Meaning(
                            "standard deviation by which a user's weights at the first choice "
                                    + "differed from today's, 0 to 2; they have moved evenly since. Ratings "
                                    + "and targets are of their time")
                    double drift) {
        public People {
            groupShares = List.copyOf(groupShares);
            require(users >= 4, "users", users, "at least 4");
            require(groupShares.size() >= 2, "group_shares", groupShares, "2 or more shares");
            double sum = 0;
            for (int i = 0; i < groupShares.size(); i++) {
                double share = groupShares.get(i);
                require(
                        share > 0 && share < 1,
                        "group_shares",
                        groupShares,
                        "shares within (0, 1)");
                require(
                        i == 0 || share <= groupShares.get(i - 1),
                        "group_shares",
                        groupShares,
                        "the larger share first");
                sum += share;
            }
            require(Math.abs(sum - 1) < 1e-9, "group_shares", groupShares, "shares of sum 1");
            require(
                    Math.round(groupShares.get(groupShares.size() - 1) * users) >= 1,
                    "users",
                    users,
                    "enough for one user in the smallest group");
            require(unseenShare >= 0 && unseenShare < 1, "unseen_share", unseenShare, "in [0, 1)");
            require(deviation >= 0 && deviation <= 2, "deviation", deviation, "in [0, 2]");
            require(domainShift >= 0 && domainShift <= 2, "domain_shift", domainShift, "in [0, 2]");
            require(overlap >= 0 && overlap <= 0.5, "overlap", overlap, "in [0, 0.5]");
            require(drift >= 0 && drift <= 2, "drift", drift, "in [0, 2]");
        }

        People withUsers(int users) {
            return new People(
                    users, groupShares, unseenShare, deviation, domainShift, overlap, drift);
        }

        People withGroupShares(List<Double> groupShares) {
            return new People(
                    users, groupShares, unseenShare, deviation, domainShift, overlap, drift);
        }

        public static People defaults() {
            return new People(400, List.of(0.55, 0.25, 0.12, 0.08), 0.25, 0.15, 1, 0, 0);
        }
    }

    /** What is asked and answered. */
    public record Texts(
            @Meaning("everyday domains, 1 to 8") int domains,
            @Meaning("further domains that occur in evaluation only, 0 to 3")
                    int outOfDistributionDomains,
            @Meaning("a domain, shown in training") int knownPrompts,
            @Meaning("a domain, kept for evaluation; both together at most 16") int newPrompts,
            @Meaning("answers a prompt, shared by all users, 2 to 60") int responses,
            @Meaning(
                            "half the range of what a prompt adds to or takes from the utility of "
                                    + "every answer, 0 to 0.2; above 0 the prompts of a batch differ in mean "
                                    + "reward")
                    double difficulty) {
        public Texts {
            require(domains >= 1 && domains <= 8, "domains", domains, "1 to 8");
            require(
                    outOfDistributionDomains >= 0 && outOfDistributionDomains <= 3,
                    "out_of_distribution_domains",
                    outOfDistributionDomains,
                    "0 to 3");
            require(knownPrompts >= 1, "known_prompts", knownPrompts, "at least 1");
            require(newPrompts >= 0, "new_prompts", newPrompts, "at least 0");
            require(
                    knownPrompts + newPrompts <= 16,
                    "known_prompts + new_prompts",
                    knownPrompts + newPrompts,
                    "at most 16, the topics of a domain");
            require(responses >= 2 && responses <= 60, "responses", responses, "2 to 60");
            require(difficulty >= 0 && difficulty <= 0.2, "difficulty", difficulty, "0 to 0.2");
        }

        public static Texts defaults() {
            return new Texts(8, 3, 8, 4, 12, 0.1);
        }
    }

    /** How many choices every user makes, one a prompt, so that no two share a text. */
    public record Pairs(
            @Meaning(value = "that show the taste: training and context", essential = true) int fit,
            @Meaning("targets on other known prompts") int evalKnown,
            @Meaning("targets on new prompts") int evalNew,
            @Meaning("targets on domains that training never shows") int evalOutOfDistribution) {
        public Pairs {
            require(fit >= 1, "fit", fit, "at least 1");
            require(evalKnown >= 0, "eval_known", evalKnown, "at least 0");
            require(evalNew >= 0, "eval_new", evalNew, "at least 0");
            require(
                    evalOutOfDistribution >= 0,
                    "eval_out_of_distribution",
                    evalOutOfDistribution,
                    "at least 0");
        }

        public static Pairs defaults() {
            return new Pairs(24, 8, 8, 6);
        }
    }

    /** How utility shows. */
    public record Ratings(
            @Meaning(value = "how rating scales differ", essential = true) RewardScales scales,
            @Meaning("standard deviation of a rating in points of 1 to 100") double noise,
            @Meaning(
                            value =
                                    "of the choice: P(a over b) = sigmoid((u(a) - u(b)) / temperature). At 0.08 an oracle "
                                            + "gets about four choices in five; large values drown taste in noise",
                            essential = true)
                    double temperature) {
        public Ratings {
            require(noise >= 0 && noise <= 50, "noise", noise, "0 to 50");
            require(temperature > 0 && temperature <= 10, "temperature", temperature, "in (0, 10]");
        }

        public static Ratings defaults() {
            return new Ratings(RewardScales.VARIED, 3, 0.08);
        }
    }

    public SimulationOptions {
        require(
                people.groupShares().size() <= world.groups().size(),
                "group_shares",
                people.groupShares(),
                "at most " + world.groups().size() + " shares, the groups of " + world);
        int known = texts.domains() * texts.knownPrompts();
        require(
                pairs.fit() + pairs.evalKnown() <= known,
                "fit + eval_known",
                pairs.fit() + pairs.evalKnown(),
                "at most the " + known + " known prompts (domains x known_prompts)");
        int fresh = texts.domains() * texts.newPrompts();
        require(
                pairs.evalNew() <= fresh,
                "eval_new",
                pairs.evalNew(),
                "at most the " + fresh + " new prompts (domains x new_prompts)");
        int foreign =
                texts.outOfDistributionDomains() * (texts.knownPrompts() + texts.newPrompts());
        require(
                pairs.evalOutOfDistribution() <= foreign,
                "eval_out_of_distribution",
                pairs.evalOutOfDistribution(),
                "at most the " + foreign + " prompts of the out-of-distribution domains");
    }

    public static SimulationOptions defaults() {
        return of(World.EVERYDAY);
    }

    /** The preset of a world: as many people, in all the groups that it has. */
    public static SimulationOptions of(World world) {
        People people = People.defaults();
        return new SimulationOptions(
                world,
                switch (world) {
                    case EVERYDAY, PASTIMES -> people;
                    case SEVEN_PERSONAS ->
                            people.withGroupShares(List.of(0.28, 0.2, 0.16, 0.12, 0.1, 0.08, 0.06));
                    case USE_CASES -> people.withGroupShares(List.of(0.4, 0.25, 0.2, 0.15));
                },
                Texts.defaults(),
                Pairs.defaults(),
                Ratings.defaults());
    }

    /** The same world with another number of users. */
    public SimulationOptions withUsers(int users) {
        return new SimulationOptions(world, people.withUsers(users), texts, pairs, ratings);
    }

    /** The same world with other rating scales. */
    public SimulationOptions withScales(RewardScales scales) {
        return new SimulationOptions(
                world,
                people,
                texts,
                pairs,
                new Ratings(scales, ratings.noise(), ratings.temperature()));
    }

    private static void require(boolean holds, String name, Object found, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(name + " = " + found + ": must be " + allowed);
        }
    }
}
