package org.kindred.reward.judges;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.options.Meaning;
import org.kindred.reward.client.ClientOptions;
import org.kindred.reward.judge.JudgeOptions;
import org.kindred.reward.llm.LlmOptions;
import org.kindred.reward.prototype.PrototypeOptions;
import org.kindred.reward.prototype.ScenarioSpace;
import org.kindred.reward.scaling.PrototypeNeighbours;
import org.kindred.reward.scaling.ScalingPlan;

/** Which judge, and how it is fitted, asked and scaled: the same in every command. */
public record RewardOptions(
        @Meaning(
                        value =
                                "rubric (embedded, fitted to the choices), openai:URL#MODEL, ollama:URL#MODEL,"
                                        + " local:DIR, or run:DIR, the judge of a finished run",
                        essential = true)
                String spec,
        @Meaning(
                        value =
                                "what a persona in a policy's prompt is written for: prompt, the user and the prompt"
                                        + " at hand, or user, once for all prompts of a user",
                        essential = true)
                PersonaLevel persona,
        @Meaning(value = "most past choices of a user that are read; 0 for all", essential = true)
                int shots,
        @Meaning("most training choices of a user for which a chain or a rubric is written")
                int rowsPerUser,
        @Meaning("ask language models in both orders of a pair and average") boolean bothOrders,
        @Meaning(
                        "most samples in one request of an OpenAI-compatible server; 1 for servers that"
                                + " ignore n")
                int samplesPerRequest,
        @Meaning("seconds that one call may take") int timeoutSeconds,
        @Meaning("keep every answer of a language model in judge-cache.sqlite; holds texts")
                boolean cache,
        @Meaning("who speaks beside the user") PrototypeNeighbours.Choice neighbours,
        @Meaning(value = "samples and how they are put together", essential = true)
                ScalingPlan scaling,
        @Meaning("the rubric judge's fit") JudgeOptions rubric,
        @Meaning("cells of users, for the rubric judge") PrototypeOptions prototypes,
        @Meaning("cells of (user, scenario) samples, as published") ScenarioSpace.Options scenarios,
        @Meaning("prompts of language models") LlmOptions llm,
        @Meaning("calls of language models") ClientOptions client) {
    private static final List<String> OF_LANGUAGE_MODELS =
            List.of(
                    "both_orders",
                    "samples_per_request",
                    "timeout_seconds",
                    "cache",
                    "scenarios",
                    "llm",
                    "client");

    private static final List<String> OF_THE_FIT = List.of("rows_per_user", "rubric");

    public RewardOptions {
        if (JudgeSpec.holdsPassword(spec)) {
            throw new IllegalArgumentException(JudgeSpec.PASSWORD);
        }
        require(shots >= 0, "shots", shots, "0 (all) or more");
        require(rowsPerUser >= 1, "rows_per_user", rowsPerUser, "1 or more");
        require(samplesPerRequest >= 1, "samples_per_request", samplesPerRequest, "1 or more");
        require(timeoutSeconds >= 1, "timeout_seconds", timeoutSeconds, "1 or more");
    }

    public static RewardOptions defaults() {
        return new RewardOptions(
                "rubric",
                PersonaLevel.PROMPT,
                0,
                6,
                true,
                8,
                120,
                true,
                PrototypeNeighbours.Choice.PROTOTYPE,
                ScalingPlan.base(),
                JudgeOptions.defaults(),
                PrototypeOptions.defaults(),
                ScenarioSpace.Options.defaults(),
                LlmOptions.defaults(),
                ClientOptions.defaults());
    }

    /** Who judges: that of its run where the spec is one. */
    private JudgeSpec judge() {
        JudgeSpec named = JudgeSpec.parse(spec);
        return named instanceof JudgeSpec.Run run
                ? JudgeSpec.parse(SavedJudge.read(run.folder()).judge())
                : named;
    }

    /**
     * Whether the embedded judge judges, and no language model.
     *
     * @throws OptionsException if the spec is a run that holds no judge
     */
    public boolean embedded() {
        return judge() instanceof JudgeSpec.Embedded;
    }

    /** Past choices of a user that may be read. */
    public int mostShots() {
        return shots == 0 ? Integer.MAX_VALUE : shots;
    }

    /**
     * The options that the judge does not read, by key, and why.
     *
     * @throws OptionsException if the spec is a run that holds no judge
     */
    public static Map<String, String> unread(RewardOptions options) {
        JudgeSpec named = JudgeSpec.parse(options.spec);
        JudgeSpec judge = options.judge();
        Map<String, String> unread = new TreeMap<>();
        if (named instanceof JudgeSpec.Run) {
            for (String key : OF_THE_FIT) {
                unread.put(key, named.spelling() + " has its fit");
            }
        }
        if (options.scaling.prototype() == 0) {
            unread.put("neighbours", "scaling.prototype = 0, so no neighbour is asked");
        }
        if (judge instanceof JudgeSpec.Embedded) {
            for (String key : OF_LANGUAGE_MODELS) {
                unread.put(
                        key,
                        "the judge is rubric, which asks no language model; openai:, ollama: and"
                                + " local: read it");
            }
            return unread;
        }
        for (String key : List.of("rubric", "prototypes")) {
            unread.put(
                    key,
                    "the judge is a language model, which is not fitted; --judge rubric reads it");
        }
        if (judge instanceof JudgeSpec.Local) {
            for (String key : List.of("samples_per_request", "timeout_seconds")) {
                unread.put(key, "the judge is a local checkpoint; served judges read it");
            }
        }
        return unread;
    }

    /** The same with another way to ask language models. */
    public RewardOptions withLlm(LlmOptions other) {
        return with(rubric, other);
    }

    /** The same with other options of the rubric judge. */
    public RewardOptions withRubric(JudgeOptions other) {
        return with(other, llm);
    }

    /**
     * What a judge brings beside its fit, by key, as the weakest options of a command that opens
     * it: the cells and the prompts of a finished run's, the prompts of a model that was trained as
     * a judge. Empty for others.
     *
     * @throws OptionsException if the spec is a run that holds no judge
     */
    public static Map<String, Record> saved(String spec) {
        JudgeSpec judge = JudgeSpec.parse(spec);
        if (judge instanceof JudgeSpec.Local local) {
            return JudgeFormat.read(local.folder())
                    .<Map<String, Record>>map(prompts -> Map.of("llm", prompts))
                    .orElse(Map.of());
        }
        if (!(judge instanceof JudgeSpec.Run run)) {
            return Map.of();
        }
        SavedJudge of = SavedJudge.read(run.folder());
        return JudgeSpec.parse(of.judge()) instanceof JudgeSpec.Embedded
                ? Map.of("prototypes", of.reward().prototypes)
                : Map.of("scenarios", of.reward().scenarios, "llm", of.reward().llm);
    }

    /** These with the fit of a saved judge. */
    RewardOptions withFitOf(RewardOptions saved) {
        return new RewardOptions(
                spec,
                persona,
                shots,
                saved.rowsPerUser,
                bothOrders,
                samplesPerRequest,
                timeoutSeconds,
                cache,
                neighbours,
                scaling,
                saved.rubric,
                prototypes,
                scenarios,
                llm,
                client);
    }

    private RewardOptions with(JudgeOptions otherRubric, LlmOptions otherLlm) {
        return new RewardOptions(
                spec,
                persona,
                shots,
                rowsPerUser,
                bothOrders,
                samplesPerRequest,
                timeoutSeconds,
                cache,
                neighbours,
                scaling,
                otherRubric,
                prototypes,
                scenarios,
                otherLlm,
                client);
    }

    private static void require(boolean holds, String name, int value, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(name + " = " + value + ": must be " + allowed);
        }
    }
}
