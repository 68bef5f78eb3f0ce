package org.kindred.pipeline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.grpo.ScoreOutcome;

/**
 * Answers that a user would have chosen out of all that training has to a prompt, as the judge
 * thinks. A choice between two texts tells little about what its user wants: often neither suits
 * them. The best of many does, so that a policy that imitates it learns to read the persona.
 */
final class JudgePicks {

    /** A prompt, the user who asks, and the answer that suits them best. */
    record Pick(String userId, List<Message> prompt, String promptText, String answer) {}

    /** A prompt with an answer, for nobody in particular. */
    record Text(List<Message> prompt, String answer) {}

    private final RunContext context;
    private final SeedTree seeds;

    JudgePicks(RunContext context, SeedTree seeds) {
        this.context = context;
        this.seeds = seeds;
    }

    /**
     * As many users of each preference group as of any other, in turn, each with a prompt of
     * training.
     *
     * @param most picks at most; fewer where no prompt has three answers
     */
    List<Pick> draw(int most) {
        Map<String, Preference> prompts = new LinkedHashMap<>();
        Map<String, Set<String>> answers = new LinkedHashMap<>();
        for (Preference row : context.data().dataset().training()) {
            prompts.putIfAbsent(row.promptText(), row);
            Set<String> texts =
                    answers.computeIfAbsent(row.promptText(), prompt -> new LinkedHashSet<>());
            texts.add(row.chosenText());
            texts.add(row.rejectedText());
        }
        List<Preference> choosable =
                prompts.values().stream()
                        .filter(row -> answers.get(row.promptText()).size() > 2)
                        .toList();
        List<Pick> picks = new ArrayList<>();
        if (choosable.isEmpty()) {
            return picks;
        }
        List<String> users = inTurn();
        for (int i = 0; i < most; i++) {
            String user = users.get(i % users.size());
            SeedTree own = seeds.child("pick").child(i);
            Preference row = choosable.get(own.random().nextInt(choosable.size()));
            List<String> texts = List.copyOf(answers.get(row.promptText()));
            best(context.rewardModel().score(context.user(user), row.promptText(), texts))
                    .map(texts::get)
                    .ifPresent(
                            answer ->
                                    picks.add(
                                            new Pick(
                                                    user, row.prompt(), row.promptText(), answer)));
        }
        return picks;
    }

    /**
     * Texts for somebody: users in turn, as many of each preference group as of any other, each
     * with the text that suits them best of some. So a policy reads each persona over what suits
     * it, and over many more prompts than users have.
     *
     * @param texts from which candidates are drawn
     * @param most how many picks
     * @param candidates texts that each is the best of
     */
    List<Pick> suited(List<Text> texts, int most, int candidates) {
        List<String> users = inTurn();
        List<Pick> picks = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            String user = users.get(i % users.size());
            SplittableRandom random = seeds.child("text").child(i).random();
            List<Text> drawn =
                    random.ints(candidates, 0, texts.size()).mapToObj(texts::get).toList();
            List<String> answers = drawn.stream().map(Text::answer).toList();
            best(context.rewardModel().score(context.user(user), "", answers))
                    .map(drawn::get)
                    .ifPresent(
                            text ->
                                    picks.add(
                                            new Pick(
                                                    user,
                                                    text.prompt(),
                                                    Message.text(text.prompt()),
                                                    text.answer())));
        }
        return picks;
    }

    private static Optional<Integer> best(List<ScoreOutcome> scores) {
        Integer best = null;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < scores.size(); i++) {
            if (scores.get(i) instanceof ScoreOutcome.Scored scored && scored.value() > most) {
                most = scored.value();
                best = i;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Training users, one of each group after the other, until each of the largest has come. */
    private List<String> inTurn() {
        Map<String, Set<String>> byGroup = new TreeMap<>();
        for (Preference row : context.data().dataset().training()) {
            String group =
                    context.hasGroups() ? context.groups().groupOf(row.userId(), "") : "everybody";
            byGroup.computeIfAbsent(group, name -> new LinkedHashSet<>()).add(row.userId());
        }
        List<List<String>> groups = new ArrayList<>();
        byGroup.forEach(
                (group, users) -> groups.add(seeds.child("users").child(group).shuffled(users)));
        int longest = groups.stream().mapToInt(List::size).max().orElse(0);
        List<String> turn = new ArrayList<>();
        for (int i = 0; i < longest; i++) {
            for (List<String> group : groups) {
                turn.add(group.get(i % group.size()));
            }
        }
        return turn;
    }
}
