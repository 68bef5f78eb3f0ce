package org.kindred.policy.grpo;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.Sha256;
import org.kindred.policy.SnakeJson;
import org.kindred.policy.advantage.AdvantageNormaliser;
import org.kindred.policy.advantage.Advantages;
import org.kindred.policy.advantage.GroupHistory;
import org.kindred.policy.metrics.StepMetrics;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.rollout.Generator;
import org.kindred.policy.run.Checkpoint;
import org.kindred.policy.run.ModelProbe;
import org.kindred.policy.run.RunState;
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
    private final TrainerInputs inputs;
    private final TrainerOptions options;
    private final double[] rewardWeights;
    private final SeedTree seeds;
    private final PromptOrder order;
    private final Generator generator;
    private final AdvantageNormaliser normaliser;
    private final PolicyUpdate update;
    private long stepsDone;
    private long tokensSeen;
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
        seeds = SeedTree.root(options.seed()).child("grpo");
        order =
                new PromptOrder(
                        inputs.prompts(),
                        options.batch().promptsPerStep(),
                        options.batch().groupSampling(),
                        seeds.child("order"));
        int[] eosIds = inputs.tokenizer().eosIds().stream().mapToInt(id -> id).toArray();
        generator = new Generator(inputs.policy(), eosIds, inputs.tokenizer().padId());
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
        List<PolicyPrompt> prompts = order.next();

        Rollout rollout =
                Rollout.sample(
                        generator,
                        inputs.tokenizer(),
                        prompts,
                        options.batch().completionsPerPrompt(),
                        options.sampling(),
                        seeds.child("rollout").child(stepsDone));
        clock.lap("rollout_time");

        Scoring scoring = Scoring.of(rollout, inputs.rewards(), options.maxFailedShare());
        clock.lap("reward_time");

        Advantages advantages = normaliser.normalise(scoring.prompts());

        List<TrainingRow> rows =
                TrainingRow.of(rollout, advantages, options.maskTruncatedCompletions());
        PolicyUpdate.Result updated = update.run(rows, stepsDone, clock);

        stepsDone++;
        tokensSeen += tokens(rollout);
        timings = new StepMetrics(stepsDone, clock.seconds());
        return report(rollout, scoring, advantages, rows, updated);
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
     * optimizer_time.
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
                SnakeJson.tree(options),
                dataHash(inputs.prompts()),
                RewardSource.fingerprint(inputs.rewards()),
                ModelProbe.of(inputs.policy(), text),
                ModelProbe.of(inputs.reference(), text));
    }

    private static String dataHash(List<PolicyPrompt> prompts) {
        MessageDigest digest = Sha256.newDigest();
        for (PolicyPrompt prompt : prompts) {
            String line =
                    prompt.id() + "\t" + prompt.group() + "\t" + Arrays.toString(prompt.tokens());
            digest.update((line + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return Sha256.hex(digest);
    }

    @Override
    public Set<String> harmlessOptions() {
        return options.independentOfLength()
                ? Set.of("max_failed_share", "steps")
                : Set.of("max_failed_share");
    }

    @Override
    public CausalLm policy() {
        return inputs.policy();
    }

    @Override
    public Tokenizer tokenizer() {
        return inputs.tokenizer();
    }

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
        order.skip(state.steps());
        stepsDone = state.steps();
        tokensSeen = state.tokens();
    }
}
