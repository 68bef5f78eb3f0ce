package org.kindred.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Progress;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RewardUnit;
import org.kindred.reward.UserContext;

/**
 * Rewards of completions by a run's judge, normalised by the histories of preference groups, which
 * lie in {@code serve/<run>/} of the run's folder. Knows nothing of HTTP.
 */
final class RewardService implements AutoCloseable {
    /** Folder of the histories, in that of the run. */
    static final String FOLDER = "serve";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,63}");
    private static final int MOST_RUNS = 256;
    private static final int COLD_START_SECONDS = 3_600;

    private final Served run;
    private final Scorer scorer;
    private final int window;
    private final Path folder;
    private final GroupMoments base;
    private final boolean grouped;
    private final Map<String, RunHistory> histories = new TreeMap<>();
    private @Nullable ServeException stops; // what new histories tell once the server stops

    /**
     * Reads all histories that the folder holds.
     *
     * @param run closed by the caller, after this
     * @param root folder of the run
     */
    RewardService(
            Served run, RewardUnit unit, ServiceOptions options, Path root, Progress progress) {
        this.run = run;
        this.scorer = new Scorer(run, unit, options.blank());
        this.window = options.window();
        this.folder = root.resolve(FOLDER);
        this.grouped = !run.groups().isEmpty();
        this.base = run.answers().isEmpty() ? GroupMoments.EMPTY : seed(progress);
        for (String name : names()) {
            histories.put(name, open(name));
        }
    }

    private GroupMoments seed(Progress progress) {
        List<Item> items = new ArrayList<>();
        run.answers()
                .forEach(
                        (group, answers) ->
                                answers.forEach(
                                        answer ->
                                                items.add(
                                                        new Item(
                                                                String.format("%08d", items.size()),
                                                                answer.userId(),
                                                                answer.prompt(),
                                                                answer.response(),
                                                                false))));
        progress.stage("histories", items.size() + " answers of the data set, for a warm start");
        return GroupMoments.of(scorer.score(items, true, Deadline.in(COLD_START_SECONDS)));
    }

    private List<String> names() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(folder)) {
            return folders.filter(Journal::exists)
                    .map(one -> String.valueOf(one.getFileName()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw AtomicFiles.failure("listing", folder, e);
        }
    }

    private RunHistory open(String name) {
        return RunHistory.open(folder.resolve(name), () -> base);
    }

    /** Names of the judge and its scaling. */
    String judge() {
        return run.model().name();
    }

    int users() {
        return run.users();
    }

    /** Names of all preference groups. */
    Set<String> groups() {
        return run.groups();
    }

    /** Answers, one an item, in order. */
    List<Entry> rewards(RewardsRequest request, Deadline deadline) {
        if (request.normalise() == Normalise.NONE) {
            return scorer.score(request.items(), false, deadline);
        }
        if (!grouped) {
            throw ServeException.of(
                    409,
                    "the served run has no preference groups, so rewards cannot be normalised; find them"
                            + " with kindred reward prototypes, or ask with \"normalise\": \"none\"");
        }
        RunHistory history = history(request.run());
        StepKey step = request.step();
        if (request.evaluates()) {
            GroupMoments before = history.before(step);
            return scorer.score(request.items(), true, deadline).stream()
                    .map(before::normalise)
                    .toList();
        }
        if (step == null && request.normalise() != Normalise.STREAM) {
            throw ServeException.malformed(
                    "step: missing; normalise = frozen and batch need the trainer's step, for example"
                            + " [120, 0]; without one ask for stream");
        }
        List<Entry> known =
                history.known(request.normalise(), step, request.resume(), request.items());
        if (known != null) {
            return known;
        }
        history.check(request.normalise(), step, request.resume());
        List<Entry> scored = scorer.score(request.items(), true, deadline);
        if (step == null || request.normalise() == Normalise.STREAM) {
            return history.stream(request.size() == 0 ? window : request.size(), scored);
        }
        if (request.normalise() == Normalise.FROZEN) {
            return history.frozen(step, request.resume(), scored);
        }
        int size = request.size() == 0 ? scored.size() : request.size();
        return await(history.batch(step, size, request.resume(), scored), deadline);
    }

    private static List<Entry> await(CompletableFuture<List<Entry>> answer, Deadline deadline) {
        try {
            return answer.get(deadline.nanosLeft(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw ServeException.later(
                    504,
                    1,
                    deadline.passed().getMessage()
                            + ". Of a batch, other processes' items are missing: is batch_size the"
                            + " number of items of all of them?");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException refused
                    ? refused
                    : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ServeException.later(503, 5, "the server stops; come again");
        }
    }

    /**
     * Scores in points, 1 to 10, without any history.
     *
     * @return one outcome a response, in order
     */
    List<ScoreOutcome> points(
            String userId, String prompt, List<String> responses, Deadline deadline) {
        UserContext user = run.user().of(userId);
        if (user == null) {
            throw ServeException.of(404, "user: not known to the served data");
        }
        List<ScoreOutcome> outcomes = new ArrayList<>();
        List<Item> items = new ArrayList<>();
        for (String response : responses) {
            items.add(new Item("", userId, prompt, response, true));
        }
        scorer.inPoints(items, deadline)
                .forEach(
                        entry ->
                                outcomes.add(
                                        entry.raw() != null
                                                ? new ScoreOutcome.Scored(entry.raw())
                                                : new ScoreOutcome.Failed(
                                                        String.valueOf(entry.reason()), 1)));
        return outcomes;
    }

    /** The histories of a trainer's run; new ones for a new name. */
    synchronized RunHistory history(String name) {
        requireName(name);
        RunHistory known = histories.get(name);
        if (known != null) {
            return known;
        }
        if (histories.size() >= MOST_RUNS) {
            throw ServeException.of(
                    409,
                    "run: the server holds "
                            + MOST_RUNS
                            + " runs and takes no more; remove folders under serve/ of the run while it"
                            + " stands still");
        }
        RunHistory fresh = open(name);
        if (stops != null) {
            fresh.release(stops);
        }
        histories.put(name, fresh);
        return fresh;
    }

    /** The histories of a run that has begun; null of another. */
    synchronized @Nullable RunHistory begun(String name) {
        requireName(name);
        RunHistory known = histories.get(name);
        return known == null || known.mode() == null ? null : known;
    }

    private static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw ServeException.malformed(
                    "run: must be 1 to 64 letters, digits, dots, dashes or underscores, and begin with"
                            + " a letter, a digit or an underscore; for example mine-2");
        }
    }

    /** Runs that have begun, by name. */
    synchronized Map<String, RunHistory> runs() {
        Map<String, RunHistory> begun = new TreeMap<>(histories);
        begun.values().removeIf(history -> history.mode() == null);
        return begun;
    }

    /** Tells whoever waits for a batch to come again; the server is about to stop. */
    synchronized void release() {
        stops = ServeException.later(503, 5, "the server stops; come again");
        histories.values().forEach(history -> history.release(stops));
    }

    @Override
    public synchronized void close() {
        scorer.close();
        histories.values().forEach(RunHistory::close);
    }
}
