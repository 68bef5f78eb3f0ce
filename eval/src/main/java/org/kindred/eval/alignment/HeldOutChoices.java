package org.kindred.eval.alignment;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.alignment.TextLikelihood.LogProb;
import org.kindred.eval.alignment.TextLikelihood.Text;

/**
 * Does a policy find the answer that a user chose likelier than the one they rejected, and is it
 * the user's persona that makes it so? Needs neither a judge nor a truth: each held-out choice is
 * read under the user's own persona, under that of a stranger of another group, and without any.
 *
 * @param choices to read
 * @param strangers a user of another group for each user, see {@link #strangers}; a user without
 *     one is read under two personas only
 * @param personas of users
 */
public record HeldOutChoices(
        List<Choice> choices, Map<String, String> strangers, Personas personas) {

    /**
     * One choice that no training read.
     *
     * @param group of the user
     * @param cell which users and prompts, for example {@code unseen_users/in_domain}
     */
    public record Choice(
            String rowId,
            String userId,
            String group,
            String cell,
            List<Message> prompt,
            String chosen,
            String rejected) {

        public static Choice of(Preference row, String group, String cell) {
            return new Choice(
                    row.id(),
                    row.userId(),
                    group,
                    cell,
                    row.prompt(),
                    row.chosenText(),
                    row.rejectedText());
        }

        /** Redacted: people's texts must not reach logs. */
        @Override
        public String toString() {
            return "Choice[" + rowId + "]";
        }
    }

    /** Personas as they stand in system messages. */
    @FunctionalInterface
    public interface Personas {
        /**
         * @return null if none could be written
         */
        @Nullable String of(String userId, List<Message> prompt);
    }

    /**
     * Mean log-probabilities a token, in nats.
     *
     * @param chosen of the chosen answer with its end
     * @param rejected likewise of the other
     */
    public record Pair(double chosen, double rejected) {

        double margin() {
            return chosen - rejected;
        }

        /** 1 if the chosen answer is likelier, one half for a tie. */
        double right() {
            return margin() > 0 ? 1 : margin() == 0 ? 0.5 : 0;
        }
    }

    /**
     * A choice as a policy read it; a line of a file, without texts.
     *
     * @param own under the user's persona; null if there is none
     * @param stranger under that of a user of another group; null if there is none
     * @param none without a persona
     */
    public record Row(
            String policy,
            String rowId,
            String userId,
            String group,
            String cell,
            @Nullable Pair own,
            @Nullable Pair stranger,
            Pair none) {}

    /**
     * What a policy made of the choices.
     *
     * @param tooLong choices left out since one of their texts does not fit the model's context
     * @param withoutPersona choices read without their user's persona, which could not be written
     */
    public record Measured(List<Row> rows, int tooLong, int withoutPersona) {}

    /**
     * A user of another group for each user, drawn by seed; none where all users are of one group.
     *
     * @param groups group of each user
     */
    public static Map<String, String> strangers(Map<String, String> groups, SeedTree seeds) {
        Map<String, List<String>> others = new TreeMap<>();
        for (String group : new TreeSet<>(groups.values())) {
            others.put(
                    group,
                    groups.keySet().stream()
                            .filter(user -> !groups.get(user).equals(group))
                            .sorted()
                            .toList());
        }
        Map<String, String> strangers = new TreeMap<>();
        groups.forEach(
                (user, group) -> {
                    List<String> strange = others.get(group);
                    if (!strange.isEmpty()) {
                        int drawn = seeds.child(user).random().nextInt(strange.size());
                        strangers.put(user, strange.get(drawn));
                    }
                });
        return strangers;
    }

    /**
     * Reads all choices with one policy; a choice is read under all its personas, or not at all.
     */
    public Measured read(String policy, TextLikelihood likelihood) {
        List<Text> texts = new ArrayList<>();
        for (Choice choice : choices) {
            for (String persona : personas(choice)) {
                texts.add(new Text(persona, choice.prompt(), choice.chosen(), true));
                texts.add(new Text(persona, choice.prompt(), choice.rejected(), true));
            }
        }
        List<@Nullable LogProb> found = likelihood.of(texts);
        List<Row> rows = new ArrayList<>();
        int tooLong = 0;
        int withoutPersona = 0;
        int at = 0;
        for (Choice choice : choices) {
            List<@Nullable String> personas = personas(choice);
            List<@Nullable LogProb> own = found.subList(at, at + 2 * personas.size());
            at += own.size();
            if (own.contains(null)) {
                tooLong++;
                continue;
            }
            withoutPersona += personas.get(0) == null ? 1 : 0;
            rows.add(
                    new Row(
                            policy,
                            choice.rowId(),
                            choice.userId(),
                            choice.group(),
                            choice.cell(),
                            personas.get(0) == null ? null : pair(own, 0),
                            personas.get(1) == null ? null : pair(own, 1),
                            pair(own, 2)));
        }
        return new Measured(rows, tooLong, withoutPersona);
    }

    /** Own, a stranger's, and none, which is always null. */
    private List<@Nullable String> personas(Choice choice) {
        String stranger = strangers.get(choice.userId());
        List<@Nullable String> texts = new ArrayList<>();
        texts.add(personas.of(choice.userId(), choice.prompt()));
        texts.add(stranger == null ? null : personas.of(stranger, choice.prompt()));
        texts.add(null);
        return texts;
    }

    private static Pair pair(List<LogProb> found, int persona) {
        return new Pair(found.get(2 * persona).mean(), found.get(2 * persona + 1).mean());
    }
}
