package org.kindred.policy.grpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.Message;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.schedule.OptimizerOptions;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * Reinforcement learning on a real chat model: {@code -Dkindred.model=DIR} names a Hugging Face
 * folder; the trained model is saved in {@code DIR-short}.
 */
@Tag("slow")
final class RealWeightsTest {
    private static final int STEPS = 30;
    private static final int LIMIT = 40;
    private static final List<String> QUESTIONS =
            List.of(
                    "What is the capital of Italy?",
                    "Why do leaves fall in autumn?",
                    "How do I boil an egg?",
                    "What does a librarian do?",
                    "Why is the sea salty?",
                    "Name a good book for children.");

    @Test
    void thirtySteps_raiseASimpleReward_andTheFolderLoads() throws Exception {
        String folder = System.getProperty("kindred.model", "");
        assumeTrue(!folder.isEmpty(), "needs -Dkindred.model=DIR");
        EngineOptions engine = EngineOptions.defaults();
        Path saved = Files.createDirectories(Path.of(folder + "-short"));
        List<Double> rewards = new ArrayList<>();
        try (Tokenizer tokenizer = Tokenizer.load(Path.of(folder));
                CausalLm policy = CausalLm.load(Path.of(folder), engine)) {
            Trainer trainer = new Trainer(inputs(policy, tokenizer), options());
            while (!trainer.done()) {
                rewards.add(trainer.step().values().get("reward"));
                System.out.printf(
                        "step %d reward %.3f%n", rewards.size(), rewards.get(rewards.size() - 1));
            }
            policy.save(saved);
            tokenizer.save(saved);
        }
        assertThat(mean(rewards.subList(STEPS - 5, STEPS)))
                .isGreaterThan(mean(rewards.subList(0, 5)) + .1);
        CausalLm.load(saved, engine).close();
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(v -> v).average().orElseThrow();
    }

    private static TrainerInputs inputs(CausalLm policy, Tokenizer tokenizer) {
        List<PolicyPrompt> prompts = new ArrayList<>();
        for (String question : QUESTIONS) {
            prompts.add(
                    new PolicyPrompt(
                            "question-" + prompts.size(),
                            "all",
                            null,
                            tokenizer.chat(List.of(Message.user(question)), true)));
        }
        return new TrainerInputs(
                policy,
                null,
                tokenizer,
                prompts,
                List.of(RewardSource.of("short", RealWeightsTest::brevity)));
    }

    /** 1 for an empty answer, 0 for 200 characters and more. */
    private static List<ScoreOutcome> brevity(PolicyPrompt prompt, List<String> texts) {
        return texts.stream()
                .<ScoreOutcome>map(
                        text -> new ScoreOutcome.Scored(1 - Math.min(200, text.length()) / 200.0))
                .toList();
    }

    private static TrainerOptions options() {
        TrainerOptions trl = TrainerOptions.trl();
        return new TrainerOptions(
                STEPS,
                new BatchOptions(2, 8, GroupSampling.NATURAL, 1, 16),
                new OptimizerOptions(1e-5, trl.optimizer().schedule(), 0, trl.optimizer().adamw()),
                new SamplingOptions(LIMIT, 1, 0, 1, 0, 1),
                trl.advantage(),
                trl.objective(),
                trl.regularisation(),
                false,
                ScoringOptions.defaults(),
                1);
    }
}
