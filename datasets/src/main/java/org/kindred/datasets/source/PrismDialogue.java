package org.kindred.datasets.source;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;

/**
 * One PRISM dialogue: per turn what the user wrote and the answers of several models, of which one
 * goes on.
 *
 * <p>Every unmarked answer of a turn gives a pair with the marked one. The prompt is the dialogue
 * so far with the chosen answers in it. A turn without answers ({@code no_responses}), without a
 * mark ({@code no_chosen}) or without a usable text of the user or of the marked answer ({@code
 * empty_text}) ends the dialogue.
 */
final class PrismDialogue {
    /** How the source writes an empty text. */
    private static final String EMPTY = "EMPTY STRING";

    /** An answer; {@code id} is its number within the turn. */
    record Answer(String id, String text, @Nullable Double score, boolean chosen, String model) {}

    private static final class Turn {
        private String user = "";
        private final List<Answer> answers = new ArrayList<>();
    }

    private final String id;
    private final String userId;
    private final @Nullable String type;
    private final Map<String, Object> meta;
    private final Map<Integer, Turn> turns = new TreeMap<>();

    /**
     * @param type kind of dialogue, the domain of its pairs
     * @param meta kept with every pair
     */
    PrismDialogue(String id, String userId, @Nullable String type, Map<String, Object> meta) {
        this.id = id;
        this.userId = userId;
        this.type = type;
        this.meta = meta;
    }

    static boolean isEmpty(String text) {
        return text.isBlank() || text.equals(EMPTY);
    }

    void user(int turn, String text) {
        turns.computeIfAbsent(turn, t -> new Turn()).user = text;
    }

    void answer(int turn, Answer answer) {
        turns.computeIfAbsent(turn, t -> new Turn()).answers.add(answer);
    }

    Rows into(Rows rows) {
        List<Preference> pairs = new ArrayList<>();
        List<Dropped> dropped = new ArrayList<>();
        List<Message> prompt = new ArrayList<>();
        int number = 0;
        int lastTurn = turns.isEmpty() ? -1 : ((TreeMap<Integer, Turn>) turns).lastKey();
        while (number <= lastTurn || number == 0) {
            Answer chosen = turn(number, turns.get(number), prompt, pairs, dropped);
            if (chosen == null) {
                break;
            }
            prompt.add(Message.assistant(chosen.text()));
            number++;
        }
        return rows.withPreferences(pairs, dropped);
    }

    /** Adds the pairs of a turn; the chosen answer, or null if the dialogue ends here. */
    private @Nullable Answer turn(
            int number,
            @Nullable Turn turn,
            List<Message> prompt,
            List<Preference> pairs,
            List<Dropped> dropped) {
        if (turn == null || turn.answers.isEmpty()) {
            dropped.add(new Dropped(id, number, null, "no_responses"));
            return null;
        }
        Answer chosen = turn.answers.stream().filter(Answer::chosen).findFirst().orElse(null);
        if (chosen == null) {
            dropped.add(new Dropped(id, number, null, "no_chosen"));
            return null;
        }
        if (isEmpty(turn.user) || isEmpty(chosen.text())) {
            String part = isEmpty(turn.user) ? null : chosen.id();
            dropped.add(new Dropped(id, number, part, "empty_text"));
            return null;
        }
        prompt.add(Message.user(turn.user));
        int first = turn.answers.indexOf(chosen);
        for (int i = 0; i < turn.answers.size(); i++) {
            Answer other = turn.answers.get(i);
            String reason = i == first ? null : reasonToDrop(other, chosen);
            if (reason != null) {
                dropped.add(new Dropped(id, number, other.id(), reason));
            } else if (i != first) {
                pairs.add(
                        pair(
                                id + ":" + number + ":" + first + "-" + i,
                                number,
                                List.copyOf(prompt),
                                chosen,
                                other));
            }
        }
        return chosen;
    }

    private static @Nullable String reasonToDrop(Answer other, Answer chosen) {
        if (other.chosen()) {
            return "extra_chosen";
        }
        if (isEmpty(other.text())) {
            return "empty_text";
        }
        return other.text().equals(chosen.text()) ? "identical_texts" : null;
    }

    /**
     * @param pairId by the positions of the answers: their own numbers may repeat
     */
    private Preference pair(
            String pairId, int turn, List<Message> prompt, Answer chosen, Answer rejected) {
        Map<String, Object> more = new LinkedHashMap<>(meta);
        more.put("turn", turn);
        more.put("chosen_id", chosen.id());
        more.put("rejected_id", rejected.id());
        more.put("chosen_model", chosen.model());
        more.put("rejected_model", rejected.model());
        return PairBuilder.of(pairId, userId, prompt)
                .answers(chosen.text(), rejected.text())
                .scores(chosen.score(), rejected.score())
                .domain(type)
                .items(List.of(id))
                .source("prism")
                .meta(more)
                .build();
    }
}
