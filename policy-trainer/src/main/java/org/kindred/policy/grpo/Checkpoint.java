package org.kindred.policy.grpo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.KindredException;
import org.kindred.policy.SnakeJson;
import org.kindred.policy.advantage.GroupHistoryFile;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.model.TokenBatch;

/**
 * A saved moment of a run.
 *
 * <pre>
 * step-000100/                 a Hugging Face model folder: config, weights, tokenizer
 *   trainer/state.json         steps, options, what the run's inputs must be
 *   trainer/optimizer.safetensors
 *   trainer/history.json       reward history of the groups, for estimators that keep one
 *   trainer/manifest.json      size and SHA-256 of every file
 * </pre>
 *
 * The folder appears by one rename after every file is on the disk, so it is complete or absent.
 */
public final class Checkpoint {
    private static final String STATE = "trainer/state.json";
    private static final String OPTIMIZER = "trainer/optimizer.safetensors";
    private static final String HISTORY = "trainer/history.json";
    private static final String FORMAT = "kindred-trainer-state";
    private static final int VERSION = 1;
    private static final String WHAT = "the trainer state";
    private static final String NAME_PREFIX = "step-";
    private static final int PROBE_TOKENS = 16;
    private static final double PROBE_TOLERANCE = 1e-3;

    private final Path folder;
    private final State state;

    /**
     * What a run is at a moment, beside weights, optimizer and history.
     *
     * @param tokens prompt and completion tokens seen
     * @param prompts SHA-256 of ids, groups and tokens of all prompts in order
     * @param rewards fingerprint of the reward functions
     * @param policyProbe log-probabilities of the policy on a fixed text, to know it again
     * @param referenceProbe the same of the reference; empty without one
     */
    @SuppressWarnings("ArrayRecordComponent") // numbers to compute with, never compared as a value
    record State(
            String format,
            int version,
            long steps,
            long tokens,
            JsonNode options,
            String prompts,
            String rewards,
            double[] policyProbe,
            double[] referenceProbe) {}

    private Checkpoint(Path folder, State state) {
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
        SnakeJson.requireFormat(file, FORMAT, VERSION, WHAT);
        return new Checkpoint(folder, SnakeJson.read(file, State.class, false, WHAT));
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

    static void save(Path folder, Trainer trainer) {
        TrainerInputs inputs = trainer.inputs();
        AtomicFiles.writeFolder(
                folder,
                temporary -> {
                    inputs.policy().save(temporary);
                    inputs.tokenizer().save(temporary);
                    Files.createDirectory(temporary.resolve("trainer"));
                    inputs.policy().saveOptimizer(temporary.resolve(OPTIMIZER));
                    trainer.history()
                            .ifPresent(
                                    history ->
                                            GroupHistoryFile.write(
                                                    temporary.resolve(HISTORY), history));
                    SnakeJson.write(temporary.resolve(STATE), state(trainer));
                    CheckpointManifest.write(temporary);
                });
    }

    private static State state(Trainer trainer) {
        TrainerInputs inputs = trainer.inputs();
        return new State(
                FORMAT,
                VERSION,
                trainer.stepsDone(),
                trainer.tokensSeen(),
                SnakeJson.tree(trainer.options()),
                promptsHash(inputs.prompts()),
                RewardSource.fingerprint(inputs.rewards()),
                probe(inputs.policy(), inputs),
                probe(inputs.reference(), inputs));
    }

    /** Fills the trainer's optimizer and history, after checking that this is its run. */
    State restore(Trainer trainer, boolean acceptOtherRewards) {
        State now = state(trainer);
        requireSameOptions(trainer.options());
        require("the prompts", state.prompts().equals(now.prompts()));
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
        require("the policy", alike(state.policyProbe(), now.policyProbe()));
        require("the reference model", alike(state.referenceProbe(), now.referenceProbe()));
        trainer.inputs().policy().loadOptimizer(folder.resolve(OPTIMIZER));
        trainer.history()
                .ifPresent(
                        history ->
                                GroupHistoryFile.restore(
                                        folder.resolve(HISTORY), history, acceptOtherRewards));
        return state;
    }

    private void requireSameOptions(TrainerOptions options) {
        List<String> differences =
                SnakeJson.differences(SnakeJson.tree(options), state.options()).stream()
                        .filter(d -> !d.startsWith("max_failed_share "))
                        .filter(d -> !d.startsWith("steps ") || !options.independentOfLength())
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

    private static String promptsHash(List<PolicyPrompt> prompts) {
        MessageDigest digest = CheckpointManifest.newDigest();
        for (PolicyPrompt prompt : prompts) {
            String line =
                    prompt.id() + "\t" + prompt.group() + "\t" + Arrays.toString(prompt.tokens());
            digest.update((line + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static double[] probe(@Nullable CausalLm model, TrainerInputs inputs) {
        if (model == null) {
            return new double[0];
        }
        int[] tokens = inputs.prompts().get(0).tokens();
        int[] continued = Arrays.copyOf(tokens, Math.min(PROBE_TOKENS, tokens.length));
        TokenBatch batch = new TokenBatch(new int[][] {tokens}, new int[][] {continued});
        float[] scores = model.score(batch, 1).logProbs()[0];
        double[] probe = new double[scores.length];
        for (int t = 0; t < probe.length; t++) {
            probe[t] = scores[t];
        }
        return probe;
    }

    private static boolean alike(double[] one, double[] other) {
        boolean alike = one.length == other.length;
        for (int t = 0; alike && t < one.length; t++) {
            alike = Math.abs(one[t] - other[t]) <= PROBE_TOLERANCE;
        }
        return alike;
    }
}
