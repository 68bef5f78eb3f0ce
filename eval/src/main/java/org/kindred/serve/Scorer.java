package org.kindred.serve;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RewardUnit;
import org.kindred.reward.UserContext;
import org.kindred.reward.VisibleText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the judge of a run about items: those of one user and prompt together, many at a time on a
 * few threads of its own.
 */
final class Scorer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scorer.class);
    private static final int TOGETHER = 16; // responses in one question
    private static final Pattern CODE =
            Pattern.compile("[A-Z][A-Z0-9_]{1,40}(?:\\([A-Za-z0-9_ %]{1,60}\\))?");

    private final Served run;
    private final RewardUnit unit;
    private final Blank blank;
    private final ExecutorService threads;

    private record Question(String userId, String prompt) {}

    Scorer(Served run, RewardUnit unit, Blank blank) {
        this.run = run;
        this.unit = unit;
        this.blank = blank;
        threads =
                Executors.newFixedThreadPool(
                        run.threads(),
                        work -> {
                            Thread thread = new Thread(work, "judging");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /**
     * What the judge says, not normalised.
     *
     * @param grouped whether an item needs a preference group
     * @return one an item, in order
     * @throws ServeException 504 after the deadline
     */
    List<Entry> score(List<Item> items, boolean grouped, Deadline deadline) {
        return score(items, grouped, unit, deadline);
    }

    /** Likewise in points, 1 to 10. */
    List<Entry> inPoints(List<Item> items, Deadline deadline) {
        return score(items, false, RewardUnit.POINTS, deadline);
    }

    private List<Entry> score(List<Item> items, boolean grouped, RewardUnit in, Deadline deadline) {
        Entry[] entries = new Entry[items.size()];
        Map<Question, List<Integer>> asked = new LinkedHashMap<>();
        for (int i = 0; i < entries.length; i++) {
            Item item = items.get(i);
            entries[i] = unasked(item, grouped, in);
            if (entries[i] == null) {
                asked.computeIfAbsent(
                                new Question(item.userId(), item.prompt()), q -> new ArrayList<>())
                        .add(i);
            }
        }
        List<Future<?>> work = new ArrayList<>();
        asked.forEach(
                (question, places) -> {
                    for (int from = 0; from < places.size(); from += TOGETHER) {
                        List<Integer> some =
                                places.subList(from, Math.min(places.size(), from + TOGETHER));
                        work.add(threads.submit(() -> ask(question, in, items, some, entries)));
                    }
                });
        await(work, deadline);
        return List.of(entries);
    }

    /** Of an item about which no judge is asked; null of others. */
    private @Nullable Entry unasked(Item item, boolean grouped, RewardUnit in) {
        if (run.user().of(item.userId()) == null) {
            return Entry.without(item, Entry.FAILED, "UNKNOWN_USER", null);
        }
        String group = run.group().of(item.userId(), item.prompt());
        if (grouped && group == null) {
            return Entry.without(item, Entry.FAILED, "NO_GROUP", null);
        }
        if (!VisibleText.says(item.response())) {
            return blank == Blank.LOWEST
                    ? Entry.scored(item, in.lowest(), group)
                    : Entry.without(item, Entry.ABSTAINED, "blank", group);
        }
        return null;
    }

    private void ask(
            Question question,
            RewardUnit in,
            List<Item> items,
            List<Integer> places,
            Entry[] entries) {
        UserContext user = run.user().of(question.userId());
        String group = run.group().of(question.userId(), question.prompt());
        List<ScoreOutcome> outcomes = new ArrayList<>();
        try {
            outcomes.addAll(
                    run.model()
                            .judge(
                                    user == null
                                            ? new UserContext(question.userId(), List.of())
                                            : user,
                                    question.prompt(),
                                    places.stream().map(i -> items.get(i).response()).toList(),
                                    in)
                            .outcomes());
        } catch (RuntimeException e) {
            LOG.warn("the judge failed: {}", e.getClass().getSimpleName());
        }
        for (int i = 0; i < places.size(); i++) {
            Item item = items.get(places.get(i));
            ScoreOutcome outcome =
                    outcomes.size() == places.size()
                            ? outcomes.get(i)
                            : new ScoreOutcome.Failed("JUDGE_FAILED", 1);
            entries[places.get(i)] = entry(item, group, outcome);
        }
    }

    private static Entry entry(Item item, @Nullable String group, ScoreOutcome outcome) {
        if (outcome instanceof ScoreOutcome.Scored scored) {
            return Entry.scored(item, scored.value(), group);
        }
        return outcome instanceof ScoreOutcome.Failed failed
                ? Entry.without(item, Entry.FAILED, code(failed.reason(), "JUDGE_FAILED"), group)
                : Entry.without(
                        item,
                        Entry.ABSTAINED,
                        code(((ScoreOutcome.Abstained) outcome).reason(), "JUDGE_ABSTAINED"),
                        group);
    }

    /** Reasons in other words than codes may quote a text. */
    private static String code(String reason, String otherwise) {
        return CODE.matcher(reason).matches() ? reason : otherwise;
    }

    private static void await(List<Future<?>> work, Deadline deadline) {
        try {
            for (Future<?> one : work) {
                one.get(deadline.nanosLeft(), TimeUnit.NANOSECONDS);
            }
        } catch (TimeoutException e) {
            work.forEach(one -> one.cancel(false));
            throw deadline.passed();
        } catch (ExecutionException | CancellationException e) {
            throw new IllegalStateException("judging failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ServeException.later(503, 5, "the server stops; come again");
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
