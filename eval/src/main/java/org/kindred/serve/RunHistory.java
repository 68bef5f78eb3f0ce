package org.kindred.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.policy.advantage.Moments;

/**
 * The reward histories of one trainer's run: what its groups have earned, and the answers to its
 * last steps, so that a request that comes again gets the same numbers and changes nothing.
 *
 * <p>In its folder lie the {@link Journal} of the steps before the newest, and a {@link StepFile}
 * for the newest and some before. Nobody is answered before what they are told is on the disk. A
 * process that is killed at any moment leaves files from which {@link #open} makes the same state.
 *
 * <p>Safe for many threads.
 */
final class RunHistory implements AutoCloseable {
    /** Steps whose answers are kept; a stream counts its windows. */
    static final int KEPT_STEPS = 64;

    private static final int MOST_ITEMS = 200_000; // of a step
    private static final int MOST_KEPT_ITEMS = 100_000; // of all kept steps but the last two

    private final Path folder;
    private final Supplier<GroupMoments> base;
    private final TreeMap<StepKey, StepFile> kept = new TreeMap<>();
    private @Nullable Journal journal;
    private @Nullable StepFile newest; // not in the journal; every other step is
    private @Nullable Batch batch;
    private @Nullable ServeException released; // what batches are told once the server stops

    /** Items of a step that have come and wait for the others. */
    private static final class Batch {
        private final StepKey key;
        private final int size;
        private final Map<String, Entry> items = new LinkedHashMap<>();
        private final List<Waiter> waiters = new ArrayList<>();

        Batch(StepKey key, int size) {
            this.key = key;
            this.size = size;
        }

        void abandon(ServeException why) {
            waiters.forEach(waiter -> waiter.answer.completeExceptionally(why));
            waiters.clear();
        }
    }

    private record Waiter(List<String> ids, CompletableFuture<List<Entry>> answer) {}

    /** Answers that hold once {@code flush} has returned. */
    private record Written(List<Entry> entries, StepFile step, long end) {}

    private RunHistory(Path folder, Supplier<GroupMoments> base) {
        this.folder = folder;
        this.base = base;
    }

    /**
     * Reads the folder of a run, or begins one there with the first reward.
     *
     * @param base what groups are known to earn before the first step of a new run
     * @throws org.kindred.datasets.KindredException if a file of it is damaged
     */
    static RunHistory open(Path folder, Supplier<GroupMoments> base) {
        RunHistory history = new RunHistory(folder, base);
        if (Journal.exists(folder)) {
            history.journal = Journal.open(folder);
            history.load(history.journal);
        }
        return history;
    }

    private void load(Journal of) {
        for (StepKey key : stepFiles(folder)) {
            kept.put(key, StepFile.open(folder, key));
        }
        for (StepFile step : kept.values()) {
            StepKey last = of.last();
            if (last == null || step.key().compareTo(last) >= 0) {
                if (newest != null) {
                    of.append(newest.key(), newest.moments());
                }
                of.cut(step.key()); // written when the next step was about to begin
                newest = step;
            }
        }
        kept.values().forEach(step -> closeUnlessNewest(step));
    }

    private void closeUnlessNewest(StepFile step) {
        if (step != newest) {
            step.close();
        }
    }

    private static List<StepKey> stepFiles(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<StepKey> keys = new ArrayList<>();
            for (Path file : files.toList()) {
                StepKey key = StepFile.keyOf(file);
                if (key != null) {
                    keys.add(key);
                }
            }
            keys.sort(null);
            return keys;
        } catch (IOException e) {
            throw AtomicFiles.failure("listing", folder, e);
        }
    }

    /** How its rewards are normalised; null before the first. */
    synchronized @Nullable Normalise mode() {
        return journal == null ? null : journal.mode();
    }

    /** The newest step; null before the first. */
    synchronized @Nullable StepKey newestStep() {
        return newest != null ? newest.key() : journal == null ? null : journal.last();
    }

    /** Steps so far. */
    synchronized int steps() {
        return journal == null ? 0 : journal.steps() + (newest == null ? 0 : 1);
    }

    /** What groups have earned, the newest step included. */
    synchronized GroupMoments now() {
        return journal == null
                ? base.get()
                : newest == null ? journal.merged() : journal.merged().merge(newest.moments());
    }

    /**
     * The statistics by which a reward of no training step is normalised.
     *
     * @param key step at which it is asked for; null stands for the newest state
     */
    synchronized GroupMoments before(@Nullable StepKey key) {
        if (journal == null || newest == null || key == null) {
            return journal != null && journal.mode() == Normalise.STREAM ? journal.merged() : now();
        }
        return key.compareTo(newest.key()) > 0 ? now() : journal.before(key);
    }

    /**
     * Puts other statistics in place of all that the run has earned; its steps are forgotten.
     *
     * @param mode how its rewards will be normalised
     */
    synchronized void replace(Normalise mode, GroupMoments with) {
        forget(new StepKey(0, 0));
        if (journal != null) {
            journal.close();
        }
        journal = Journal.create(folder, mode, with);
    }

    /**
     * Answers to items of a step that came before, without their being judged again.
     *
     * @return one an item; null unless all are known and nothing about the request says that the
     *     trainer has gone back
     */
    synchronized @Nullable List<Entry> known(
            Normalise mode, @Nullable StepKey key, boolean resume, List<Item> items) {
        if (journal == null || mode != journal.mode()) {
            return null;
        }
        List<Entry> entries = new ArrayList<>();
        if (mode == Normalise.STREAM) {
            for (Item item : items) {
                Entry entry = inStream(item.id());
                if (entry == null || !entry.content().equals(item.content())) {
                    return null;
                }
                entries.add(entry);
            }
        } else {
            StepFile step = key == null ? null : kept.get(key);
            boolean back = resume && step != newest;
            if (step == null || back) {
                return null;
            }
            for (Item item : items) {
                Entry entry = step.get(item.id());
                if (entry == null || !entry.content().equals(item.content())) {
                    return null;
                }
                entries.add(entry);
            }
            if (resume && step == newest) {
                markResumed(step, entries);
            }
        }
        if (newest != null) {
            newest.flush(newest.append(List.of()));
        }
        return entries;
    }

    /** A resumed trainer has sent these again, just as they were. */
    private void markResumed(StepFile step, List<Entry> entries) {
        List<Entry> marked =
                entries.stream()
                        .filter(entry -> !entry.resumed())
                        .map(entry -> entry.asResumed(true))
                        .toList();
        step.flush(step.append(marked));
    }

    private @Nullable Entry inStream(String id) {
        for (StepFile step : kept.descendingMap().values()) {
            Entry entry = step.get(id);
            if (entry != null) {
                return entry;
            }
        }
        return null;
    }

    /**
     * Refuses a request before its items are judged, where that can be said.
     *
     * @throws ServeException 409
     */
    synchronized void check(Normalise mode, @Nullable StepKey key, boolean resume) {
        if (journal != null && journal.mode() != mode) {
            throw ServeException.of(
                    409,
                    "run: its rewards are normalised as "
                            + journal.mode().name().toLowerCase(Locale.ROOT)
                            + ", found "
                            + mode.name().toLowerCase(Locale.ROOT)
                            + "; name another run");
        }
        StepKey last = newestStep();
        if (key != null && last != null && !resume) {
            int since = key.compareTo(last);
            if (since < 0 || since == 0 && newest == null) {
                throw older(key, last);
            }
        }
    }

    private static ServeException older(StepKey key, StepKey last) {
        return ServeException.of(
                409,
                "step = "
                        + key
                        + ": the run has come to "
                        + last
                        + "; a trainer that goes back to an earlier step says \"resume\": true in its"
                        + " first request");
    }

    /** Answers by the steps before; the items enter the history with their step. */
    List<Entry> frozen(StepKey key, boolean resume, List<Entry> items) {
        Written written;
        synchronized (this) {
            check(Normalise.FROZEN, key, resume);
            StepFile step = frozenStep(key, resume, items);
            finishBefore(key);
            GroupMoments before = begun(Normalise.FROZEN).before(key);
            List<Entry> answers = new ArrayList<>();
            List<Entry> fresh = new ArrayList<>();
            for (Entry item : items) {
                Entry known = step == null ? null : step.get(item.id());
                Entry answer = known != null ? known : before.normalise(item).asResumed(resume);
                answers.add(answer);
                if (known == null) {
                    fresh.add(answer);
                }
            }
            if (step == null) {
                begin(Normalise.FROZEN, key, fresh);
                return answers; // on the disk already
            }
            requireRoom(step.entries().size() + fresh.size());
            written = new Written(answers, step, step.append(fresh));
        }
        written.step.flush(written.end);
        return written.entries;
    }

    /** The file of a step that has begun; null of one that has not, or begins anew. */
    private @Nullable StepFile frozenStep(StepKey key, boolean resume, List<Entry> items) {
        StepFile step = newest;
        if (step == null || !step.key().equals(key)) {
            StepKey last = newestStep();
            if (last != null && key.compareTo(last) <= 0) { // resumed, as has been checked
                forget(key);
            }
            return null;
        }
        boolean other = differs(step, items);
        if (!resume) {
            if (other) {
                throw conflict(key);
            }
            return step;
        }
        boolean all = items.stream().allMatch(item -> step.get(item.id()) != null);
        return other || !all ? restarted(step, items) : step;
    }

    private void finishBefore(StepKey key) {
        if (newest != null && newest.key().compareTo(key) < 0) {
            finish();
        }
    }

    /** The newest step without what the trainer had sent before it went back to it. */
    private StepFile restarted(StepFile step, List<Entry> items) {
        List<Entry> stay = staying(step, items);
        if (stay.size() == step.entries().size()) {
            return step;
        }
        step.close();
        StepFile anew = StepFile.create(folder, step.key(), stay);
        kept.put(step.key(), anew);
        newest = anew;
        return anew;
    }

    /**
     * What other processes of a resumed trainer have sent of a step; nothing where one of them
     * sends something else now, since then the trainer was started once more.
     */
    private static List<Entry> staying(StepFile step, List<Entry> items) {
        for (Entry item : items) {
            Entry known = step.get(item.id());
            if (known != null && known.resumed() && !known.content().equals(item.content())) {
                return List.of();
            }
        }
        return step.entries().stream().filter(Entry::resumed).toList();
    }

    private static boolean differs(StepFile step, List<Entry> items) {
        for (Entry item : items) {
            Entry known = step.get(item.id());
            if (known != null && !known.content().equals(item.content())) {
                return true;
            }
        }
        return false;
    }

    private static ServeException conflict(StepKey key) {
        return ServeException.of(
                409,
                "items: an id of step "
                        + key
                        + " came before with another completion; ids must be unique within a step"
                        + " over all processes, and a trainer that goes back says \"resume\": true");
    }

    private static void requireRoom(int items) {
        if (items > MOST_ITEMS) {
            throw ServeException.of(
                    409,
                    "items: a step holds " + MOST_ITEMS + " at most; pass a step that advances");
        }
    }

    /** Answers by the windows before; the server counts rewards into windows of {@code size}. */
    List<Entry> stream(int size, List<Entry> items) {
        List<Written> written = new ArrayList<>();
        List<Entry> answers = new ArrayList<>();
        synchronized (this) {
            check(Normalise.STREAM, null, false);
            refuseOthers(items);
            List<Entry> fresh = new ArrayList<>();
            long rewards = newest == null ? 0 : newest.rewards();
            for (Entry item : items) {
                Entry known = inStream(item.id());
                if (known != null) {
                    answers.add(known);
                    continue;
                }
                if (newest == null || rewards >= size) {
                    add(fresh, written);
                    StepKey last = newestStep();
                    begin(
                            Normalise.STREAM,
                            new StepKey(last == null ? 0 : last.step() + 1, 0),
                            List.of());
                    rewards = 0;
                }
                Entry answer = begun(Normalise.STREAM).merged().normalise(item);
                rewards += answer.counts() ? 1 : 0;
                fresh.add(answer);
                answers.add(answer);
            }
            add(fresh, written);
            if (newest != null && written.isEmpty()) {
                written.add(new Written(List.of(), newest, newest.append(List.of())));
            }
        }
        written.forEach(one -> one.step.flush(one.end));
        return answers;
    }

    private void refuseOthers(List<Entry> items) {
        for (Entry item : items) {
            Entry known = inStream(item.id());
            if (known != null && !known.content().equals(item.content())) {
                throw ServeException.of(
                        409,
                        "items: an id came before with another completion; ids of a stream must be"
                                + " unique");
            }
        }
    }

    private void add(List<Entry> fresh, List<Written> written) {
        if (newest != null && !fresh.isEmpty()) {
            written.add(new Written(List.of(), newest, newest.append(List.copyOf(fresh))));
            fresh.clear();
        }
    }

    /**
     * Answers when {@code size} items of the step have come, by all of them and the steps before.
     */
    synchronized CompletableFuture<List<Entry>> batch(
            StepKey key, int size, boolean resume, List<Entry> items) {
        if (released != null) {
            throw released;
        }
        check(Normalise.BATCH, key, resume);
        if (newest != null && newest.key().equals(key)) {
            StepFile step = newest;
            boolean same =
                    items.stream().allMatch(item -> step.get(item.id()) != null)
                            && !differs(step, items);
            if (same) {
                return CompletableFuture.completedFuture(
                        items.stream().map(item -> step.get(item.id())).toList());
            }
            if (!resume) {
                throw conflict(key);
            }
        }
        Batch waiting = open(key, size, resume, items);
        requireRoom(size);
        for (Entry item : items) {
            Entry before = waiting.items.get(item.id());
            if (before != null && !before.content().equals(item.content())) {
                if (!resume) {
                    throw conflict(key);
                }
                waiting.waiters.removeIf(
                        waiter ->
                                waiter.ids.contains(item.id())
                                        && waiter.answer.completeExceptionally(conflict(key)));
            }
        }
        Set<String> all = new HashSet<>(waiting.items.keySet());
        items.forEach(item -> all.add(item.id()));
        if (all.size() > size) {
            throw ServeException.of(
                    409,
                    "items: step "
                            + key
                            + " has come to "
                            + all.size()
                            + " items, batch_size is "
                            + size
                            + "; it must count the items of all processes, whose ids must differ");
        }
        items.forEach(item -> waiting.items.put(item.id(), item.asResumed(resume)));
        CompletableFuture<List<Entry>> answer = new CompletableFuture<>();
        waiting.waiters.add(new Waiter(items.stream().map(Entry::id).toList(), answer));
        if (waiting.items.size() == size) {
            complete(waiting);
        }
        return answer;
    }

    private Batch open(StepKey key, int size, boolean resume, List<Entry> items) {
        Batch waiting = batch;
        if (waiting != null && waiting.key.equals(key) && waiting.size == size) {
            return waiting;
        }
        if (waiting != null) {
            if (!resume && key.compareTo(waiting.key) <= 0) {
                throw ServeException.of(
                        409,
                        "step = "
                                + key
                                + ", batch_size = "
                                + size
                                + ": step "
                                + waiting.key
                                + " is being filled with batch_size = "
                                + waiting.size
                                + "; all processes must pass the same");
            }
            waiting.abandon(
                    ServeException.of(
                            409, "step = " + waiting.key + ": the trainer has begun another one"));
        }
        Batch fresh = new Batch(key, size);
        StepKey last = newestStep();
        if (last != null && key.compareTo(last) <= 0) {
            if (newest != null && newest.key().equals(key)) {
                staying(newest, items).forEach(entry -> fresh.items.put(entry.id(), entry));
            }
            forget(key);
        }
        batch = fresh;
        return fresh;
    }

    private void complete(Batch whole) {
        batch = null;
        try {
            finish();
            GroupMoments after =
                    begun(Normalise.BATCH).merged().merge(GroupMoments.of(whole.items.values()));
            List<Entry> answers = whole.items.values().stream().map(after::normalise).toList();
            StepFile step = begin(Normalise.BATCH, whole.key, answers);
            for (Waiter waiter : whole.waiters) {
                waiter.answer.complete(waiter.ids.stream().map(step::get).toList());
            }
        } catch (RuntimeException e) { // a full disk: the batch was never told to anybody
            whole.waiters.forEach(waiter -> waiter.answer.completeExceptionally(e));
        }
    }

    /** Tells whoever waits for a batch, from now on, to come again later. */
    synchronized void release(ServeException why) {
        released = why;
        if (batch != null) {
            batch.abandon(why);
            batch = null;
        }
    }

    private Journal begun(Normalise mode) {
        Journal open = journal;
        if (open == null) {
            open = Journal.create(folder, mode, base.get());
            journal = open;
        }
        return open;
    }

    /** Finishes the newest step and begins another. */
    private StepFile begin(Normalise mode, StepKey key, Collection<Entry> first) {
        begun(mode);
        finish();
        StepFile step = StepFile.create(folder, key, first);
        kept.put(key, step);
        newest = step;
        while (kept.size() > KEPT_STEPS || kept.size() > 2 && keptItems() > MOST_KEPT_ITEMS) {
            remove(kept.firstEntry().getValue());
        }
        return step;
    }

    private long keptItems() {
        return kept.values().stream().mapToLong(one -> one.entries().size()).sum();
    }

    private void finish() {
        if (newest != null && journal != null) {
            newest.close(); // flushed before its line
            journal.append(newest.key(), newest.moments());
            newest = null;
        }
    }

    private void remove(StepFile step) {
        step.close();
        kept.remove(step.key());
        AtomicFiles.remove(step.path());
    }

    /** Forgets a step and those after it; a crash on the way leaves an earlier newest step. */
    private void forget(StepKey from) {
        newest = newest != null && newest.key().compareTo(from) >= 0 ? null : newest;
        for (StepFile step : List.copyOf(kept.tailMap(from, true).descendingMap().values())) {
            remove(step);
        }
        if (journal != null) {
            journal.cut(from);
        }
    }

    /** Moments of a group, the newest step included. */
    Moments group(String name) {
        return now().of(name);
    }

    @Override
    public synchronized void close() {
        release(ServeException.later(503, 5, "the server stops; come again"));
        kept.values().forEach(StepFile::close);
        if (journal != null) {
            journal.close();
        }
    }
}
