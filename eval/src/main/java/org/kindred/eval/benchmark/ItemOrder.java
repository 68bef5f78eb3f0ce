package org.kindred.eval.benchmark;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.Preference;
import org.kindred.datasets.Task;
import org.kindred.reward.UserContext;

/**
 * The global order of items, which is the same for everybody: {@code (times chosen + 1) / (times
 * shown + 2)} in the training rows. An item that never occurred has no score.
 *
 * <p>Items are {@code item_ids} where a row has them, otherwise the texts of its answers.
 */
public final class ItemOrder implements Arm {
    private final Map<String, int[]> counts = new HashMap<>(); // item -> {chosen, shown}

    public ItemOrder(List<Preference> trainingRows) {
        for (Preference row : trainingRows) {
            count(item(row, 0), true);
            count(item(row, 1), false);
        }
    }

    private void count(String item, boolean chosen) {
        int[] count = counts.computeIfAbsent(item, i -> new int[2]);
        count[0] += chosen ? 1 : 0;
        count[1]++;
    }

    private static String item(Preference row, int side) {
        if (row.itemIds() != null && row.itemIds().size() == 2) {
            return row.itemIds().get(side);
        }
        return side == 0 ? row.chosenText() : row.rejectedText();
    }

    private double score(String item) {
        int[] count = counts.get(item);
        return count == null ? Double.NaN : (count[0] + 1.0) / (count[1] + 2.0);
    }

    @Override
    public String name() {
        return "global item order";
    }

    @Override
    public boolean usesHistory() {
        return false;
    }

    @Override
    public UserScorer forUser(UserContext context) {
        return new UserScorer() {
            @Override
            public Arm.Reading read(Preference target) {
                return Arm.Reading.of(score(item(target, 0)), score(item(target, 1)));
            }

            @Override
            public double alone(String prompt, Task.Candidate candidate) {
                double byId = score(candidate.id());
                return Double.isNaN(byId) ? score(candidate.content()) : byId;
            }
        };
    }
}
