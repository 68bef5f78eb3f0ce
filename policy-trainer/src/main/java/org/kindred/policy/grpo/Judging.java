package org.kindred.policy.grpo;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.kindred.datasets.KindredException;

/**
 * A rollout on its way through the reward functions. Functions that allow it are asked by threads
 * of this rollout's own from the start; the others, one prompt after the other, by the thread that
 * collects. Answers are put together in the order of prompts and functions, whoever was first.
 */
final class Judging {
    private Rollout rollout;
    private final List<RewardSource> sources;
    private final List<List<FutureTask<Judgement>>> tasks = new ArrayList<>();

    private Judging(Rollout rollout, List<RewardSource> sources) {
        this.rollout = rollout;
        this.sources = sources;
    }

    /** Starts to ask, unless nothing may be asked beside the caller's own work. */
    static Judging start(Rollout rollout, List<RewardSource> sources, ScoringOptions options) {
        Judging judging = new Judging(rollout, sources);
        judging.prepare();
        boolean beside = options.threads() > 1 || options.ahead();
        if (beside && sources.stream().anyMatch(RewardSource::concurrent)) {
            ExecutorService threads =
                    Executors.newFixedThreadPool(
                            options.threads(),
                            work -> {
                                Thread thread = new Thread(work, "rewards");
                                thread.setDaemon(true); // a run that ends does not wait for them
                                return thread;
                            });
            judging.submitTo(threads);
            threads.shutdown();
        }
        return judging;
    }

    private void prepare() {
        for (int j = 0; j < rollout.prompts().size(); j++) {
            PolicyPrompt prompt = rollout.prompts().get(j);
            List<String> texts = rollout.texts().get(j);
            List<FutureTask<Judgement>> ofPrompt = new ArrayList<>();
            for (RewardSource source : sources) {
                ofPrompt.add(new FutureTask<>(() -> source.function().judge(prompt, texts)));
            }
            tasks.add(ofPrompt);
        }
    }

    private void submitTo(ExecutorService threads) {
        for (List<FutureTask<Judgement>> ofPrompt : tasks) {
            for (int f = 0; f < sources.size(); f++) {
                if (sources.get(f).concurrent()) {
                    threads.execute(ofPrompt.get(f));
                }
            }
        }
    }

    Rollout rollout() {
        return rollout;
    }

    /** The policy has been updated since the rollout was sampled. */
    void outdate() {
        rollout = rollout.outdated();
    }

    /** Waits for what is being asked, asks the rest, and puts all answers together. */
    Scoring finish(double maxFailedShare) {
        List<List<Judgement>> judgements = new ArrayList<>();
        for (List<FutureTask<Judgement>> ofPrompt : tasks) {
            List<Judgement> answers = new ArrayList<>();
            for (FutureTask<Judgement> task : ofPrompt) {
                task.run(); // does nothing where another thread has begun
                answers.add(answer(task));
            }
            judgements.add(answers);
        }
        return Scoring.of(rollout, sources, judgements, maxFailedShare);
    }

    private static Judgement answer(Future<Judgement> task) {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new KindredException("A reward function failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KindredException("Interrupted while waiting for rewards; resume the run", e);
        }
    }
}
