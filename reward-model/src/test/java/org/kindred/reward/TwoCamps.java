package org.kindred.reward;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;

/**
 * Made-up people for tests: even users ({@code u00}, {@code u02} ...) like short answers with
 * numbers, odd ones like long and polite answers. Choices follow the logistic model.
 */
public final class TwoCamps {
    private static final String[] SENTENCES = {
        "The bread rests under a cloth until it has doubled.",
        "A small pan keeps the heat even on every side.",
        "Fresh herbs go in near the end so they stay green.",
        "The market opens early and the fish sells quickly.",
        "Old tomatoes still make a fine sauce with onions.",
        "Cold butter gives the crust its thin layers.",
        "The soup tastes better on the following day.",
        "A sharp knife is safer than a dull one."
    };

    private TwoCamps() {}

    /** An answer: sentences from the pool, then numbers, then courtesy. */
    public static String answer(int first, int sentences, boolean numbers, boolean polite) {
        StringBuilder text =
                new StringBuilder(polite ? "Thank you for asking, please enjoy. " : "");
        for (int i = 0; i < sentences; i++) {
            text.append(SENTENCES[(first + i) % SENTENCES.length]).append(' ');
        }
        return text.append(
                        numbers ? "That takes 3 cups and 20 minutes." : "That is best when warm.")
                .toString();
    }

    /** True utility of an answer. */
    static double utility(boolean brief, int sentences, boolean numbers, boolean polite) {
        return brief
                ? -0.8 * sentences + (numbers ? 1.5 : 0)
                : 0.6 * sentences + (polite ? 1.5 : 0);
    }

    public static boolean likesBrief(String userId) {
        return Integer.parseInt(userId.substring(1)) % 2 == 0;
    }

    /** The same choices, made by somebody else. */
    public static List<Preference> of(String userId, List<Preference> choices) {
        return choices.stream()
                .map(
                        row ->
                                new Preference(
                                        userId + "-" + row.slot(),
                                        userId,
                                        row.prompt(),
                                        row.chosen(),
                                        row.rejected(),
                                        row.domain(),
                                        null,
                                        null,
                                        row.userSplit(),
                                        row.itemSplit(),
                                        row.part(),
                                        row.slot(),
                                        row.chosenScore(),
                                        row.rejectedScore(),
                                        row.source(),
                                        null))
                .toList();
    }

    /** Training rows, with ratings from 1 to 100 in which odd users are harsh. */
    public static List<Preference> rows(int users, int rowsPerUser, long seed) {
        List<Preference> rows = new ArrayList<>();
        for (int user = 0; user < users; user++) {
            SplittableRandom random = SeedTree.root(seed).child(user).random();
            String id = "u%02d".formatted(user);
            for (int slot = 1; slot <= rowsPerUser; slot++) {
                rows.add(row(id, slot, random));
            }
        }
        return rows;
    }

    private static Preference row(String userId, int slot, SplittableRandom random) {
        String[] texts = new String[2];
        double[] utilities = new double[2];
        do {
            for (int side = 0; side < 2; side++) {
                int sentences = 1 + random.nextInt(5);
                boolean numbers = random.nextBoolean();
                boolean polite = random.nextBoolean();
                texts[side] = answer(random.nextInt(8), sentences, numbers, polite);
                utilities[side] = utility(likesBrief(userId), sentences, numbers, polite);
            }
        } while (texts[0].equals(texts[1]));
        double first = 1 / (1 + Math.exp(utilities[1] - utilities[0]));
        int chosen = random.nextDouble() < first ? 0 : 1;
        double harshness = likesBrief(userId) ? 0 : -15;
        double middle = likesBrief(userId) ? -1.65 : 2.55; // mean utility of an answer
        return new Preference(
                userId + "-" + slot,
                userId,
                List.of(Message.user("How do I cook dish " + (slot % 7) + "?")),
                List.of(Message.assistant(texts[chosen])),
                List.of(Message.assistant(texts[1 - chosen])),
                "cooking",
                null,
                null,
                "seen",
                "train",
                "fit",
                slot,
                55 + harshness + 8 * (utilities[chosen] - middle),
                55 + harshness + 8 * (utilities[1 - chosen] - middle),
                "test",
                null);
    }
}
