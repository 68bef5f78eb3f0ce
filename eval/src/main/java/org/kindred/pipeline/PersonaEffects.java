package org.kindred.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.alignment.PersonaEffect;
import org.kindred.policy.rollout.Completion;
import org.kindred.policy.rollout.SamplingOptions;

/**
 * Has policies answer prompts under the user's own persona, under that of a user of another group,
 * and without one, by the same random numbers.
 */
final class PersonaEffects {

    /** What is known of how good an answer is for a user; NaN where nothing is. */
    @FunctionalInterface
    interface Measure {
        double of(String userId, String promptText, String completion);
    }

    private final RunContext context;
    private final PeopleGroups people;
    private final List<EvaluationPrompt> prompts;
    private final Map<String, String> strangers;
    private final Measure measure;
    private final SeedTree seeds;

    /**
     * @param strangers a user of another group for each; users without one are left out
     */
    PersonaEffects(
            RunContext context,
            PeopleGroups people,
            List<EvaluationPrompt> prompts,
            Map<String, String> strangers,
            Measure measure,
            SeedTree seeds) {
        this.context = context;
        this.people = people;
        this.strangers = strangers;
        this.prompts =
                prompts.stream().filter(prompt -> strangers.containsKey(prompt.userId())).toList();
        this.measure = measure;
        this.seeds = seeds;
    }

    /** One answer a prompt whose three forms fit the model. */
    List<PersonaEffect.Answer> of(String policy, PolicyFolder folder) {
        context.askPersonas(prompts.stream().map(p -> new Personas.Asked(p.userId(), p.text())));
        context.askPersonas(prompts.stream().map(p -> new Personas.Asked(stranger(p), p.text())));
        SamplingOptions sampling = context.options().reinforcement().sampling();
        int longest = folder.model().config().maxPositionEmbeddings() - sampling.maxNewTokens();
        List<EvaluationPrompt> asked = new ArrayList<>();
        List<List<int[]>> forms = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (EvaluationPrompt prompt : prompts) {
            String own = context.persona(prompt.userId(), prompt.text()).orElse("");
            String strange = context.persona(stranger(prompt), prompt.text()).orElse("");
            if (own.isEmpty() || strange.isEmpty()) {
                continue;
            }
            List<int[]> read = new ArrayList<>();
            for (String persona : List.of(own, strange, "")) {
                read.add(context.form().tokens(folder.tokenizer(), persona, prompt.prompt()));
            }
            if (read.stream().allMatch(tokens -> tokens.length <= longest)) {
                asked.add(prompt);
                for (int form = 0; form < read.size(); form++) {
                    forms.get(form).add(read.get(form));
                }
            }
        }
        List<PersonaEffect.Answer> answers = new ArrayList<>();
        if (asked.isEmpty()) {
            return answers;
        }
        List<List<List<Completion>>> completions = new ArrayList<>();
        for (List<int[]> form : forms) {
            completions.add(folder.generate(form, 1, sampling, seeds));
        }
        for (int i = 0; i < asked.size(); i++) {
            EvaluationPrompt prompt = asked.get(i);
            double[] worth = new double[completions.size()];
            for (int form = 0; form < worth.length; form++) {
                worth[form] =
                        measure.of(
                                prompt.userId(),
                                prompt.text(),
                                folder.text(
                                        forms.get(form).get(i),
                                        completions.get(form).get(i).get(0),
                                        context.options()
                                                .reinforcement()
                                                .scoring()
                                                .keepReasoning()));
            }
            answers.add(
                    new PersonaEffect.Answer(
                            policy,
                            prompt.userId(),
                            people.shown(prompt.userId()),
                            worth[0],
                            worth[1],
                            worth[2]));
        }
        return answers;
    }

    private String stranger(EvaluationPrompt prompt) {
        return String.valueOf(strangers.get(prompt.userId()));
    }
}
