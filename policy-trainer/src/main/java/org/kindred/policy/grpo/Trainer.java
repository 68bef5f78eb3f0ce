package org.kindred.policy.grpo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.kindred.datasets.Json;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.Sha256;
import org.kindred.policy.advantage.AdvantageNormaliser;
import org.kindred.policy.advantage.Advantages;
import org.kindred.policy.advantage.GroupHistory;
import org.kindred.policy.advantage.GroupProgress;
import org.kindred.policy.metrics.StepMetrics;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.run.Checkpoint;
import org.kindred.policy.run.ModelProbe;
import org.kindred.policy.run.RunState;
import org.kindred.policy.run.Sample;
import org.kindred.policy.run.StepClock;
import org.kindred.policy.run.TrainingLoop;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * Trains a policy by reinforcement: GRPO, its relatives, and P-GRPO (arXiv 2603.10009), which
 * normalises a reward by the history of the preference group it comes from.
 *
 * <p>{@link #step} is the whole algorithm. A run repeats bit for bit on one machine at one thread
 * count, also across a checkpoint and {@link #restore}. Not safe for use by several threads.
 */
public final class Trainer implements TrainingLoop {
    private static final String BOOKKEEPING = "bookkeeping_time";
    private static final String WAITING = "rollout.json";
    private static final String PROGRESS = "progress.json";

    private final TrainerInputs inputs;
    private final TrainerOptions options;
    private final double[] rewardWeights;
    private final Rollouts rollouts;
    private final AdvantageNormaliser normaliser;
    private final PolicyUpdate update;
    private long stepsDone;
    private long tokensSeen;
    private boolean intact = true;
    private List<Sample> samples = List.of();
    private StepMetrics timings = new StepMetrics(0, Map.of());

    public Trainer(TrainerInputs inputs, TrainerOptions options) {
        if (options.regularisation().beta() > 0 && inputs.reference() == null) {
            throw new IllegalArgumentException(
                    "beta = "
                            + options.regularisation().beta()
                            + ": needs a reference model;"
                            + " pass policy.frozenCopy() at the start of the run");
        }
        this.inputs = inputs;
        this.options = options;
        rewardWeights = inputs.rewards().stream().mapToDouble(RewardSource::weight).toArray();
        rollouts = new Rollouts(inputs, options, SeedTree.root(options.seed()).child("grpo"));
        normaliser = normaliser();
        update = new PolicyUpdate(inputs.policy(), inputs.reference(), options);
    }

    private AdvantageNormaliser normaliser() {
        Map<String, Double> shares = PromptOrder.shares(inputs.prompts());
        GroupHistory history =
                options.advantage().estimator().usesHistory()
                        ? GroupHistory.empty(
                                options.advantage().memory(),
                                shares.keySet(),
                                RewardSource.fingerprint(inputs.rewards()))
                        : null;
        return new AdvantageNormaliser(options.advantage(), rewardWeights, shares, history);
    }

    /**
     * One step: rollout, score, normalise, loss and update.
     *
     * @return what happened, under TRL's names where TRL has them
     * @throws org.kindred.datasets.KindredException if too many judgements failed, a reward
     *     function gave the wrong number of outcomes, or the gradient is not finite. The step is
     *     lost then: go on from the last checkpoint with a new trainer
     */
    @Override
    public StepMetrics step() {
        StepClock clock = new StepClock(System::nanoTime);
        Optional<GroupHistory.Moment> before = history().map(GroupHistory::now);
        Optional<Map<String, GroupProgress.Level>> levels =
                normaliser.progress().map(GroupProgress::levels);
        long updatesBefore = update.updates();

        Judging judging = rollouts.next(stepsDone);
        Rollout rollout = judging.rollout();
        clock.lap("rollout_time");
        try {
            Scoring scoring = judging.finish(options.scoring().maxFailedShare());
            clock.lap("reward_time");

            Advantages advantages = normaliser.normalise(scoring.prompts());

            List<TrainingRow> rows =
                    TrainingRow.of(rollout, advantages, options.maskTruncatedCompletions());
            clock.lap(BOOKKEEPING);
            PolicyUpdate.Result updated = update.run(rows, stepsDone, clock);
            rollouts.policyUpdated();

            stepsDone++;
            tokensSeen += tokens(rollout);
            samples = samples(rollout, scoring, advantages);
            StepMetrics metrics = report(rollout, scoring, advantages, rows, updated);
            clock.lap(BOOKKEEPING);
            timings = new StepMetrics(stepsDone, clock.seconds());
            return metrics;
        } catch (RuntimeException failure) {
            intact = update.updates() == updatesBefore;
            before.ifPresent(moment -> history().orElseThrow().rollBack(moment));
            levels.ifPresent(saved -> normaliser.progress().orElseThrow().restore(saved));
            rollouts.putBack(judging);
            throw failure;
        }
    }

    @Override
    public boolean intact() {
        return intact;
    }

    private List<Sample> samples(Rollout rollout, Scoring scoring, Advantages advantages) {
        Map<String, Sample> first = new TreeMap<>();
        for (int j = 0; j < rollout.prompts().size(); j++) {
            PolicyPrompt prompt = rollout.prompts().get(j);
            first.putIfAbsent(
                    prompt.group(),
                    new Sample(
                            prompt.group(),
                            prompt.id(),
                            rollout.texts().get(j).get(0),
                            scoring.prompts().get(j).total(0, rewardWeights),
                            advantages.values()[j][0]));
        }
        return List.copyOf(first.values());
    }

    private static long tokens(Rollout rollout) {
        long tokens = 0;
        for (int j = 0; j < rollout.prompts().size(); j++) {
            int prompt = rollout.prompts().get(j).tokens().length;
            tokens +=
                    rollout.completions().get(j).stream()
                            .mapToLong(completion -> prompt + completion.tokens().length)
                            .sum();
        }
        return tokens;
    }

    private StepMetrics report(
            Rollout rollout,
            Scoring scoring,
            Advantages advantages,
            List<TrainingRow> rows,
            PolicyUpdate.Result updated) {
        Map<String, Double> metrics = new LinkedHashMap<>(updated.metrics());
        double promptsSeen = (double) stepsDone * options.batch().promptsPerStep();
        metrics.put("epoch", promptsSeen / inputs.prompts().size());
        metrics.put("num_tokens", (double) tokensSeen);
        metrics.putAll(RolloutMetrics.completions(rollout.completions()));
        metrics.putAll(RolloutMetrics.rewards(inputs.rewards(), scoring.prompts()));
        metrics.putAll(RolloutMetrics.usage(scoring, advantages, rewardWeights, rows));
        if (options.scoring().ahead()) {
            metrics.put("rollout/lag_updates", rollout.stale() ? 1.0 : 0.0);
        }
        metrics.putAll(
                GroupMetrics.of(scoring.prompts(), advantages, rewardWeights, updated.batches()));
        history()
                .ifPresent(
                        history -> {
                            metrics.put("history/fallback_ratio", advantages.fallbackRatio());
                            metrics.put(
                                    "history/capped_prompts", (double) advantages.cappedPrompts());
                            metrics.putAll(history.metrics());
                        });
        return new StepMetrics(stepsDone, metrics);
    }

    @Override
    public long stepsDone() {
        return stepsDone;
    }

    @Override
    public boolean done() {
        return stepsDone >= options.steps();
    }

    /**
     * Seconds of the last step: step_time, rollout_time, reward_time, forward_backward_time,
     * optimizer_time, and bookkeeping_time for advantages and metrics.
     */
    @Override
    public StepMetrics timings() {
        return timings;
    }

    /** Names groups whose prompts all come from one user: their history is that person's. */
    @Override
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        for (String group : PromptOrder.shares(inputs.prompts()).keySet()) {
            long users =
                    inputs.prompts().stream()
                            .filter(p -> p.group().equals(group) && p.user() != null)
                            .map(PolicyPrompt::user)
                            .distinct()
                            .count();
            if (users == 1) {
                warnings.add(
                        "Group "
                                + group
                                + " has prompts of one user only; its history is that"
                                + " person's");
            }
        }
        return warnings;
    }

    @Override
    public RunState state() {
        int[] text = inputs.prompts().get(0).tokens();
        return new RunState(
                "grpo",
                stepsDone,
                tokensSeen,
                Json.tree(options),
                dataHash(inputs.prompts()),
                RewardSource.fingerprint(inputs.rewards()),
                ModelProbe.of(inputs.policy(), text),
                ModelProbe.of(inputs.reference(), text));
    }

    private static String dataHash(List<PolicyPrompt> prompts) {
        return Sha256.ofLines(
                prompts, p -> p.id() + "\t" + p.group() + "\t" + Arrays.toString(p.tokens()));
    }

    @Override
    public Set<String> harmlessOptions() {
        Set<String> harmless = new TreeSet<>(Set.of("scoring.max_failed_share", "scoring.threads"));
        if (options.independentOfLength()) {
            harmless.add("steps");
        }
        return harmless;
    }

    @Override
    public CausalLm policy() {
        return inputs.policy();
    }

    @Override
    public Tokenizer tokenizer() {
        return inputs.tokenizer();
    }

    /** One completion per group of the last step; user text. */
    @Override
    public List<Sample> samples() {
        return samples;
    }

    @Override
    public void saveMore(Path folder) {
        rollouts.save(folder.resolve(WAITING));
        normaliser
                .progress()
                .ifPresent(p -> Json.write(folder.resolve(PROGRESS), new Levels(p.levels())));
    }

    @Override
    public void restoreMore(Path folder, long steps) {
        rollouts.restore(folder.resolve(WAITING), steps);
        normaliser
                .progress()
                .ifPresent(
                        p ->
                                p.restore(
                                        Json.readWhole(
                                                        folder.resolve(PROGRESS),
                                                        Levels.class,
                                                        "the progress of the groups")
                                                .groups()));
    }

    /** State of the groups' progress as it is saved. */
    private record Levels(Map<String, GroupProgress.Level> groups) {}

    @Override
    public Optional<GroupHistory> history() {
        return normaliser.history();
    }

    /**
     * Goes on where a checkpoint was saved. Call it before the first step; the policy must have
     * been loaded from the checkpoint ({@link Checkpoint#loadPolicy}).
     *
     * @param acceptOtherRewards go on even if the reward functions changed; the group history then
     *     mixes both
     * @throws org.kindred.datasets.KindredException if options, prompts, policy, reference, groups
     *     or reward functions are not those of the checkpoint's run; the message names which
     */
    public void restore(Checkpoint checkpoint, boolean acceptOtherRewards) {
        RunState state = checkpoint.restore(this, acceptOtherRewards);
        stepsDone = state.steps();
        tokensSeen = state.tokens();
    }
}
