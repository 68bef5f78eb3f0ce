package org.kindred.policy.grpo;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.rollout.Completion;
import org.kindred.policy.rollout.Generator;
import org.kindred.policy.tokenizer.Answers;

/**
 * Where a step gets its rollout from: sampled when it is needed, or ({@code scoring.ahead}) one
 * step earlier and being judged since. A rollout that waits is part of the run's state.
 */
final class Rollouts {
    private static final String WHAT = "the waiting rollout";

    private final TrainerInputs inputs;
    private final TrainerOptions options;
    private final SeedTree seeds;
    private final PromptOrder order;
    private final Generator generator;
    private @Nullable Judging waiting;

    /** A waiting rollout as it is saved. */
    private record Saved(List<SavedPrompt> prompts) {}

    private record SavedPrompt(String id, List<Completion> completions) {}

    Rollouts(TrainerInputs inputs, TrainerOptions options, SeedTree seeds) {
        this.inputs = inputs;
        this.options = options;
        this.seeds = seeds.child("rollout");
        order =
                new PromptOrder(
                        inputs.prompts(),
                        options.batch().promptsPerStep(),
                        options.batch().groupSampling(),
                        seeds.child("order"));
        generator = new Generator(inputs.policy(), inputs.tokenizer());
    }

    /**
     * The rollout of a step, being judged; samples the next one too where that is wanted.
     *
     * @param step from 0
     */
    Judging next(long step) {
        Judging now = waiting == null ? sample(step) : waiting;
        boolean another = options.scoring().ahead() && step + 1 < options.steps();
        waiting = another ? sample(step + 1) : null;
        return now;
    }

    private Judging sample(long step) {
        return Judging.start(
                Rollout.sample(
                        generator,
                        answers(),
                        prompts(step),
                        options.batch().completionsPerPrompt(),
                        options.sampling(),
                        seeds.child(step)),
                inputs.rewards(),
                options.scoring());
    }

    private Answers answers() {
        return new Answers(inputs.tokenizer(), options.scoring().keepReasoning());
    }

    private List<PolicyPrompt> prompts(long step) {
        PromptSchedule schedule = inputs.schedule();
        return schedule == null ? order.next() : schedule.at(step);
    }

    /** The policy has changed: what waits was sampled by an earlier one. */
    void policyUpdated() {
        if (waiting != null) {
            waiting.outdate();
        }
    }

    /** A step failed: its rollout waits again, and the one after it is forgotten. */
    void putBack(Judging unused) {
        waiting = options.scoring().ahead() && unused.rollout().stale() ? unused : null;
    }

    /** Writes the waiting rollout, if there is one. */
    void save(Path file) {
        if (waiting == null) {
            return;
        }
        Rollout rollout = waiting.rollout();
        List<SavedPrompt> prompts = new ArrayList<>();
        for (int j = 0; j < rollout.prompts().size(); j++) {
            prompts.add(
                    new SavedPrompt(rollout.prompts().get(j).id(), rollout.completions().get(j)));
        }
        Json.write(file, new Saved(prompts));
    }

    /**
     * Goes on after so many steps.
     *
     * @param file as {@link #save} left it, perhaps absent
     */
    void restore(Path file, long steps) {
        order.skip(steps);
        if (!Files.exists(file)) {
            return;
        }
        Map<String, PolicyPrompt> byId = new HashMap<>();
        inputs.prompts().forEach(prompt -> byId.put(prompt.id(), prompt));
        List<PolicyPrompt> prompts = new ArrayList<>();
        List<List<Completion>> completions = new ArrayList<>();
        for (SavedPrompt saved : Json.readWhole(file, Saved.class, WHAT).prompts()) {
            PolicyPrompt prompt = byId.get(saved.id());
            if (prompt == null) {
                throw new KindredException(
                        WHAT + " in " + file + " has a prompt that is not of this run");
            }
            prompts.add(prompt);
            completions.add(saved.completions());
        }
        order.skip(1);
        Rollout rollout = Rollout.of(answers(), prompts, completions, true);
        waiting = Judging.start(rollout, inputs.rewards(), options.scoring());
    }
}
