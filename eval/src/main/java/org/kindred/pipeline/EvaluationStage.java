package org.kindred.pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.simulation.LatentTruth;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.alignment.Drift;
import org.kindred.eval.alignment.EvaluatingJudge;
import org.kindred.eval.alignment.HeldOutChoices;
import org.kindred.eval.alignment.HeldOutTable;
import org.kindred.eval.alignment.Legibility;
import org.kindred.eval.alignment.Likeness;
import org.kindred.eval.alignment.OverOptimisation;
import org.kindred.eval.alignment.PersonaEffect;
import org.kindred.eval.alignment.RewardReliability;
import org.kindred.eval.alignment.Sample;
import org.kindred.eval.alignment.Samples;
import org.kindred.eval.alignment.SmallGroups;
import org.kindred.eval.alignment.TextLikelihood;
import org.kindred.eval.alignment.WinRate;
import org.kindred.eval.benchmark.BenchmarkRun;
import org.kindred.eval.results.Results;
import org.kindred.eval.results.ResultsBuilder;
import org.kindred.eval.winrate.WinRates;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.policy.rollout.Completion;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.RewardData;

/**
 * {@code eval/}: every policy answers the same prompts under the same seeds; the answers, and the
 * choices that no training read, are measured by whatever is known of the people.
 */
final class EvaluationStage implements Stage {
    static final String NAME = "eval";
    private static final String CHOICES = "eval/held-out.jsonl";
    private static final int HELD_OUT_TEXTS = 200;

    private final RunContext context;
    private final EvaluationOptions options;
    private final SeedTree seeds;

    EvaluationStage(RunContext context) {
        this.context = context;
        options = context.options().evaluation();
        seeds = context.seeds().child("evaluation");
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String note() {
        return "all policies on new prompts and held-out choices";
    }

    @Override
    public Map<String, String> reads(RecipeOptions all) {
        Map<String, String> read =
                RunContext.leaves(
                        all,
                        "seed",
                        "evaluation.",
                        "engine.",
                        "arms",
                        "reinforcement.sampling.",
                        "reinforcement.scoring.keep_reasoning",
                        "judge.scaling.",
                        "judge.neighbours");
        read.remove(ReportStage.TEXTS);
        return read;
    }

    @Override
    public List<String> after() {
        List<String> before =
                new ArrayList<>(
                        List.of(DataStage.NAME, JudgeStage.NAME, GroupStage.NAME, StartStage.NAME));
        context.options().arms().forEach(arm -> before.add(arm.name()));
        return before;
    }

    @Override
    public List<String> outputs() {
        return List.of(NAME);
    }

    @Override
    public boolean repeats() {
        return true;
    }

    @Override
    public boolean run() {
        List<String> policies = context.policies();
        List<EvaluationPrompt> prompts = prompts();
        PeopleGroups people =
                PeopleGroups.of(
                        context,
                        prompts.isEmpty()
                                ? context.data().dataset().byUser().keySet()
                                : prompts.stream().map(EvaluationPrompt::userId).toList());
        Prototypes prototypes = new Prototypes();
        context.note(
                SmallGroups.note(
                        people.small().size(),
                        context.leastGroupUsers(),
                        "evaluation.least_group_users"));
        List<Sample> samples = new ArrayList<>();
        List<HeldOutChoices.Row> choices = new ArrayList<>();
        List<PersonaEffect.Answer> effects = new ArrayList<>();
        Map<String, String> strangers = strangers(people);
        Optional<HeldOutChoices> heldOut = heldOut(people, strangers);
        PersonaEffects personas = personaEffects(people, prompts, strangers);
        for (String policy : policies) {
            try (PolicyFolder folder = open(policy)) {
                samples.addAll(answer(policy, folder, prompts, people, prototypes));
                effects.addAll(personas.of(policy, folder));
                if (heldOut.isPresent()) {
                    choices.addAll(read(heldOut.get(), policy, folder));
                }
            }
            context.progress().step(policies.indexOf(policy) + 1L, policies.size(), "policies");
        }
        legibility().warnings(samples, policies).forEach(context::note);
        samples = judged(samples);
        Samples.write(context.path(Samples.FILE), samples);
        if (!choices.isEmpty()) {
            context.writeLines(CHOICES, choices);
        }
        List<RewardReliability> reliability =
                reliability(samples, heldOut.map(HeldOutChoices::choices).orElse(List.of()));
        results(policies, samples, choices, effects, reliability, people, prototypes)
                .write(context.path(NAME));
        return true;
    }

    private Legibility legibility() {
        return new Legibility(
                context.data().dataset().preferences().stream()
                        .flatMap(
                                row ->
                                        Stream.of(
                                                row.promptText(),
                                                row.chosenText(),
                                                row.rejectedText())));
    }

    private PolicyFolder open(String policy) {
        return PolicyFolder.open(context.policy(policy), context.options().engine());
    }

    private List<EvaluationPrompt> prompts() {
        List<EvaluationPrompt> all =
                EvaluationPrompt.of(
                        context.data().dataset(),
                        context.data().outOfDistribution(),
                        options.promptsPerUser());
        List<EvaluationPrompt> drawn =
                options.maxPrompts() == 0 || options.maxPrompts() >= all.size()
                        ? all
                        : seeds.child("prompts").shuffled(all).subList(0, options.maxPrompts());
        context.askPersonas(drawn.stream().map(p -> new Personas.Asked(p.userId(), p.text())));
        List<EvaluationPrompt> asked =
                drawn.stream()
                        .filter(p -> context.persona(p.userId(), p.text()).isPresent())
                        .toList();
        if (asked.size() < drawn.size()) {
            context.note(
                    drawn.size()
                            - asked.size()
                            + " of "
                            + drawn.size()
                            + " prompts were not answered: the judge wrote no persona ("
                            + context.personas().failures()
                            + ")");
        }
        if (all.isEmpty()) {
            context.note(
                    "no prompt was answered: the data hold no row that is kept for evaluation");
        }
        return asked;
    }

    /** Completions of one policy, not judged yet. */
    private List<Sample> answer(
            String policy,
            PolicyFolder folder,
            List<EvaluationPrompt> prompts,
            PeopleGroups people,
            Prototypes prototypes) {
        SamplingOptions sampling = context.options().reinforcement().sampling();
        int longest = folder.model().config().maxPositionEmbeddings() - sampling.maxNewTokens();
        List<EvaluationPrompt> fitting = new ArrayList<>();
        List<int[]> tokens = new ArrayList<>();
        for (EvaluationPrompt prompt : prompts) {
            int[] read =
                    context.form()
                            .tokens(
                                    folder.tokenizer(),
                                    context.persona(prompt.userId(), prompt.text()).orElseThrow(),
                                    prompt.prompt());
            if (read.length <= longest) {
                fitting.add(prompt);
                tokens.add(read);
            }
        }
        if (fitting.size() < prompts.size()) {
            context.note(
                    prompts.size()
                            - fitting.size()
                            + " of "
                            + prompts.size()
                            + " prompts were not answered: too long for the model");
        }
        if (fitting.isEmpty()) {
            return List.of();
        }
        List<List<Completion>> completions =
                folder.generate(tokens, 1, sampling, seeds.child("completions"));
        List<Sample> samples = new ArrayList<>();
        for (int p = 0; p < fitting.size(); p++) {
            EvaluationPrompt prompt = fitting.get(p);
            String user = prompt.userId();
            String text =
                    folder.text(
                            tokens.get(p),
                            completions.get(p).get(0),
                            context.options().reinforcement().scoring().keepReasoning());
            samples.add(
                    new Sample(
                            policy,
                            user,
                            prompt.seen(),
                            prompt.inDomain(),
                            people.shown(user),
                            context.hasGroups()
                                    ? prototypes.shown(user, prompt.text())
                                    : people.shown(user),
                            prompt.id(),
                            0,
                            Double.NaN,
                            utility(user, prompt.text(), text),
                            Double.NaN,
                            text.isBlank() ? 0 : text.strip().split("\\s+").length,
                            text));
        }
        return samples;
    }

    private double utility(String user, String prompt, String text) {
        LatentTruth truth = context.data().truth();
        return truth == null ? Double.NaN : truth.utility(user, prompt, text);
    }

    private RewardedTexts rewarded() {
        return new RewardedTexts(
                context.rewardModel(),
                context::user,
                context.judge().solo().threads(),
                context.progress());
    }

    /** With the totals of the judge that rewarded the policies, and of the evaluating one. */
    private List<Sample> judged(List<Sample> samples) {
        Map<String, String> texts = Samples.promptTexts(context.data().dataset());
        List<ScoreOutcome> outcomes =
                rewarded()
                        .of(
                                samples.stream()
                                        .map(
                                                s ->
                                                        new RewardedTexts.Asked(
                                                                s.userId(),
                                                                texts.get(s.prompt()),
                                                                s.completion()))
                                        .toList(),
                                "completions");
        context.note(RewardedTexts.missing(outcomes, "completions"));
        List<Sample> rewarded = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            rewarded.add(
                    samples.get(i)
                            .withReward(
                                    outcomes.get(i) instanceof ScoreOutcome.Scored scored
                                            ? scored.value()
                                            : Double.NaN));
        }
        return options.evaluatingJudge() ? evaluated(rewarded, texts) : rewarded;
    }

    /** What the rewarding judge makes of the held-out choices. */
    private List<RewardReliability.Choice> judgedChoices(List<HeldOutChoices.Choice> choices) {
        List<ScoreOutcome> outcomes =
                rewarded()
                        .of(
                                choices.stream()
                                        .flatMap(
                                                choice ->
                                                        Stream.of(
                                                                        choice.chosen(),
                                                                        choice.rejected())
                                                                .map(
                                                                        answer ->
                                                                                new RewardedTexts
                                                                                        .Asked(
                                                                                        choice
                                                                                                .userId(),
                                                                                        Message
                                                                                                .text(
                                                                                                        choice
                                                                                                                .prompt()),
                                                                                        answer)))
                                        .toList(),
                                "answers of held-out choices");
        context.note(RewardedTexts.missing(outcomes, "answers of held-out choices"));
        List<RewardReliability.Choice> judged = new ArrayList<>();
        for (int i = 0; i < choices.size(); i++) {
            judged.add(
                    new RewardReliability.Choice(
                            choices.get(i).userId(),
                            choices.get(i).group(),
                            outcomes.get(2 * i),
                            outcomes.get(2 * i + 1)));
        }
        return judged;
    }

    /** Of groups that are shown, with a warning of each whose reward is noise. */
    private List<RewardReliability> reliability(
            List<Sample> samples, List<HeldOutChoices.Choice> choices) {
        List<RewardReliability> rows =
                RewardReliability.of(
                                samples,
                                choices.isEmpty() ? List.of() : judgedChoices(choices),
                                options.bootstrapDraws(),
                                seeds.child("reward reliability"))
                        .stream()
                        .filter(row -> row.isShown(context.leastGroupUsers()))
                        .toList();
        rows.stream()
                .filter(RewardReliability::noise)
                .map(RewardReliability::sentence)
                .forEach(context::note);
        return rows;
    }

    private List<Sample> evaluated(List<Sample> samples, Map<String, String> texts) {
        EvaluatingJudge second =
                EvaluatingJudge.fit(
                        context.data().dataset(),
                        context.judge().embedder(),
                        context.options().judge().rubric(),
                        seeds.child("evaluating judge"));
        if (second instanceof EvaluatingJudge.Unavailable absent) {
            context.note(absent.reason());
            return samples;
        }
        EvaluatingJudge.Fitted fitted = (EvaluatingJudge.Fitted) second;
        context.note(fitted.describe());
        return samples.stream()
                .map(
                        sample ->
                                sample.withEvaluation(
                                        fitted.score(
                                                sample.userId(),
                                                texts.get(sample.prompt()),
                                                sample.completion())))
                .toList();
    }

    /** Choices that no training read, with who may stand in for their users. */
    private Optional<HeldOutChoices> heldOut(PeopleGroups people, Map<String, String> strangers) {
        List<Preference> targets =
                seeds.child("choices").shuffled(context.data().dataset().targets());
        List<HeldOutChoices.Choice> choices = new ArrayList<>();
        for (Preference row : targets.subList(0, Math.min(options.maxChoices(), targets.size()))) {
            choices.add(HeldOutChoices.Choice.of(row, people.shown(row.userId()), cell(row)));
        }
        if (choices.isEmpty()) {
            context.note(
                    options.maxChoices() == 0
                            ? "held-out choices were not read: evaluation.max_choices = 0"
                            : "no held-out choice was read: the data hold no row that is kept for"
                                    + " evaluation");
            return Optional.empty();
        }
        context.askPersonas(
                choices.stream()
                        .flatMap(
                                choice ->
                                        Stream.of(choice.userId(), strangers.get(choice.userId()))
                                                .filter(Objects::nonNull)
                                                .map(
                                                        user ->
                                                                new Personas.Asked(
                                                                        user,
                                                                        Message.text(
                                                                                choice
                                                                                        .prompt())))));
        return Optional.of(
                new HeldOutChoices(
                        choices,
                        strangers,
                        (user, prompt) ->
                                context.options().start().persona()
                                        ? context.persona(user, Message.text(prompt)).orElse(null)
                                        : null));
    }

    /** Of every user whose past is known, somebody of another group. */
    private Map<String, String> strangers(PeopleGroups people) {
        return HeldOutChoices.strangers(
                people.ofUsers(context.users().keySet()), seeds.child("strangers"));
    }

    private PersonaEffects personaEffects(
            PeopleGroups people, List<EvaluationPrompt> prompts, Map<String, String> strangers) {
        List<EvaluationPrompt> drawn = seeds.child("persona prompts").shuffled(prompts);
        int most =
                context.options().start().persona()
                        ? Math.min(options.personaPrompts(), drawn.size())
                        : 0;
        return new PersonaEffects(
                context,
                people,
                drawn.subList(0, most),
                strangers,
                this::worth,
                seeds.child("persona completions"));
    }

    /** The best that is known of a completion: the truth, else the total of the rewarding judge. */
    private double worth(String user, String prompt, String text) {
        if (context.data().truth() != null) {
            return utility(user, prompt, text);
        }
        ScoreOutcome outcome =
                context.rewardModel().score(context.user(user), prompt, List.of(text)).get(0);
        return outcome instanceof ScoreOutcome.Scored scored ? scored.value() : Double.NaN;
    }

    private String cell(Preference row) {
        boolean known = !context.data().outOfDistribution().contains(String.valueOf(row.domain()));
        return (row.isOfUnseenUser() ? "unseen" : "seen")
                + "_users/"
                + (known ? "in_domain" : "out_of_domain");
    }

    private List<HeldOutChoices.Row> read(
            HeldOutChoices choices, String policy, PolicyFolder folder) {
        HeldOutChoices.Measured measured = choices.read(policy, likelihood(folder));
        if (measured.tooLong() > 0) {
            context.note(
                    measured.tooLong()
                            + " of "
                            + choices.choices().size()
                            + " held-out choices were not read: too long for the model");
        }
        if (measured.withoutPersona() > 0 && context.options().start().persona()) {
            context.note(
                    measured.withoutPersona()
                            + " of "
                            + choices.choices().size()
                            + " held-out choices were read without a persona, which the judge did not"
                            + " write");
        }
        return measured.rows();
    }

    private TextLikelihood likelihood(PolicyFolder folder) {
        return new TextLikelihood(
                folder.model(), folder.tokenizer(), context.options().start().raw());
    }

    private Results results(
            List<String> policies,
            List<Sample> samples,
            List<HeldOutChoices.Row> choices,
            List<PersonaEffect.Answer> effects,
            List<RewardReliability> reliability,
            PeopleGroups people,
            Prototypes prototypes) {
        ResultsBuilder results =
                Results.builder(Results.Kind.RUN)
                        .command(context.command())
                        .seed(context.options().seed())
                        .options(context.options())
                        .data(
                                context.options().data().simulated()
                                        ? "data"
                                        : context.options().data().source(),
                                context.path(DataStage.NAME))
                        .policies(policies);
        int draws = options.bootstrapDraws();
        if (context.hasGroups()) {
            results.prototypes(
                    new FoundGroups(context).describe(people, context.leastGroupUsers()));
        }
        benchmark(results);
        if (!samples.isEmpty()) {
            List<WinRate> rates = winRates(samples, policies);
            Alignment alignment =
                    Alignment.of(samples, policies, people.what(), draws, seeds.child("alignment"));
            List<OverOptimisation> gaps =
                    OverOptimisation.of(samples, policies, draws, seeds.child("over-optimisation"));
            if (gaps.isEmpty()
                    && policies.size() > 1
                    && samples.stream().anyMatch(s -> !Double.isNaN(s.evaluation()))) {
                context.note(
                        "over-optimisation cannot be told: a judge gives all completions of "
                                + policies.get(0)
                                + " the same total");
            }
            results.alignment(alignment.shown(context.leastGroupUsers()).with(rates))
                    .overOptimisation(gaps)
                    .likeness(likeness(samples, policies))
                    .drift(drift(policies, samples));
        }
        if (!choices.isEmpty()) {
            results.heldOut(
                    HeldOutTable.of(choices, policies, draws, seeds.child("held-out"))
                            .shown(context.leastGroupUsers()));
        }
        results.personaEffect(
                PersonaEffect.of(effects, policies, draws, seeds.child("persona effect")).stream()
                        .filter(row -> row.isShown(context.leastGroupUsers()))
                        .toList());
        results.rewardReliability(reliability);
        results.curves(curves(policies, people, prototypes));
        context.allNotes().forEach(results::note);
        return results.build();
    }

    /** The embedded judge by its kinds of prior; served ones have a benchmark of their own. */
    private void benchmark(ResultsBuilder results) {
        if (options.shots().isEmpty() || !context.judge().embedded()) {
            return;
        }
        results.rewardModel(
                BenchmarkRun.run(
                        context.data().dataset(),
                        context.judge().fitted(),
                        options.shots(),
                        options.bootstrapDraws(),
                        seeds.child("benchmark"),
                        Progress.NONE));
    }

    private List<WinRate> winRates(List<Sample> samples, List<String> policies) {
        if (options.winRateJudge().isEmpty()) {
            return List.of();
        }
        Set<String> prompts = new LinkedHashSet<>();
        samples.forEach(sample -> prompts.add(sample.prompt()));
        List<String> drawn = seeds.child("win-rates").shuffled(prompts);
        int most = options.winRatePrompts() == 0 ? drawn.size() : options.winRatePrompts();
        Set<String> asked = Set.copyOf(drawn.subList(0, Math.min(most, drawn.size())));
        WinRates rates =
                WinRates.of(
                        samples.stream().filter(s -> asked.contains(s.prompt())).toList(),
                        policies,
                        Samples.promptTexts(context.data().dataset()),
                        JudgeSpec.parse(options.winRateJudge()),
                        RewardData.forJudging(context.data().dataset()),
                        context.options().judge(),
                        context.path("reward/win-rate-cache.sqlite"),
                        options.bootstrapDraws(),
                        seeds,
                        context.progress());
        context.note("win rates: " + rates.summary());
        rates.notes().forEach(context::note);
        return rates.rates();
    }

    private List<Likeness> likeness(List<Sample> samples, List<String> policies) {
        Map<String, String> chosen = new HashMap<>();
        context.data()
                .dataset()
                .preferences()
                .forEach(row -> chosen.putIfAbsent(Samples.promptId(row), row.chosenText()));
        return Likeness.of(
                samples,
                chosen,
                policies,
                context.judge().embedder(),
                options.bootstrapDraws(),
                seeds.child("likeness"));
    }

    private List<Drift> drift(List<String> policies, List<Sample> samples) {
        Map<String, Preference> rows = new LinkedHashMap<>();
        context.data()
                .dataset()
                .preferences()
                .forEach(row -> rows.putIfAbsent(Samples.promptId(row), row));
        Map<String, List<TextLikelihood.Text>> completions = new HashMap<>();
        for (Sample sample : samples) {
            Preference row = rows.get(sample.prompt());
            completions
                    .computeIfAbsent(sample.policy(), name -> new ArrayList<>())
                    .add(text(row, sample.completion(), false));
        }
        List<Preference> held = seeds.child("texts").shuffled(context.data().dataset().targets());
        List<TextLikelihood.Text> texts =
                held.subList(0, Math.min(HELD_OUT_TEXTS, held.size())).stream()
                        .map(row -> text(row, row.chosenText(), true))
                        .toList();
        return Drift.of(
                policies,
                completions,
                texts,
                new Drift.Policies() {
                    @Override
                    public <T> T lend(String policy, Function<TextLikelihood, T> use) {
                        try (PolicyFolder folder = open(policy)) {
                            return use.apply(likelihood(folder));
                        }
                    }
                });
    }

    private TextLikelihood.Text text(Preference row, String answer, boolean ended) {
        String persona = context.persona(row.userId(), row.promptText()).orElse("");
        return new TextLikelihood.Text(
                persona.isBlank() ? null : persona, row.prompt(), answer, ended);
    }

    /** Groups that training used, and which of them are too small to be shown. */
    private final class Prototypes {
        private final Set<String> small;

        Prototypes() {
            Map<String, Set<String>> users = new TreeMap<>();
            if (context.hasGroups()) {
                for (Preference row : context.data().dataset().preferences()) {
                    users.computeIfAbsent(
                                    context.groups().groupOf(row.userId(), row.promptText()),
                                    name -> new HashSet<>())
                            .add(row.userId());
                }
            }
            small = SmallGroups.of(users, context.leastGroupUsers());
        }

        String shown(String user, String prompt) {
            String name = context.groups().groupOf(user, prompt);
            return small.contains(name) ? Alignment.ALL : name;
        }
    }

    private List<Results.Curve> curves(
            List<String> policies, PeopleGroups people, Prototypes prototypes) {
        List<Results.Curve> curves = new ArrayList<>();
        for (String policy : policies.subList(1, policies.size())) {
            curves.addAll(
                    LearningCurves.read(
                            policy, context.policyFolder(policy).resolve("metrics.jsonl")));
        }
        curves.removeIf(
                curve ->
                        people.small().contains(curve.group())
                                || prototypes.small.contains(curve.group()));
        return curves;
    }
}
