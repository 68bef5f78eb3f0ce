package org.kindred.pipeline;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.alignment.HeldOutChoices;
import org.kindred.eval.alignment.PersonaEffect;

/**
 * {@code policy/persona-effect.jsonl}: whether the start follows personas, where the truth is
 * known. A start that does not would be taught one style for everybody, that of the largest group,
 * so the run stops before it spends its time on that.
 */
final class PersonaStage implements Stage {
    static final String NAME = "personas";
    private static final String FILE = "policy/persona-effect.jsonl";

    private final RunContext context;
    private final SeedTree seeds;

    PersonaStage(RunContext context) {
        this.context = context;
        seeds = context.seeds().child("personas of the start");
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String note() {
        return "does the start follow them?";
    }

    @Override
    public Map<String, String> reads(RecipeOptions options) {
        return RunContext.leaves(
                options,
                "seed",
                "start.least_persona_effect",
                "reinforcement.sampling.",
                "evaluation.persona_prompts",
                "evaluation.groups");
    }

    @Override
    public List<String> after() {
        return List.of(DataStage.NAME, JudgeStage.NAME, GroupStage.NAME, StartStage.NAME);
    }

    @Override
    public List<String> outputs() {
        return List.of(FILE);
    }

    @Override
    public boolean repeats() {
        return true;
    }

    @Override
    public boolean run() {
        StartOptions start = context.options().start();
        int most = context.options().evaluation().personaPrompts();
        if (context.data().truth() == null || !start.persona() || most == 0) {
            return true;
        }
        PeopleGroups people = PeopleGroups.of(context, context.users().keySet());
        List<EvaluationPrompt> known = EvaluationPrompt.ofTraining(context.data().dataset());
        List<EvaluationPrompt> drawn = seeds.child("prompts").shuffled(known);
        PersonaEffects effects =
                new PersonaEffects(
                        context,
                        people,
                        drawn.subList(0, Math.min(most, drawn.size())),
                        HeldOutChoices.strangers(
                                people.ofUsers(context.users().keySet()), seeds.child("strangers")),
                        context.data().truth()::utility,
                        seeds.child("completions"));
        String policy = context.options().startName();
        List<PersonaEffect.Answer> answers;
        try (PolicyFolder folder =
                PolicyFolder.open(context.policy(policy), context.options().engine())) {
            answers = effects.of(policy, folder);
        }
        List<PersonaEffect> rows =
                PersonaEffect.of(
                        answers,
                        List.of(policy),
                        context.options().evaluation().bootstrapDraws(),
                        seeds);
        context.writeLines(FILE, rows);
        for (PersonaEffect row : rows) {
            if (row.group().equals(Alignment.ALL)) {
                context.progress().stage(NAME, row.sentence());
                require(row, start.leastPersonaEffect());
            }
        }
        return true;
    }

    private static void require(PersonaEffect found, double least) {
        if (least > 0 && !(found.effect().mean() >= least)) {
            throw new KindredException(
                    String.format(
                            Locale.ROOT,
                            "the start does not follow personas: the user's own is worth %+.3f against a"
                                    + " stranger's, less than start.least_persona_effect = %s. Reinforcement"
                                    + " from it would teach everybody the taste of the largest group. Let the"
                                    + " start learn more (start.language.examples, start.sft.suited,"
                                    + " start.sft.picks), or go on all the same with"
                                    + " --resume --set start.least_persona_effect=0",
                            found.effect().mean(),
                            least));
        }
    }
}
