package org.kindred.pipeline;

import java.nio.file.Path;
import org.kindred.options.Meaning;
import org.kindred.policy.model.DecoderOptions;
import org.kindred.policy.run.TrainingRun;

/** The policy that all arms start from. */
public record StartOptions(
        @Meaning(
                        value =
                                "scratch (a small decoder with random weights), a Hugging Face folder (Llama,"
                                        + " SmolLM2, Qwen2, Qwen3), PEFT's folder of an adapter, or a GGUF file",
                        essential = true)
                String model,
        @Meaning("whether the user's persona stands in the system message") boolean persona,
        @Meaning(
                        "whether the rubric's criteria with their weights stand below the persona. A small"
                                + " decoder follows the persona alone better; larger models read numbers")
                boolean criteria,
        @Meaning(
                        "least worth of the user's own persona against a stranger's, in true utility of"
                                + " simulated people, for a run to go on after the start; 0 for any")
                double leastPersonaEffect,
        @Meaning("prompts and answers as plain text, without the model's chat template")
                boolean raw,
        @Meaning("the decoder of model = scratch") DecoderOptions decoder,
        @Meaning("how a decoder of model = scratch learns the language") LanguageOptions language,
        @Meaning(value = "fine-tuning on chosen answers", essential = true) SupervisedOptions sft,
        @Meaning(value = "adapters of the fine-tuning", essential = true) AdapterOptions lora,
        @Meaning("how often fine-tuning is saved, how many are kept")
                TrainingRun.Options checkpoints) {
    public StartOptions {
        if (!(leastPersonaEffect >= 0 && leastPersonaEffect < 1)) {
            throw new IllegalArgumentException(
                    "least_persona_effect = " + leastPersonaEffect + ": must be in [0, 1)");
        }
    }

    /** As {@code model}: weights are drawn at random. */
    public static final String SCRATCH = "scratch";

    /** Where a run keeps it. */
    public static final String FOLDER = "policy/sft";

    /** Where a run keeps what it made of a GGUF file. */
    static final String CONVERTED = "policy/base";

    public static StartOptions defaults() {
        return new StartOptions(
                SCRATCH,
                true,
                false,
                0.05,
                false,
                DecoderOptions.defaults(),
                LanguageOptions.defaults(),
                SupervisedOptions.defaults(),
                AdapterOptions.none(),
                TrainingRun.Options.defaults());
    }

    public boolean scratch() {
        return model.equals(SCRATCH);
    }

    Path folder() {
        return Path.of(model);
    }
}
