package org.kindred.reward.llm;

import org.kindred.options.Meaning;
import org.kindred.reward.chain.ChainParser;

/** How a language model is asked for chains. */
public record LlmOptions(
        @Meaning(value = "what it is told", essential = true) Prompt prompt,
        @Meaning(
                        value =
                                "most past choices shown, drawn by seed once a user so that prefixes repeat; the "
                                        + "paper has 3",
                        essential = true)
                int history,
        @Meaning("how much of the conversation is shown") Context context,
        @Meaning("which totals count") ChainParser.Totals totals,
        @Meaning("hold the answer to a JSON schema, where the endpoint can") boolean schema,
        @Meaning(value = "longest answer", essential = true) int maxTokens) {

    /** What the model is told. */
    public enum Prompt {
        /** Nothing about the user: the plain judge. */
        PLAIN("plain-judge"),
        /** Past choices: criteria are inferred from them. The paper's stage 2 and test time. */
        HISTORY("criteria-inference"),
        /** Past choices and stated wishes: persona-guided scoring, for teachers. */
        STATED("persona-scoring"),
        /** A weighted checklist from past choices. */
        CHECKLIST("checklist"),
        /**
         * Past choices with hardly a word of instruction, one line a text: for models that {@code
         * kindred reward train} taught this form.
         */
        COMPACT("compact-inference", "compact-synthesis", "compact-scoring");

        private final String template;
        private final String synthesis;
        private final String scoring;

        Prompt(String template) {
            this(template, "preference-synthesis", "rubric-scoring");
        }

        Prompt(String template, String synthesis, String scoring) {
            this.template = template;
            this.synthesis = synthesis;
            this.scoring = scoring;
        }

        String template() {
            return template;
        }

        /** Template that asks for a rubric before any response is shown. */
        String synthesis() {
            return synthesis;
        }

        /** Template that asks for one response under a given rubric. */
        String scoring() {
            return scoring;
        }
    }

    /** How much of the conversation is shown. */
    public enum Context {
        FULL,
        FIRST_TURN
    }

    public LlmOptions {
        if (history < 0 || history > 1000) {
            throw new IllegalArgumentException("history = " + history + ": must be 0 to 1000");
        }
        if (maxTokens < 16) {
            throw new IllegalArgumentException("maxTokens = " + maxTokens + ": must be 16 or more");
        }
    }

    public static LlmOptions defaults() {
        return new LlmOptions(
                Prompt.HISTORY, 3, Context.FULL, ChainParser.Totals.RECOMPUTED, false, 3072);
    }

    /** The same with another prompt; a checklist's weights need not sum to 100. */
    public LlmOptions with(Prompt other) {
        return new LlmOptions(
                other,
                history,
                context,
                other == Prompt.CHECKLIST && totals == ChainParser.Totals.RECOMPUTED
                        ? ChainParser.Totals.RECOMPUTED_ANY_SUM
                        : totals,
                schema,
                maxTokens);
    }
}
