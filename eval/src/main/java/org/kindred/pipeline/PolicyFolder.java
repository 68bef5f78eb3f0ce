package org.kindred.pipeline;

import java.nio.file.Path;
import java.util.List;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.rollout.Completion;
import org.kindred.policy.rollout.Generator;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.tokenizer.Answers;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * A policy on disk, opened: model and tokenizer of a Hugging Face folder, and how a prompt is put
 * to it. The persona stands in the system message, so that one policy serves everybody.
 */
record PolicyFolder(CausalLm model, Tokenizer tokenizer) implements AutoCloseable {

    static PolicyFolder open(Path folder, EngineOptions engine) {
        Tokenizer tokenizer = Tokenizer.load(folder);
        try {
            return new PolicyFolder(CausalLm.load(folder, engine), tokenizer);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    List<List<Completion>> generate(
            List<int[]> prompts,
            int completionsPerPrompt,
            SamplingOptions sampling,
            SeedTree seeds) {
        return new Generator(model, tokenizer)
                .generate(prompts, completionsPerPrompt, sampling, seeds);
    }

    /** What it answered to a prompt. */
    String text(int[] prompt, Completion completion, boolean keepReasoning) {
        return new Answers(tokenizer, keepReasoning).text(prompt, completion.tokens());
    }

    @Override
    public void close() {
        model.close();
        tokenizer.close();
    }
}
