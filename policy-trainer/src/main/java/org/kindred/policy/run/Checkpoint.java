package org.kindred.policy.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.policy.advantage.GroupHistoryFile;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineOptions;

/**
 * A saved moment of a run.
 *
 * <pre>
 * step-000100/                 a Hugging Face model folder: config, weights, tokenizer; where an
 *                              adapter is trained, PEFT's files of it instead of the weights
 *   trainer/state.json         steps, options, what the run's inputs must be
 *   trainer/optimizer.safetensors
 *   trainer/history.json       reward history of the groups, for estimators that keep one
 *   trainer/progress.json      how far the groups have come, for group_weight: dro
 *   trainer/rollout.json       completions that wait for their step, for scoring.ahead; holds text
 *   trainer/manifest.json      size and SHA-256 of every file
 * </pre>
 *
 * The folder appears by one rename after every file is on the disk, so it is complete or absent.
 */
public final class Checkpoint {
    private static final String STATE = "trainer/state.json";
    private static final String OPTIMIZER = "trainer/optimizer.safetensors";
    private static final String HISTORY = "trainer/history.json";
    private static final String WHAT = "the run state";
    private static final String NAME_PREFIX = "step-";

    private final Path folder;
    private final RunState state;

    private Checkpoint(Path folder, RunState state) {
        this.folder = folder;
        this.state = state;
    }

    /**
     * Opens a checkpoint after checking every byte of it.
     *
     * @throws KindredException if it is incomplete, damaged or of a newer release
     */
    public static Checkpoint open(Path folder) {
        CheckpointManifest.verify(folder);
        Path file = folder.resolve(STATE);
        Json.requireFormat(file, RunState.FORMAT, RunState.VERSION, WHAT);
        return new Checkpoint(folder, Json.readWhole(file, RunState.class, WHAT));
    }

    /**
     * The usable checkpoint with the most steps among {@code step-*} folders.
     *
     * @param warnings hears of each checkpoint that had to be passed over
     */
    public static Optional<Checkpoint> newest(Path parent, Consumer<String> warnings) {
        for (Path folder : list(parent)) {
            try {
                return Optional.of(open(folder));
            } catch (KindredException damaged) {
                warnings.accept(
                        "Passing over checkpoint "
                                + folder.getFileName()
                                + ": "
                                + damaged.getMessage());
            }
        }
        return Optional.empty();
    }

    /** Checkpoint folders, most steps first. */
    static List<Path> list(Path parent) {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(parent)) {
            return folders.filter(f -> f.getFileName().toString().startsWith(NAME_PREFIX))
                    .sorted(Comparator.comparing(Path::getFileName).reversed())
                    .toList();
        } catch (IOException e) {
            throw AtomicFiles.failure("listing the checkpoints", parent, e);
        }
    }

    /** The name of a checkpoint after so many steps; names sort as steps do. */
    static String name(long steps) {
        return String.format(Locale.ROOT, NAME_PREFIX + "%08d", steps);
    }

    /** A Hugging Face model folder: what to load the policy from. */
    public Path folder() {
        return folder;
    }

    /** Steps done when it was saved. */
    public long steps() {
        return state.steps();
    }

    /** The policy as it was saved; the caller closes it. */
    public CausalLm loadPolicy(EngineOptions engine) {
        return CausalLm.load(folder, engine);
    }

    /**
     * Saves everything that the next step depends on.
     *
     * @param folder absent or empty; appears complete or not at all
     */
    public static void save(Path folder, TrainingLoop loop) {
        AtomicFiles.writeFolder(
                folder,
                temporary -> {
                    loop.policy().saveTrained(temporary);
                    loop.tokenizer().save(temporary);
                    Files.createDirectory(temporary.resolve("trainer"));
                    loop.policy().saveOptimizer(temporary.resolve(OPTIMIZER));
                    loop.history()
                            .ifPresent(
                                    history ->
                                            GroupHistoryFile.write(
                                                    temporary.resolve(HISTORY), history));
                    loop.saveMore(temporary.resolve("trainer"));
                    Json.write(temporary.resolve(STATE), loop.state());
                    CheckpointManifest.write(temporary);
                });
    }

    /**
     * Fills optimizer and reward history of a loop that is at its start.
     *
     * @param acceptOtherRewards go on even if the reward functions changed
     * @return where the loop was when it was saved
     * @throws KindredException if options, data, policy, reference, groups or reward functions are
     *     not those of the saved run; the message names which
     */
    public RunState restore(TrainingLoop loop, boolean acceptOtherRewards) {
        if (loop.stepsDone() > 0) {
            throw new IllegalStateException(
                    "restore after " + loop.stepsDone() + " steps; make a new trainer for it");
        }
        RunState now = loop.state();
        require("the kind of training", state.kind().equals(now.kind()));
        requireSameOptions(now, loop.harmlessOptions());
        require("what is learned from", state.data().equals(now.data()));
        if (!acceptOtherRewards && !state.rewards().equals(now.rewards())) {
            throw new KindredException(
                    "Checkpoint "
                            + folder
                            + ": its reward functions are "
                            + state.rewards()
                            + ", those of this run are "
                            + now.rewards()
                            + "; use the same, or accept other rewards explicitly");
        }
        require("the policy", ModelProbe.alike(state.policyProbe(), now.policyProbe()));
        require(
                "the reference model",
                ModelProbe.alike(state.referenceProbe(), now.referenceProbe()));
        loop.policy().loadOptimizer(folder.resolve(OPTIMIZER));
        loop.history()
                .ifPresent(
                        history ->
                                GroupHistoryFile.restore(
                                        folder.resolve(HISTORY), history, acceptOtherRewards));
        loop.restoreMore(folder.resolve("trainer"), state.steps());
        return state;
    }

    private void requireSameOptions(RunState now, Set<String> harmless) {
        List<String> differences =
                Json.differences(now.options(), state.options()).stream()
                        .filter(d -> !harmless.contains(d.substring(0, d.indexOf(' '))))
                        .toList();
        if (!differences.isEmpty()) {
            throw new KindredException(
                    "Checkpoint "
                            + folder
                            + ": the options of this run differ from those it was"
                            + " saved under: "
                            + String.join("; ", differences)
                            + ". Resume with the same options, or start a new run");
        }
    }

    private void require(String what, boolean same) {
        if (!same) {
            throw new KindredException(
                    "Checkpoint "
                            + folder
                            + ": "
                            + what
                            + " of this run differs from what it was"
                            + " saved with; load the policy from the checkpoint and everything"
                            + " else as at the start of the run");
        }
    }
}
